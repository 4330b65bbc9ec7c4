import { describe, expect, it } from 'vitest'
import { prepareTenant } from '../src/tenant.ts'
import { createVerifiedTokens, type VerifiedToken } from '../src/verified-tokens.ts'
import type { PreparedKey } from '../src/keys.ts'
import type { VerifiedIdentity } from '../src/identity.ts'
import { SECRET } from './fixtures/keys.ts'

const tenant = prepareTenant({ id: 'acme', keys: [{ alg: 'HS256', secret: SECRET }] })
const verified: VerifiedToken<undefined> = {
  tenant,
  key: tenant.keys[0] as PreparedKey,
  identity: { kind: 'verified' } as VerifiedIdentity<undefined>,
}

describe('createVerifiedTokens', () => {
  it('keeps what passed, by the token’s own text', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 2, maxBytes: 100_000 })
    expect(tokens.get('a')).toBeUndefined()
    tokens.set('a', verified)
    expect(tokens.get('a')).toBe(verified)
    expect(tokens.get('A')).toBeUndefined()
  })

  it('keeps nothing where it is switched off', () => {
    const tokens = createVerifiedTokens<undefined>(false)
    tokens.set('a', verified)
    expect(tokens.get('a')).toBeUndefined()
  })

  it('is bounded in entries: the one not used longest goes first', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 2, maxBytes: 100_000 })
    tokens.set('a', verified)
    tokens.set('b', verified)
    tokens.get('a')
    tokens.set('c', verified)
    expect(['a', 'b', 'c'].map((token) => tokens.get(token) === verified)).toEqual([
      true,
      false,
      true,
    ])
  })

  it('is bounded in bytes, counted as four times the text and 512', () => {
    const token = (letter: string): string => letter.repeat(122) // 1000 each
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 100, maxBytes: 3000 })
    for (const letter of 'abc') tokens.set(token(letter), verified)
    expect(['a', 'b', 'c'].map((letter) => tokens.get(token(letter)))).not.toContain(undefined)
    tokens.set(token('d'), verified)
    expect(tokens.get(token('a'))).toBeUndefined()
    expect(tokens.get(token('b'))).toBe(verified)
    tokens.set('x'.repeat(623), verified) // 3004, more than there is room for at all
    expect(tokens.get('x'.repeat(623))).toBeUndefined()
    tokens.set('x'.repeat(622), verified)
    expect(tokens.get('x'.repeat(622))).toBe(verified)
  })
})
