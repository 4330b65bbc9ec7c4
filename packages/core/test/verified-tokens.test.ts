import { describe, expect, it } from 'vitest'
import { prepareTenant, type PreparedTenant } from '../src/tenant.ts'
import { createVerifiedTokens, type VerifiedToken } from '../src/verified-tokens.ts'
import type { PreparedKey } from '../src/keys.ts'
import type { VerifiedIdentity } from '../src/identity.ts'
import { SECRET } from './fixtures/keys.ts'

const tenantOf = (id: string): PreparedTenant =>
  prepareTenant({ id, keys: [{ alg: 'HS256', secret: SECRET }] })
const acme = tenantOf('acme')
const globex = tenantOf('globex')

function verified(text: string, tenant: PreparedTenant = acme): VerifiedToken<undefined> {
  return {
    text,
    tenant,
    key: tenant.keys[0] as PreparedKey,
    identity: { kind: 'verified' } as VerifiedIdentity<undefined>,
    times: { expiresAt: 0, issuedAt: undefined, notBefore: undefined },
  }
}

type Kept = VerifiedToken<undefined>

const ROOM = { maxEntries: 100, maxBytes: 2 ** 20 }
/** A token counts as 1000 bytes where it has 122 characters; its place comes from the last of them. */
const long = (name: string, length = 122): string => `${name}.`.padStart(length, '-')
const numbered = (count: number, tenant: string): string[] =>
  Array.from({ length: count }, (_, n) => long(`${tenant}-${n}`))

describe('createVerifiedTokens', () => {
  it('keeps what passed, by the token’s own text', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    expect(tokens.get('a')).toBeUndefined()
    const a = verified('a')
    tokens.set(a)
    expect(tokens.get('a')).toMatchObject(a)
    expect(tokens.get('a')?.identity).toBe(a.identity)
    expect(tokens.get('A')).toBeUndefined()
    expect(tokens.get('')).toBeUndefined()
  })

  it('keeps nothing where it is switched off', () => {
    const tokens = createVerifiedTokens<undefined>(false)
    tokens.set(verified('a'))
    expect(tokens.get('a')).toBeUndefined()
  })

  it('tells tokens with the same last characters apart: the later one stays', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    const [one, other] = [
      verified('one.payload.signature-of-both'),
      verified('x.signature-of-both'),
    ]
    tokens.set(one)
    expect(tokens.get(other.text)).toBeUndefined()
    expect(tokens.get('signature-of-both')).toBeUndefined()
    tokens.set(other)
    expect(tokens.get(other.text)).toMatchObject(other)
    expect(tokens.get(one.text)).toBeUndefined()
  })

  it('replaces what it knows of a token', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 10, maxBytes: 2000 })
    const later = verified(long('a'))
    for (let n = 0; n < 100; n++) tokens.set(verified(long('a')))
    tokens.set(later)
    tokens.set(verified(long('b')))
    expect(tokens.get(later.text)?.identity).toBe(later.identity)
  })

  it('is bounded in entries: the one not used longest goes first', () => {
    const tokens = createVerifiedTokens<undefined>({ ...ROOM, maxEntries: 2 })
    // Of three tenants, of which none has more than one.
    const three = ['a', 'b', 'c'].map((name) => verified(long(name), tenantOf(name)))
    const [a, b, c] = three as [Kept, Kept, Kept]
    tokens.set(a)
    tokens.set(b)
    tokens.get(a.text)
    // A tenth of two is less than one, so c has nothing of its own to give up.
    tokens.set(c)
    expect(three.map(({ text }) => tokens.get(text) !== undefined)).toEqual([true, false, true])
  })

  it('is bounded in bytes, counted as four times the text and 512', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 100, maxBytes: 3000 })
    const all = ['a', 'b', 'c', 'd'].map((name) => verified(long(name), tenantOf(name)))
    const held = (): readonly boolean[] => all.map(({ text }) => tokens.get(text) !== undefined)
    for (const one of all.slice(0, 3)) tokens.set(one)
    expect(held()).toEqual([true, true, true, false])
    tokens.set(all[3] as Kept)
    expect(held()).toEqual([false, true, true, true])
    const largest = verified('x'.repeat(622)) // exactly 3000
    tokens.set(verified('y'.repeat(623))) // 3004, more than there is room for at all
    expect(tokens.get('y'.repeat(623))).toBeUndefined()
    tokens.set(largest)
    expect(tokens.get(largest.text)).toMatchObject(largest)
    expect(held()).toEqual([false, false, false, false])
  })
})

describe('one tenant’s share', () => {
  it('is all of the cache while nobody else needs it', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    const texts = numbered(100, 'acme')
    for (const text of texts) tokens.set(verified(text))
    expect(texts.every((text) => tokens.get(text) !== undefined)).toBe(true)
  })

  it.each([
    ['entries', { ...ROOM, maxEntries: 100 }],
    ['bytes', { maxEntries: 1000, maxBytes: 100_000 }],
  ])('of the %s: a flood of its tokens pushes out its own, oldest first', (_name, bounds) => {
    const tokens = createVerifiedTokens<undefined>(bounds)
    const others = Array.from({ length: 60 }, (_, n) => verified(long(`o${n}`), tenantOf(`t-${n}`)))
    for (const one of others) tokens.set(one)
    const flood = numbered(1000, 'acme')
    for (const text of flood) tokens.set(verified(text))
    expect(others.filter(({ text }) => tokens.get(text) === undefined)).toEqual([])
    const held = flood.filter((text) => tokens.get(text) !== undefined)
    expect(held).toEqual(flood.slice(-40))
  })

  it('is a tenth where others fill the rest', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    const others = Array.from({ length: 100 }, (_, n) =>
      verified(long(`o${n}`), tenantOf(`t-${n}`)),
    )
    for (const one of others) tokens.set(one)
    const flood = numbered(1000, 'acme')
    for (const text of flood) tokens.set(verified(text))
    expect(others.filter(({ text }) => tokens.get(text) !== undefined)).toHaveLength(90)
    expect(flood.filter((text) => tokens.get(text) !== undefined)).toEqual(flood.slice(-10))
  })

  it('is in entries or in bytes, whichever is more: a flood of long tokens takes no more than its half', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 1000, maxBytes: 100_000 })
    const others = numbered(80, 'globex')
    for (const text of others) tokens.set(verified(text, globex))
    const flood = Array.from({ length: 100 }, (_, n) => long(`l-${n}`, 2372)) // 10 000 each
    for (const text of flood) tokens.set(verified(text))
    const held = (texts: readonly string[]): number =>
      texts.filter((text) => tokens.get(text) !== undefined).length
    expect([held(others), held(flood)]).toEqual([50, 5])
  })

  it('is given back: a tenant that had all of it makes room for others', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    for (const text of numbered(100, 'acme')) tokens.set(verified(text))
    const others = numbered(50, 'globex')
    for (const text of others) tokens.set(verified(text, globex))
    expect(others.every((text) => tokens.get(text) !== undefined)).toBe(true)
    for (const text of numbered(100, 'acme-again')) tokens.set(verified(text))
    expect(others.every((text) => tokens.get(text) !== undefined)).toBe(true)
  })
})
