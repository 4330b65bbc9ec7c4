import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../src/index.ts'
import { isSignedBy } from '../src/signature.ts'
import { prepareTenant, type PreparedTenant } from '../src/tenant.ts'
import { createHeaderParser, readCompact, readHeader, readPayload } from '../src/token.ts'

// The data is not part of the project: see the README beside it.
const file = new URL('../../../../shared/vectors/cases.jsonl', import.meta.url)
const present = existsSync(file)
if (!present)
  process.stderr.write('vectors: ../shared/vectors/cases.jsonl is absent, so they are not run\n')

interface Vector {
  readonly id: string
  readonly algs: readonly string[]
  readonly keys: readonly Readonly<Record<string, unknown>>[]
  readonly token: string
  readonly expect: string
  /** The payload is a JWT's, and not just any bytes. */
  readonly claims: boolean
  readonly note: string
}

const vectors = present
  ? readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Vector)
  : []

// What wycheproof itself says of these five is "valid".
const EXCEPTIONS: Readonly<Record<string, { verdict: 'accept' | 'reject'; reason: string }>> = {
  'wyche-jws-259': {
    verdict: 'reject',
    reason: 'a JWS may be empty, the claims of a JWT are an object',
  },
  'wyche-jws-367': {
    verdict: 'accept',
    reason: 'byte for byte the valid case 357, despite its name',
  },
  'wyche-jws-370': {
    verdict: 'accept',
    reason: 'byte for byte the valid case 357, despite its name',
  },
  'wyche-jws-372': { verdict: 'reject', reason: 'a "?" in the header is not base64url' },
  'wyche-jws-373': { verdict: 'reject', reason: 'a "?" in the payload is not base64url' },
}

const LIMITS = { tokenBytes: 65_536, depth: 32 }

/** The keys as a tenant would hand them in; what is refused there can verify nothing. */
function onboard(vector: Vector): PreparedTenant | undefined {
  const keys = vector.keys.map(({ alg, kid, kty, k, ...rest }) => ({
    alg,
    ...(kid !== undefined && { kid }),
    ...(kty === 'oct'
      ? { secret: Buffer.from(String(k), 'base64url') }
      : { jwk: { kty, ...rest } }),
  }))
  try {
    return prepareTenant({ id: 'vector', keys })
  } catch {
    return undefined
  }
}

async function judge(vector: Vector): Promise<'accept' | 'reject'> {
  const tenant = onboard(vector)
  if (tenant === undefined) return 'reject'
  try {
    const compact = readCompact(vector.token, LIMITS, createHeaderParser(LIMITS.depth))
    const { alg } = readHeader(compact.header, { algorithms: vector.algs, type: null })
    if (vector.claims) readPayload(compact, LIMITS)
    for (const key of tenant.keys) if (key.alg === alg && isSignedBy(compact, key)) return 'accept'
    return 'reject'
  } catch (error) {
    if (error instanceof AuthError) return 'reject'
    throw error
  }
}

describe.skipIf(!present)(
  `public test vectors${present ? '' : ' (skipped: ../shared/vectors is absent)'}`,
  () => {
    test('the whole file is there, and most of it are attacks', () => {
      expect(vectors.length).toBeGreaterThanOrEqual(311)
      expect(vectors.filter((vector) => vector.expect === 'accept').length).toBeGreaterThan(20)
      expect(vectors.filter((vector) => vector.claims).length).toBeGreaterThanOrEqual(3)
    })

    test('the keys of every valid case are taken at onboarding', () => {
      const refused = vectors.filter(
        (vector) => vector.expect === 'accept' && onboard(vector) === undefined,
      )
      expect(refused.map(({ id }) => id)).toEqual([])
    })

    test('a mixture of HMAC secrets and public keys is refused at onboarding', () => {
      const mixed = vectors.filter(
        ({ keys }) =>
          keys.some(({ kty }) => kty === 'oct') && keys.some(({ kty }) => kty !== 'oct'),
      )
      expect(mixed.length).toBeGreaterThan(0)
      for (const vector of mixed) expect(onboard(vector)).toBeUndefined()
    })

    for (const [id, { verdict, reason }] of Object.entries(EXCEPTIONS))
      test(`exception ${id}: ${verdict}, since ${reason}`, async () => {
        const vector = vectors.find((other) => other.id === id)
        if (vector === undefined) throw new Error('the case is missing')
        expect(await judge(vector)).toBe(verdict)
      })

    test('exceptions 367 and 370 are the text of case 357', () => {
      const text = (id: string): string | undefined =>
        vectors.find((other) => other.id === id)?.token
      expect(text('wyche-jws-367')).toBe(text('wyche-jws-357'))
      expect(text('wyche-jws-370')).toBe(text('wyche-jws-357'))
    })

    for (const vector of vectors.filter(({ id }) => !Object.hasOwn(EXCEPTIONS, id)))
      test(`${vector.id}: ${vector.expect}s ${vector.note}`, async () => {
        expect(await judge(vector)).toBe(vector.expect)
      })
  },
)
