import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  memoryDirectory,
  supportWidget,
  type AuthRequest,
  type AuthenticatorOptions,
  type Identity,
  type Revocation,
  type TenantDirectory,
} from '../../src/index.ts'
import {
  API_KEY,
  NOW,
  curve,
  deskClaims,
  deskProfile,
  deskTenants,
  hmac,
  widgetClaims,
  widgetTenants,
} from './customers.ts'
import { THROWN, UNSPEAKABLE, hostile, hostileFunction } from './hostile.ts'
import { parameters, patience } from './runs.ts'
import { token } from './signing.ts'
import { Tally, codeOf, verdictOf } from './verdicts.ts'

// Law 1 for what no client can send, but what code around us can hand over.

const now = (): number => NOW * 1000
const DESK_TOKEN = token(deskClaims, curve)
const WIDGET_TOKEN = token(widgetClaims, hmac)
const DESK_HEADERS = { 'user-token': DESK_TOKEN, authorization: `Bearer ${API_KEY}` }

const desk = createAuthenticator({ profile: deskProfile('precedence'), tenants: deskTenants, now })
const widget = createAuthenticator({ profile: supportWidget(), tenants: widgetTenants, now })

async function deskIdentity(): Promise<Identity<string>> {
  const outcome = await desk.authenticate({ headers: DESK_HEADERS })
  if (!outcome.ok) throw outcome.error
  return outcome.identity
}

// A promise that is dropped on the way would end the process of a service.
let unhandled = 0
const note = (): void => {
  unhandled += 1
}
process.on('unhandledRejection', note)
afterAll(() => {
  process.off('unhandledRejection', note)
})

const REQUEST_NAMES = [
  'headers',
  'rawHeaders',
  'method',
  'url',
  'get',
  'user-token',
  'User-Token',
  'authorization',
  'x-org',
  'x-tenant-key',
  'optional',
]
const usualRequestParts = fc.constantFrom<unknown>(
  DESK_HEADERS,
  new Headers(DESK_HEADERS),
  { authorization: `Bearer ${WIDGET_TOKEN}` },
  DESK_TOKEN,
  `Bearer ${API_KEY}`,
  `Bearer ${WIDGET_TOKEN}`,
  'acme',
  ['User-Token', 'x', 'user-token', 'y'],
  [DESK_TOKEN],
)
const requestPart = hostile(REQUEST_NAMES, usualRequestParts)
const hostileRequest = fc.oneof(
  requestPart,
  requestPart.map((make) => () => ({ headers: make() })),
  requestPart.map((make) => () => ({ headers: { ...DESK_HEADERS, 'x-org': make() } })),
  requestPart.map((make) => () => ({
    headers: { 'user-token': make(), authorization: `Bearer ${API_KEY}` },
  })),
  requestPart.map((make) => () => ({ headers: { get: make(), append: () => undefined } })),
  requestPart.map((make) => () => ({ headers: DESK_HEADERS, rawHeaders: make() })),
)

const BODY_NAMES = [
  'filters',
  'userAttributes',
  'user_attributes',
  'org_id',
  'attributes',
  '$and',
  '$or',
  '$in',
  'org',
]
const usualBodyParts = fc.constantFrom<unknown>(
  'acme',
  { attributes: { env: 'dev' } },
  { attributes: { $or: [{ env: 'dev' }, { team: 'x' }] } },
  { userId: 'x' },
)
const bodyPart = hostile(BODY_NAMES, usualBodyParts)
const hostileBody = fc.oneof(
  bodyPart,
  fc
    .tuple(fc.constantFrom(...BODY_NAMES), bodyPart)
    .map(([name, make]) => () => ({ [name]: make() })),
  bodyPart.map((make) => () => ({ filters: { attributes: make() } })),
  bodyPart.map((make) => () => ({ filters: { attributes: { env: { $in: make() } } } })),
  bodyPart.map((make) => () => ({ userAttributes: { nested: make() } })),
)

test('hostile requests and options get a verdict', { timeout: patience(120_000) }, async () => {
  const parameter = parameters('law 1, requests', 4000)
  const tally = new Tally()
  await fc.assert(
    fc.asyncProperty(hostileRequest, requestPart, async (make, makeOptions) => {
      for (const authenticator of [desk, widget]) {
        const options = makeOptions() as { optional?: boolean }
        tally.add(verdictOf(await authenticator.authenticate(make() as AuthRequest, options)))
      }
    }),
    parameter,
  )
  process.stdout.write(`law 1, requests: ${tally.text}\n`)
  tally.expectReached(
    ['ok', 'request_invalid', 'token_rejected', 'api_key_rejected', 'keys_unavailable'],
    parameter,
  )
})

test('hostile bodies get a verdict', { timeout: patience(120_000) }, async () => {
  const identity = await deskIdentity()
  const parameter = parameters('law 1, bodies', 5000)
  const tally = new Tally()
  fc.assert(
    fc.property(hostileBody, (make) => {
      tally.add(verdictOf(desk.bindBody(identity, make())))
    }),
    parameter,
  )
  process.stdout.write(`law 1, bodies: ${tally.text}\n`)
  tally.expectReached(['ok', 'body_invalid', 'tenant_mismatch'], parameter)
})

test('hostile identities are not ours', { timeout: patience(120_000) }, async () => {
  const identity = await deskIdentity()
  await fc.assert(
    fc.asyncProperty(bodyPart, async (make) => {
      for (const value of [make(), new Proxy(identity, {}), { ...identity }]) {
        const stranger = value as Identity<string>
        expect(verdictOf(desk.bindBody(stranger, {}))).toBe('identity_missing')
        expect(verdictOf(await desk.recheck(stranger))).toBe('identity_missing')
      }
      expect(verdictOf(widget.bindBody(identity as never, {}))).toBe('identity_missing')
    }),
    parameters('law 1, identities', 1000),
  )
})

test(
  'verify rejects hostile tokens and hints with an AuthError',
  { timeout: patience(120_000) },
  async () => {
    const parameter = parameters('law 1, verify', 3000)
    const tally = new Tally()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constant(() => DESK_TOKEN),
          requestPart,
        ),
        requestPart,
        requestPart,
        async (make, makeTenant, makeKey) => {
          const hints = { tenant: makeTenant() as string, apiKey: makeKey() as string }
          for (const given of [hints, { ...hints, apiKey: API_KEY }, { apiKey: API_KEY }]) {
            // A hint of another type is a mistake of the program, and said so at once.
            const isMistaken = Object.values(given as object).some(
              (hint) => hint !== undefined && typeof hint !== 'string',
            )
            tally.add(
              await desk.verify(make() as string, given).then(
                () => 'ok',
                (error: unknown) =>
                  isMistaken && error instanceof TypeError ? 'mistaken' : codeOf(error),
              ),
            )
          }
        },
      ),
      parameter,
    )
    process.stdout.write(`law 1, verify: ${tally.text}\n`)
    tally.expectReached(['ok', 'token_rejected', 'tenant_mismatch', 'api_key_rejected'], parameter)
  },
)

test(
  'hostile directories, revocation stores, clocks, tenant functions and schemas are outages, or pass for what they say',
  { timeout: patience(120_000) },
  async () => {
    const values = hostile(
      ['id', 'keys', 'issuer', 'apiKeyHashes', 'revision'],
      fc.constantFrom<unknown>(deskTenants[0], true, false, NOW * 1000, 'acme'),
    )
    // Now and then the usual answer, so that what comes after it is reached too.
    const callback = fc.oneof(
      { weight: 5, arbitrary: hostileFunction(values) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    )
    const part = fc.constantFrom(
      'find',
      'findByApiKeyHash',
      'isRevoked',
      'now',
      'tenant',
      'custom',
      'issues',
    )
    const memory = memoryDirectory(deskTenants)
    const parameter = parameters('law 1, callbacks', 800)
    const tally = new Tally()
    await fc.assert(
      fc.asyncProperty(part, callback, async (name, hostileCallback) => {
        const call = hostileCallback as () => never
        const isHostile = (other: string): boolean =>
          hostileCallback !== undefined && name === other
        const tenants: TenantDirectory = {
          find: (id) => (isHostile('find') ? call() : memory.find(id)),
          findByApiKeyHash: (hash) =>
            isHostile('findByApiKeyHash') ? call() : memory.findByApiKeyHash(hash),
        }
        const revocation: Revocation = {
          isRevoked: () => (isHostile('isRevoked') ? call() : false),
        }
        const options: AuthenticatorOptions<string> = {
          profile: deskProfile('precedence', {
            apiKey: name === 'findByApiKeyHash',
            ...(isHostile('custom') && { validate: () => ({ value: call() as unknown }) }),
            ...(isHostile('issues') && { validate: call }),
          }),
          tenants,
          revocation,
          now: isHostile('now') ? call : now,
          lookupTimeout: 100,
          ...(isHostile('tenant') && { tenant: call }),
        }
        const authenticator = createAuthenticator(options)
        // Twice, for what is cached by then.
        for (const time of ['first', 'second']) {
          const outcome = await authenticator.authenticate({ headers: DESK_HEADERS })
          tally.add(`${name} ${verdictOf(outcome)}`)
          if (outcome.ok && time === 'second') {
            tally.add(`bind ${verdictOf(authenticator.bindBody(outcome.identity, {}))}`)
            tally.add(`recheck ${verdictOf(await authenticator.recheck(outcome.identity))}`)
          }
        }
      }),
      // A directory that knows nobody is one hostile answer among many: always among those that are tried.
      { ...parameter, examples: [['find', () => null]] },
    )
    process.stdout.write(`law 1, callbacks: ${tally.text}\n`)
    tally.expectReached(
      [
        'find ok',
        'find keys_unavailable',
        'find token_rejected',
        'findByApiKeyHash keys_unavailable',
        'isRevoked keys_unavailable',
        'isRevoked ok',
        'now keys_unavailable',
        'tenant keys_unavailable',
        'custom ok',
        'custom keys_unavailable',
        'issues keys_unavailable',
        'recheck ok',
      ],
      parameter,
    )
  },
)

describe.each(Object.entries({ ...THROWN, ...UNSPEAKABLE }))('when %s is thrown', (_name, make) => {
  const thrower = (): never => {
    throw make()
  }
  const getter = (name: string, among: object = {}): object =>
    Object.defineProperty({ ...among }, name, { enumerable: true, get: thrower })

  test('by a request, authenticate answers 503', async () => {
    for (const request of [
      getter('headers'),
      { headers: getter('user-token', DESK_HEADERS) },
      { headers: getter('authorization', DESK_HEADERS) },
      { headers: { get: thrower, append: thrower } },
    ]) {
      const outcome = await desk.authenticate(request as AuthRequest)
      expect(verdictOf(outcome)).toBe('keys_unavailable')
    }
  })

  test('by a body, bindBody answers a refusal', async () => {
    const identity = await deskIdentity()
    for (const name of ['filters', 'userAttributes', 'org_id', 'question'])
      expect(verdictOf(desk.bindBody(identity, getter(name)))).not.toBe('ok')
  })

  test('by a revocation store or a clock, also later, authenticate and recheck answer 503', async () => {
    let hostileNow = false
    for (const isRevoked of [thrower, async () => thrower()]) {
      const authenticator = createAuthenticator({
        profile: deskProfile('precedence'),
        tenants: deskTenants,
        now: () => (hostileNow ? thrower() : now()),
        revocation: { isRevoked: () => (armed ? isRevoked() : false) },
      })
      let armed = false
      const good = await authenticator.authenticate({ headers: DESK_HEADERS })
      if (!good.ok) throw good.error
      armed = true
      expect(verdictOf(await authenticator.authenticate({ headers: DESK_HEADERS }))).toBe(
        'keys_unavailable',
      )
      expect(verdictOf(await authenticator.recheck(good.identity))).toBe('keys_unavailable')
      armed = false
      hostileNow = true
      expect(verdictOf(await authenticator.authenticate({ headers: DESK_HEADERS }))).toBe(
        'keys_unavailable',
      )
      expect(verdictOf(authenticator.bindBody(good.identity, {}))).toBe('keys_unavailable')
      hostileNow = false
    }
  })
})

test('hints of verify that throw when they are read reject with an AuthError', async () => {
  const hints = Object.defineProperty({}, 'apiKey', {
    enumerable: true,
    get: () => {
      throw new Error('hostile')
    },
  })
  await desk.verify(DESK_TOKEN, hints).then(
    () => expect.unreachable(),
    (error: unknown) => codeOf(error),
  )
})

test('a mistyped hint of verify is a TypeError, since it would hint nothing', async () => {
  const hints = { tennant: 'acme', apiKey: API_KEY } as { apiKey: string }
  await expect(desk.verify(DESK_TOKEN, hints)).rejects.toThrow(TypeError)
})

test('no promise was dropped on the way', async () => {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  expect(unhandled).toBe(0)
})
