import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  memoryDirectory,
  type AuthRequest,
  type Authenticator,
  type Revocation,
  type TenantDirectory,
} from '../../src/index.ts'
import {
  API_KEY,
  NOW,
  curve,
  curveOfGlobex,
  deskClaims,
  deskProfile,
  deskTenants,
} from './customers.ts'
import { raise, thenable } from './hostile.ts'
import { parameters, patience } from './runs.ts'
import { token } from './signing.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 7: only "no token" can become anonymous. An outage is 503, never 401 and never a pass.

const now = (): number => NOW * 1000
const GOOD = token(deskClaims, curve)
const TOKENS = [
  GOOD,
  token({ ...deskClaims, exp: NOW - 100 }, curve),
  token(deskClaims, curveOfGlobex),
  token({ ...deskClaims, org: 'globex', filters: undefined }, curveOfGlobex),
  token({ ...deskClaims, org: 'nobody' }, curve),
  token({ ...deskClaims, org: undefined }, curve),
  token({ ...deskClaims, filters: undefined }, curve),
  '',
  ' ',
  'undefined',
  'null',
  'Bearer',
  `Bearer ${GOOD}`,
  `${GOOD}, ${GOOD}`,
  'garbage',
  '0',
  'false',
  '[object Object]',
]

/** A request, as plain headers in one of the ways that frameworks hand them over. */
interface Ask {
  readonly token: string | undefined
  readonly request: AuthRequest
  readonly optional: boolean
}

const cased = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replace(/^./, (letter) => letter.toUpperCase()),
  )

const ask: fc.Arbitrary<Ask> = fc
  .record({
    token: fc.oneof(
      { weight: 3, arbitrary: fc.constant(GOOD) },
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 5, arbitrary: fc.constantFrom(...TOKENS) },
      { weight: 1, arbitrary: fc.string() },
    ),
    name: cased('user-token'),
    hint: fc.option(fc.constantFrom('acme', 'globex', 'nobody', '', 'not an id'), {
      nil: undefined,
      freq: 1,
    }),
    hintName: cased('x-org'),
    apiKey: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(`Bearer ${API_KEY}`, 'Bearer the-api-key-of-globex'),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(undefined, 'Bearer unknown', 'Basic x', 'Bearer', ''),
      },
    ),
    shape: fc.constantFrom('plain', 'with rawHeaders', 'lists', 'Fetch'),
    optional: fc.boolean(),
  })
  .map(({ token: text, name, hint, hintName, apiKey, shape, optional }) => {
    const entries = Object.entries({
      [name]: text,
      [hintName]: hint,
      authorization: apiKey,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return { token: text, request: requestOf(entries, shape), optional }
  })

function requestOf(entries: readonly [string, string][], shape: string): AuthRequest {
  const plain = Object.fromEntries(entries)
  switch (shape) {
    case 'with rawHeaders':
      return { headers: plain, rawHeaders: entries.flat() }
    case 'lists':
      return { headers: Object.fromEntries(entries.map(([name, value]) => [name, [value]])) }
    case 'Fetch':
      try {
        return { headers: new Headers(entries as [string, string][]) }
      } catch {
        return { headers: plain } // no such text can come in a header
      }
    default:
      return { headers: plain }
  }
}

const memory = memoryDirectory(deskTenants)

describe.each([true, false])('API keys: %s', (apiKey) => {
  const profile = deskProfile('precedence', { apiKey })

  test(
    'an anonymous identity comes only without a token',
    { timeout: patience(120_000) },
    async () => {
      const authenticator = createAuthenticator({ profile, tenants: memory, now })
      const tally = new Tally()
      const parameter = parameters('law 7, anonymous', 5000)
      await fc.assert(
        fc.asyncProperty(ask, async ({ token: text, request, optional }) => {
          const outcome = await authenticator.authenticate(request, { optional })
          if (outcome.ok) tally.add(outcome.identity.kind)
          else tally.add(outcome.error.code)
          if (outcome.ok && outcome.identity.kind === 'anonymous') {
            expect(text).toBeUndefined()
            // Nor for a tenant that requires a user, nor with more than it allows.
            expect(outcome.identity.tenantId).not.toBe('acme')
            if (outcome.identity.tenantId === 'globex')
              expect(outcome.identity.filters).toEqual({ attributes: { org: 'public' } })
            else expect([optional, apiKey]).toEqual([true, false])
          }
          if (text !== undefined && !outcome.ok)
            expect(outcome.error.code).not.toBe('token_missing')
          if (outcome.ok && outcome.identity.kind === 'verified') expect(TOKENS).toContain(text)
        }),
        parameter,
      )
      process.stdout.write(`law 7, anonymous: ${tally.text}\n`)
      tally.expectReached(
        ['anonymous', 'verified', 'token_missing', 'token_rejected', 'request_invalid'],
        parameter,
      )
    },
  )

  const failures: readonly (readonly [string, () => never | Promise<never>])[] = [
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['throws undefined', () => raise(undefined)],
  ]

  test.each(failures)(
    'a directory that %s: 503 for whoever had to be looked up, and no other verdict for anyone else',
    async (_name, fail) => {
      let asked = 0
      const tenants: TenantDirectory = {
        find: () => {
          asked += 1
          return fail()
        },
        findByApiKeyHash: () => {
          asked += 1
          return fail()
        },
      }
      const well = createAuthenticator({ profile, tenants: memory, now })
      // Asked every time, so that it shows who had to be looked up; another one leaves it alone after a failure.
      const ill = createAuthenticator({ profile, tenants, now, directoryCache: false })
      const patient = createAuthenticator({ profile, tenants, now })
      const tally = new Tally()
      const parameter = parameters('law 7, directory', 800)
      await fc.assert(
        fc.asyncProperty(ask, async ({ request, optional }) => {
          const before = asked
          const outcome = await ill.authenticate(request, { optional })
          if (asked > before) expect(verdictOf(outcome)).toBe('keys_unavailable')
          else expect(outcome).toEqual(await well.authenticate(request, { optional }))
          expect(await patient.authenticate(request, { optional })).toEqual(outcome)
          tally.add(verdictOf(outcome))
        }),
        parameter,
      )
      tally.expectReached(['keys_unavailable'], parameter, 80)
    },
  )

  const answers: readonly (readonly [string, () => unknown])[] = [
    ...failures,
    ['says nothing', () => undefined],
    ['says null', () => null],
    ['says 0', () => 0],
    ['says "false"', () => 'false'],
    ['says later what is no verdict', async () => ({ revoked: false })],
  ]
  test.each(answers)(
    'a revocation store that %s: 503 for whoever would pass, and the same refusal for anyone else',
    async (_name, answer) => {
      const revocation: Revocation = { isRevoked: answer as () => boolean }
      const well = createAuthenticator({ profile, tenants: memory, now })
      const ill = createAuthenticator({ profile, tenants: memory, now, revocation })
      const tally = new Tally()
      const parameter = parameters('law 7, revocation', 400)
      await fc.assert(
        fc.asyncProperty(ask, async ({ request, optional }) => {
          const healthy = await well.authenticate(request, { optional })
          const outcome = await ill.authenticate(request, { optional })
          const wouldPass = healthy.ok
            ? healthy.identity.kind === 'verified'
            : healthy.error.code === 'filters_missing'
          if (wouldPass) expect(verdictOf(outcome)).toBe('keys_unavailable')
          else expect(outcome).toEqual(healthy)
          tally.add(verdictOf(outcome))
        }),
        parameter,
      )
      tally.expectReached(['keys_unavailable'], parameter, 5)
    },
  )
})

describe('what hangs is an outage after lookupTimeout', () => {
  const never = (): Promise<never> => new Promise(() => undefined)
  const headers = { 'user-token': GOOD, authorization: `Bearer ${API_KEY}` }
  const options = { now, lookupTimeout: 100 }
  const withKeys = deskProfile('precedence')
  const withoutKeys = deskProfile('precedence', { apiKey: false })

  const hanging: readonly (readonly [string, () => Authenticator<string>])[] = [
    [
      'the directory, asked by id',
      () => createAuthenticator({ ...options, profile: withoutKeys, tenants: { find: never } }),
    ],
    [
      'the directory, asked by API key',
      () =>
        createAuthenticator({
          ...options,
          profile: withKeys,
          tenants: { find: never, findByApiKeyHash: never },
        }),
    ],
    [
      'the revocation store',
      () =>
        createAuthenticator({
          ...options,
          profile: withKeys,
          tenants: deskTenants,
          revocation: { isRevoked: never },
        }),
    ],
    [
      'a thenable that never calls back',
      () =>
        createAuthenticator({
          ...options,
          profile: withoutKeys,
          tenants: { find: () => thenable(() => undefined) as Promise<undefined> },
        }),
    ],
  ]

  test.each(hanging)('%s', async (_name, create) => {
    const authenticator = create()
    const started = performance.now()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async () => authenticator.authenticate({ headers })),
    )
    const took = performance.now() - started
    for (const outcome of outcomes) expect(verdictOf(outcome)).toBe('keys_unavailable')
    expect(took).toBeGreaterThanOrEqual(95)
    expect(took).toBeLessThan(2000) // the timeout and the work, on a busy machine
  })

  test('what waits is told that nobody waits for it any more', async () => {
    const signals: AbortSignal[] = []
    const authenticator = createAuthenticator({
      ...options,
      profile: withoutKeys,
      tenants: {
        find: (_id, { signal }) => {
          signals.push(signal)
          return never()
        },
      },
    })
    expect(verdictOf(await authenticator.authenticate({ headers }))).toBe('keys_unavailable')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
