import { createHash } from 'node:crypto'
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
    tenantId: tenant.id,
    tenant,
    hold: undefined,
    key: tenant.keys[0] as PreparedKey,
    isPublished: false,
    from: 0,
    until: 0,
    identity: { kind: 'verified' } as VerifiedIdentity<undefined>,
  }
}

type Kept = VerifiedToken<undefined>

const ROOM = { maxEntries: 1000, maxBytes: 2 ** 24 }

/** A token that ends as one does, of 122 characters if nothing else is said: it counts as 1000 bytes. */
function long(name: string, length = 122): string {
  const signature = createHash('sha256').update(name).digest('base64url')
  return `${name}.${signature}`.padStart(length, '-')
}

const numbered = (count: number, tenant: string): string[] =>
  Array.from({ length: count }, (_, n) => long(`${tenant}-${n}`))

type Tokens = ReturnType<typeof createVerifiedTokens<undefined>>
const heldOf = (tokens: Tokens, texts: readonly string[]): number =>
  texts.filter((text) => tokens.get(text) !== undefined).length

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

  it('tells tokens with the same last characters apart', () => {
    const tokens = createVerifiedTokens<undefined>({ ...ROOM, maxEntries: 10 })
    const all = Array.from({ length: 20 }, (_, n) => verified(`${n}.signature-of-all`))
    tokens.set(all[0] as Kept)
    expect(tokens.get('1.signature-of-all')).toBeUndefined()
    expect(tokens.get('signature-of-all')).toBeUndefined()
    for (const one of all) tokens.set(one)
    const found = all.map(({ text }) => tokens.get(text))
    // The last eight, since they all have one place.
    expect(found).toEqual([...all.slice(0, 12).map(() => undefined), ...all.slice(12)])
  })

  it('replaces what it knows of a token', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 10, maxBytes: 2000 })
    const later = verified(long('a'))
    for (let n = 0; n < 100; n++) tokens.set(verified(long('a')))
    tokens.set(later)
    tokens.set(verified(long('b')))
    expect(tokens.get(later.text)?.identity).toBe(later.identity)
  })

  it.each([1, 2, 3, 7, 8, 9, 100, 1000])('holds no more than %i tokens', (maxEntries) => {
    const tokens = createVerifiedTokens<undefined>({ ...ROOM, maxEntries })
    const texts = numbered(3 * maxEntries, 'acme')
    for (const text of texts) tokens.set(verified(text))
    const held = heldOf(tokens, texts)
    expect(held).toBeLessThanOrEqual(maxEntries)
    // Where many have come, nearly every slot is taken.
    expect(held).toBeGreaterThan(0.85 * maxEntries - 1)
    expect(tokens.get(texts.at(-1) as string)).toBeDefined()
  })

  it('lets the one go that was not used longest', () => {
    const tokens = createVerifiedTokens<undefined>({ ...ROOM, maxEntries: 2 })
    const three = ['a', 'b', 'c'].map((name) => verified(long(name), tenantOf(name)))
    const [a, b, c] = three as [Kept, Kept, Kept]
    tokens.set(a)
    tokens.set(b)
    tokens.get(a.text)
    tokens.set(c)
    expect(three.map(({ text }) => tokens.get(text) !== undefined)).toEqual([true, false, true])
  })

  it('is bounded in bytes, counted as four times the text and 512', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 100, maxBytes: 3000 })
    const all = ['a', 'b', 'c', 'd'].map((name) => verified(long(name), tenantOf(name)))
    for (const one of all.slice(0, 3)) tokens.set(one)
    expect(
      heldOf(
        tokens,
        all.map(({ text }) => text),
      ),
    ).toBe(3)
    tokens.set(all[3] as Kept)
    expect(
      heldOf(
        tokens,
        all.map(({ text }) => text),
      ),
    ).toBe(3)
    expect(tokens.get(long('d'))).toBe(all[3])
    const largest = verified(long('e', 622)) // exactly 3000
    tokens.set(verified(long('f', 623))) // 3004, more than there is room for at all
    expect(tokens.get(long('f', 623))).toBeUndefined()
    tokens.set(largest)
    expect(tokens.get(largest.text)).toBe(largest)
    expect(
      heldOf(
        tokens,
        all.map(({ text }) => text),
      ),
    ).toBe(0)
  })

  it('counts right, whatever comes and goes', () => {
    const tokens = createVerifiedTokens<undefined>({ maxEntries: 64, maxBytes: 20_000 })
    const texts = Array.from({ length: 500 }, (_, n) => long(`${n}`, 60 + ((n * 37) % 900)))
    for (const text of [...texts, ...texts.toReversed(), ...texts]) {
      tokens.set(verified(text))
      expect(tokens.get(text)).toBeDefined()
    }
    const bytes = texts
      .filter((text) => tokens.get(text) !== undefined)
      .reduce((sum, text) => sum + text.length * 4 + 512, 0)
    expect(bytes).toBeLessThanOrEqual(20_000)
    expect(bytes).toBeGreaterThan(15_000)
  })
})

describe('one tenant’s share', () => {
  it('is all of the cache while nobody else needs it', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    const texts = numbered(3000, 'acme')
    for (const text of texts) tokens.set(verified(text))
    expect(heldOf(tokens, texts)).toBe(1000)
  })

  it.each([
    ['entries', 100, { ...ROOM, maxEntries: 1000 }],
    // Not all of them, as not every place is looked at.
    ['bytes', 90, { maxEntries: 2000, maxBytes: 1_000_000 }],
  ])('of the %s: a flood of its tokens pushes out its own', (_name, kept, bounds) => {
    const tokens = createVerifiedTokens<undefined>(bounds)
    const others = numbered(100, 'other')
    for (const [n, text] of others.entries()) tokens.set(verified(text, tenantOf(`t-${n % 20}`)))
    const flood = numbered(20_000, 'acme')
    for (const text of flood) tokens.set(verified(text))
    expect(heldOf(tokens, others)).toBeGreaterThanOrEqual(kept)
    expect(heldOf(tokens, flood)).toBeGreaterThan(800)
    expect(tokens.get(flood.at(-1) as string)).toBeDefined()
  })

  it('is an eighth where others fill the rest', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    const others = numbered(3000, 'other')
    for (const [n, text] of others.entries()) tokens.set(verified(text, tenantOf(`t-${n}`)))
    const flood = numbered(20_000, 'acme')
    for (const text of flood) tokens.set(verified(text))
    expect(heldOf(tokens, flood)).toBeLessThan(140)
    expect(heldOf(tokens, others)).toBeGreaterThan(860)
  })

  it('is given back: two that need the cache have half of it each', () => {
    const tokens = createVerifiedTokens<undefined>(ROOM)
    for (const text of numbered(3000, 'acme')) tokens.set(verified(text))
    const others = numbered(3000, 'globex')
    for (const text of others) tokens.set(verified(text, globex))
    expect(heldOf(tokens, others)).toBe(500)
    for (const text of numbered(20_000, 'acme-again')) tokens.set(verified(text))
    expect(heldOf(tokens, others)).toBe(500)
  })
})
