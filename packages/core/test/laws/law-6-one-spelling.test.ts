import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  defineProfile,
  type Algorithm,
  type Authenticator,
  type Profile,
  type RevocationQuery,
} from '../../src/index.ts'
import { NOW } from './customers.ts'
import { parameters, patience } from './runs.ts'
import { hmacKey, publicKey, token, type SigningKey } from './signing.ts'
import { verdictOf } from './verdicts.ts'

// Law 6: one spelling per segment, and revocation never keys on the signature or on the raw token.

const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const WHITE = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\0',
  '\v',
  '\f',
  '\u00a0',
  '\u2028',
  '\u200b',
  '\ufeff',
]
const OTHERS = [
  ...Array.from('+/=.~!*,;:%"\\'),
  'é',
  'А' /* Cyrillic */,
  'Ａ' /* full width */,
  '𝐀',
  '%3D',
  '\u0301',
]

function profileFor(alg: Algorithm): Profile<undefined> {
  return defineProfile({
    name: 'spelling',
    algorithms: [alg],
    token: { header: 'user-token', scheme: null },
    tenant: { claim: 'org', hint: null, apiKey: null },
    issuer: null,
    audience: null,
    type: null,
    maxLifetime: 3600,
    user: { id: { claim: 'sub', required: true }, email: null, roles: null, plan: null },
    filters: null,
    userAttributes: null,
    body: null,
  })
}

interface Desk {
  readonly authenticator: Authenticator
  readonly queries: RevocationQuery[]
  readonly revoked: Set<string>
}

function deskFor(key: SigningKey): Desk {
  const queries: RevocationQuery[] = []
  const revoked = new Set<string>()
  const authenticator = createAuthenticator({
    profile: profileFor(key.alg),
    tenants: [{ id: 'acme', keys: [key.tenantKey] }],
    now: () => NOW * 1000,
    revocation: {
      isRevoked(query) {
        queries.push(query)
        return query.jti !== undefined && revoked.has(query.jti)
      },
    },
  })
  return { authenticator, queries, revoked }
}

async function verdict({ authenticator }: Desk, text: string): Promise<string> {
  return verdictOf(
    await authenticator.authenticate({ headers: { 'user-token': text }, rawHeaders: [] }),
  )
}

const claims = { org: 'acme', sub: 'usr_1', jti: 'jti-1', iat: NOW, exp: NOW + 600 }

/** Every way to write a token once more that changes little. */
function* spellings(text: string): Generator<string> {
  const segments = text.split('.') as [string, string, string]
  const withSegment = (n: number, segment: string): string => segments.with(n, segment).join('.')
  for (const [n, segment] of segments.entries()) {
    // The last character holds the spare bits: all of its values, with those before it, and some of no alphabet.
    for (const last of [...ALPHABET, ...OTHERS, ...WHITE])
      yield withSegment(n, segment.slice(0, -1) + last)
    if (segment.length < 300)
      for (const last of ALPHABET)
        for (const before of ALPHABET) yield withSegment(n, segment.slice(0, -2) + before + last)
    for (const more of [
      ...ALPHABET,
      ...OTHERS,
      ...WHITE,
      '==',
      '===',
      '====',
      'AA',
      'AAA',
      'AAAA',
    ]) {
      yield withSegment(n, segment + more)
      yield withSegment(n, more + segment)
    }
    for (const fewer of [1, 2, 3, 4]) yield withSegment(n, segment.slice(0, -fewer))
    for (const [at, character] of Array.from(segment).entries()) {
      for (const white of WHITE.slice(0, 5))
        yield withSegment(n, segment.slice(0, at) + white + segment.slice(at))
      // The other alphabet of RFC 4648, and percent-encoding.
      if (character === '-')
        yield withSegment(n, segment.slice(0, at) + '+' + segment.slice(at + 1))
      if (character === '_')
        yield withSegment(n, segment.slice(0, at) + '/' + segment.slice(at + 1))
      const code = character.charCodeAt(0).toString(16)
      yield withSegment(n, `${segment.slice(0, at)}%${code}${segment.slice(at + 1)}`)
    }
    yield withSegment(n, '')
    yield withSegment(n, Buffer.from(segment).toString('base64url'))
    yield withSegment(n, segment.toLowerCase())
    yield withSegment(n, segment.toUpperCase())
  }
  const [header, payload, mac] = segments
  yield* [
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `.${payload}.${mac}`,
    `${header}..${mac}`,
    `${header}.${payload}.${mac}.`,
    `.${header}.${payload}.${mac}`,
    `${header}.${payload}.${mac}.${mac}`,
    `${header}.${header}.${payload}.${mac}`,
    `${header}.${payload}.${mac}..`,
    `${header}.${payload}.${mac},${header}.${payload}.${mac}`,
    `${text} ${text}`,
    `"${text}"`,
    `Bearer ${text}`,
    JSON.stringify({ protected: header, payload, signature: mac }),
    JSON.stringify({ payload, signatures: [{ protected: header, signature: mac }] }),
    text.replaceAll('.', '%2E'),
    text.replaceAll('.', '。'),
    text.toUpperCase(),
    '..',
    '.',
  ]
}

// Signatures of 43, 342, 512 and 86 characters, and payloads of every length modulo four.
const KEYS: readonly (readonly [string, SigningKey])[] = [
  ['HS256', hmacKey('spelling-0123456789-0123456789-012345')],
  ['RS256, 2048 bits', publicKey('RS256')],
  ['PS256, 3072 bits', publicKey('PS256', { bits: 3072 })],
  ['ES256', publicKey('ES256')],
  ['EdDSA', publicKey('EdDSA')],
]

describe.each(KEYS)('%s', (name, key) => {
  // The payload's own last characters have every length modulo four.
  const lengths = name === 'HS256' ? [0, 1, 2] : [1]
  test.each(lengths)('a token has one spelling, with %i more characters in it', async (more) => {
    const desk = deskFor(key)
    const text = token({ ...claims, note: 'x'.repeat(more) }, key)
    expect(await verdict(desk, text)).toBe('ok')
    const variations = new Set(spellings(text))
    variations.delete(text)
    expect(variations.size).toBeGreaterThan(10_000)
    for (const spelling of variations) {
      const said = await verdict(desk, spelling)
      // An empty header is no spelling either; it is refused one step earlier.
      const isRefused =
        said === 'token_rejected' || (said === 'request_invalid' && spelling.trim() === '')
      if (!isRefused) expect([spelling, said]).toEqual([spelling, 'token_rejected'])
    }
    expect(await verdict(desk, text)).toBe('ok')
    // Nobody was asked about any of the others.
    expect(desk.queries).toHaveLength(2)
  })
})

test('any edit of a valid token is refused', { timeout: patience(120_000) }, async () => {
  const [, key] = KEYS[0] as (typeof KEYS)[number]
  const desk = deskFor(key)
  const text = token(claims, key)
  expect(await verdict(desk, text)).toBe('ok')
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length),
      fc.nat(6),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom(...ALPHABET, ...OTHERS, ...WHITE),
      ),
      async (at, removed, added) => {
        const edited = text.slice(0, at) + added + text.slice(at + removed)
        expect(await verdict(desk, edited)).toBe(edited === text ? 'ok' : 'token_rejected')
      },
    ),
    parameters('law 6, edits', 10_000),
  )
})

describe('revocation', () => {
  test('an ECDSA token has two signatures, and one revocation', async () => {
    const key = publicKey('ES256')
    const desk = deskFor(key)
    const text = token(claims, key)
    const twin = withTwinSignature(text)
    expect(twin).not.toBe(text)
    expect(await verdict(desk, text)).toBe('ok')
    expect(await verdict(desk, twin)).toBe('ok') // a property of ECDSA: (r, n - s) verifies as well
    desk.revoked.add('jti-1')
    expect(await verdict(desk, text)).toBe('token_revoked')
    expect(await verdict(desk, twin)).toBe('token_revoked')
    expect(new Set(desk.queries.map((query) => JSON.stringify(query))).size).toBe(1)
  })

  test(
    'a query says what its interface says, and no text of the token',
    { timeout: patience(120_000) },
    async () => {
      const keys = KEYS.map(([, key]) => ({ key, desk: deskFor(key) }))
      await fc.assert(
        fc.asyncProperty(
          fc.nat(keys.length - 1),
          fc.record(
            { jti: fc.uuid(), iat: fc.constant(NOW), note: fc.string() },
            { requiredKeys: [] },
          ),
          async (n, more) => {
            const { key, desk } = keys[n] as (typeof keys)[number]
            const text = token({ org: 'acme', sub: 'usr_1', exp: NOW + 600, ...more }, key)
            const asked = desk.queries.length
            for (const time of [1, 2]) {
              const outcome = await desk.authenticator.authenticate({
                headers: { 'user-token': text },
              })
              expect(outcome.ok).toBe(true)
              expect(desk.queries).toHaveLength(asked + time) // on every hit, too
            }
            const query = desk.queries.at(-1)
            expect(query).toEqual({
              tenantId: 'acme',
              userId: 'usr_1',
              ...(more.jti !== undefined && { jti: more.jti }),
              ...(more.iat !== undefined && { issuedAt: NOW }),
            })
            const said = JSON.stringify(query)
            for (const segment of text.split('.')) expect(said).not.toContain(segment)
          },
        ),
        parameters('law 6, queries', 300),
      )
    },
  )
})

/** The same token with the other signature that ECDSA allows: s becomes n - s. */
function withTwinSignature(text: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const [header = '', payload = '', mac = ''] = text.split('.')
  const bytes = Buffer.from(mac, 'base64url')
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
  const twin = Buffer.concat([bytes.subarray(0, 32), other]).toString('base64url')
  return `${header}.${payload}.${twin}`
}
