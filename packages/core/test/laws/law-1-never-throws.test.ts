import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createAuthenticator,
  supportWidget,
  type AuthRequest,
  type Authenticator,
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
  hmac,
  hmacOfGlobex,
  widgetClaims,
  widgetTenants,
} from './customers.ts'
import { parameters, patience } from './runs.ts'
import { encode, signature, token, type SigningKey } from './signing.ts'
import { Tally, codeOf, verdictOf } from './verdicts.ts'

// Law 1: authenticate, bindBody and recheck never throw and never reject, and verify rejects only with an AuthError.

const now = (): number => NOW * 1000

/** Answers later, as a database does. */
const desks: TenantDirectory = {
  find: async (id) => deskTenants.find((tenant) => tenant.id === id),
  findByApiKeyHash: async (hash) =>
    deskTenants.find((tenant) => tenant.apiKeyHashes?.includes(hash) === true),
}

interface Service {
  readonly authenticator: Authenticator
  readonly request: (token: unknown) => AuthRequest
  readonly apiKey: { apiKey?: string }
}

const services: Readonly<Record<'widget' | 'desk', Service>> = {
  widget: {
    authenticator: createAuthenticator({ profile: supportWidget(), tenants: widgetTenants, now }),
    request: (text) =>
      request({ authorization: typeof text === 'string' ? `Bearer ${text}` : text }),
    apiKey: {},
  },
  desk: {
    authenticator: createAuthenticator({
      profile: deskProfile('strict'),
      tenants: desks,
      now,
      revocation: { isRevoked: async ({ jti }) => jti === 'revoked' },
    }),
    request: (text) => request({ 'user-token': text, authorization: `Bearer ${API_KEY}` }),
    apiKey: { apiKey: API_KEY },
  },
}

function request(headers: Readonly<Record<string, unknown>>): AuthRequest {
  return { headers: headers as AuthRequest['headers'], rawHeaders: [] }
}

interface Attempt {
  readonly service: 'widget' | 'desk'
  readonly token: unknown
  /** Made with the tenant's key over what is in it: the only kind that may pass. */
  readonly genuine: boolean
}

const NAMES = [
  'tenantId',
  'org',
  'userId',
  'userRoles',
  'exp',
  'nbf',
  'iat',
  'iss',
  'aud',
  'jti',
  'filters',
]
const NUMBERS = [
  0,
  -1,
  0.5,
  NOW - 31,
  NOW - 30,
  NOW + 29,
  NOW + 931,
  NOW + 3631,
  1e308,
  -1e308,
  2 ** 53,
]

const json = fc.jsonValue({ maxDepth: 2 })
const oddValue = fc.oneof(
  { weight: 3, arbitrary: json },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...NUMBERS, 'acme', 'globex', 'revoked', '') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      { attributes: { org: 'acme' } },
      { attributes: { $or: [{ org: 'acme' }, { org: 'globex' }] } },
      { attributes: {} },
      { attributes: { $where: '1' } },
    ),
  },
)
/** Claims and bodies that are well formed and refused all the same. */
const TELLING = [
  {},
  { jti: 'revoked' },
  { filters: { attributes: { team: 'sales' } } },
  { custom: 'refused' },
  { org: 'globex', tenantId: 'globex' },
]
const BODIES: readonly unknown[] = [
  { org_id: 'acme', filters: { attributes: { env: 'dev' } } },
  { filters: { attributes: { org: 'globex' } } },
  { org_id: 'globex' },
  { filters: { attributes: { $where: '1' } } },
]
const oddClaims = fc.dictionary(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 6 })),
  oddValue,
  { maxKeys: 3, noNullPrototype: true },
)
const oddBody = fc.oneof(
  json,
  fc.constantFrom(...BODIES),
  fc.dictionary(
    fc.constantFrom('org_id', 'filters', 'userAttributes', 'user_attributes'),
    oddValue,
  ),
)
const oddHeader = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'zip', 'jwk', 'jku', 'x5c'),
      fc.oneof(
        fc.constantFrom<unknown>('none', 'HS256', 'RS256', 'ES256', 'None', 'h1', 'e1'),
        json,
      ),
      { maxKeys: 2, noNullPrototype: true },
    ),
  },
)

/** A token that was signed properly, whatever nonsense it says. */
const signed: fc.Arbitrary<Attempt> = fc
  .record({
    service: fc.constantFrom('widget' as const, 'desk' as const),
    claims: oddClaims,
    telling: fc.constantFrom(...TELLING),
    left: fc.subarray(NAMES, { maxLength: 1 }),
    header: oddHeader,
    stranger: fc.nat(5),
  })
  .map(({ service, claims, telling, left, header, stranger }) => {
    const payload: Record<string, unknown> = {
      ...(service === 'widget' ? widgetClaims : deskClaims),
      ...claims,
      ...telling,
    }
    // Most runs leave a token whole, so that there are others than refused ones.
    if (stranger > 2) for (const name of left) delete payload[name]
    const own = service === 'widget' ? hmac : curve
    const other = service === 'widget' ? hmacOfGlobex : curveOfGlobex
    const key: SigningKey = stranger === 0 ? other : own
    return {
      service,
      token: token(payload, key, { alg: key.alg, ...header }),
      genuine:
        payload[service === 'widget' ? 'tenantId' : 'org'] === (key === own ? 'acme' : 'globex'),
    }
  })

/** What no signature can excuse: a payload or a header that is not what it should be. */
const signedNonsense: fc.Arbitrary<Attempt> = fc
  .record({
    service: fc.constantFrom('widget' as const, 'desk' as const),
    header: fc.oneof(fc.json({ maxDepth: 2 }), fc.constant('{"alg":"HS256"}')),
    payload: fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.string(),
      fc.constantFrom(
        '',
        'null',
        '[]',
        '{"exp":1e400,"tenantId":"acme","org":"acme"}',
        '{"tenantId":"acme","tenantId":"globex"}',
        '{"__proto__":{"tenantId":"acme"}}',
        '['.repeat(5000),
        `{"tenantId":${'['.repeat(40)}${']'.repeat(40)}}`,
      ),
    ),
  })
  .map(({ service, header, payload }) => {
    const key = service === 'widget' ? hmac : curve
    const input = `${encode(header)}.${encode(payload)}`
    return { service, token: `${input}.${signature(input, key)}`, genuine: true }
  })

const GENUINE = {
  widget: token(widgetClaims, hmac),
  desk: token(deskClaims, curve),
} as const

/** A good token with a piece of its text cut out, put in, doubled or changed. */
const mangled: fc.Arbitrary<Attempt> = fc
  .record({
    service: fc.constantFrom('widget' as const, 'desk' as const),
    at: fc.nat(1000),
    length: fc.nat(4),
    piece: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('', '.', '=', 'A', '_', ' ', '\n', '\0', 'é'),
    ),
  })
  .map(({ service, at, length, piece }) => {
    const text = GENUINE[service]
    const start = at % (text.length + 1)
    const changed = text.slice(0, start) + piece + text.slice(start + length)
    return { service, token: changed, genuine: changed === text }
  })

const anything: fc.Arbitrary<Attempt> = fc.record({
  service: fc.constantFrom('widget' as const, 'desk' as const),
  token: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.json({ maxDepth: 2 }),
    fc.jsonValue({ maxDepth: 2 }),
    fc.base64String(),
    fc.array(fc.base64String({ maxLength: 12 }), { maxLength: 5 }).map((parts) => parts.join('.')),
  ),
  genuine: fc.constant(false),
})

const attempt = fc.oneof(
  { weight: 5, arbitrary: anything },
  { weight: 2, arbitrary: signed },
  { weight: 1, arbitrary: signedNonsense },
  { weight: 2, arbitrary: mangled },
)

test(
  'any string, any JSON and any mutation of a good token gets a verdict, and only genuine ones pass',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('law 1, tokens', 100_000)
    const tally = new Tally()
    const bodies = fc.sample(oddBody, { seed: parameter.seed, numRuns: 500 })
    const choice = fc.nat(bodies.length - 1)
    await fc.assert(
      fc.asyncProperty(attempt, choice, async ({ service, token: text, genuine }, chosen) => {
        const { authenticator, request: ask, apiKey } = services[service]
        const outcome = await authenticator.authenticate(ask(text))
        const verdict = verdictOf(outcome)
        tally.add(verdict)
        if (verdict === 'keys_unavailable') throw new Error('nothing here is an outage')
        if (outcome.ok && !(genuine && outcome.identity.kind === 'verified'))
          throw new Error('what nobody signed has passed')

        if (outcome.ok) {
          const bound = authenticator.bindBody(outcome.identity, bodies[chosen])
          tally.add(`bind ${verdictOf(bound)}`)
          tally.add(`recheck ${verdictOf(await authenticator.recheck(outcome.identity))}`)
        }
        if (chosen % 8 === 0) {
          const thrown = await authenticator.verify(text as string, apiKey).then(
            () => 'ok',
            (error: unknown) => codeOf(error),
          )
          // A text has one meaning, however it comes.
          if (typeof text === 'string' && text.trim() !== '' && text === text.trim())
            expect(thrown).toBe(verdict)
        }
      }),
      parameter,
    )
    process.stdout.write(`law 1, tokens: ${tally.text}\n`)

    // Not vacuous: runs reach every rule that a token can break, and the other side of all of them.
    tally.expectReached(
      [
        'ok',
        'request_invalid',
        'token_rejected',
        'token_expired',
        'token_not_active',
        'token_lifetime',
        'claims_invalid',
        'token_revoked',
        'tenant_mismatch',
        'filters_missing',
        'bind ok',
        'bind body_invalid',
        'bind tenant_mismatch',
        'bind filter_conflict',
        'recheck ok',
      ],
      parameter,
      10,
    )
    tally.expectReached(['ok'], parameter, 2000)
  },
)
