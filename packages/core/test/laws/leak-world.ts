import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import {
  searchIntegration,
  supportWidget,
  type AuthenticatorOptions,
  type Tenant,
  type TenantDirectory,
} from '../../src/index.ts'
import { Canaries } from './canaries.ts'
import { encode, hmacKey, signature, token, type SigningKey } from './signing.ts'

// Law 4: services, and requests that each of them refuses, full of canaries. Made from a seed, so that two processes can
// make the same ones.

export const NOW = 1_800_000_000
const now = (): number => NOW * 1000

/** What a request is answered with. */
export interface LeakyRequest {
  readonly name: string
  /** Which of the services. */
  readonly service: string
  readonly expected: string
  readonly headers: Readonly<Record<string, string>>
  /** As it is sent. */
  readonly body?: { readonly type: string; readonly text: string }
  /** Where a service has routes of its own. */
  readonly route?: 'admin' | 'pro' | 'orphan' | 'unparsed'
}

export interface LeakWorld {
  readonly canaries: Canaries
  readonly services: Readonly<Record<string, AuthenticatorOptions>>
  readonly requests: readonly LeakyRequest[]
  /** Records that are refused at load. */
  readonly badTenants: readonly unknown[]
}

/** An Ed25519 key of 32 given bytes (RFC 8410), so that both processes have the same. */
function edKey(secret: Buffer): { key: SigningKey; publicKey: string; private: KeyObject } {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const pem = String(createPublicKey(key).export({ type: 'spki', format: 'pem' }))
  return {
    key: { alg: 'EdDSA', private: key, tenantKey: { alg: 'EdDSA', publicKey: pem } },
    publicKey: pem,
    private: key,
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** An error that carries canaries wherever an error can. */
export function loadedError(canaries: Canaries, name: string): Error {
  const error = new Error(canaries.plantOdd(`${name}: message`), {
    cause: new Error(canaries.plant(`${name}: cause`)),
  })
  error.name = canaries.plant(`${name}: name`)
  error.stack = `${error.name}: ${error.message}\n    at ${canaries.plant(`${name}: stack`)} (connection.js:1:1)`
  return Object.assign(error, {
    query: canaries.plant(`${name}: query`),
    status: 418,
    headers: { 'x-leak': canaries.plant(`${name}: header`) },
    expose: true,
  })
}

export function createLeakWorld(seed: number): LeakWorld {
  const canaries = new Canaries(seed)
  const secret = canaries.plant('widget secret')
  const widgetKey = hmacKey(secret)
  const stranger = hmacKey(canaries.plant('secret of a stranger'))
  const { key: searchKey } = edKey(sha256(canaries.plant('private key')))
  canaries.watch('private key bytes', sha256(canaries.plant('private key')).toString('latin1'))
  const apiKey = canaries.plant('API key')
  const issuer = `https://${canaries.plant('issuer of the tenant')}.example`

  const widgetTenant: Tenant = { id: 'known-widget', keys: [widgetKey.tenantKey] }
  const bytesTenant: Tenant = {
    id: 'known-bytes',
    keys: [{ alg: 'HS256', secret: Buffer.from(canaries.plant('secret as bytes')) }],
  }
  const searchTenant: Tenant = {
    id: 'known-search',
    keys: [searchKey.tenantKey],
    issuer,
    apiKeyHashes: [`sha256:${sha256(apiKey).toString('hex')}`],
    requiredFilterAttributes: ['org'],
    audience: canaries.plant('audience of the tenant'),
  }

  const widget = { profile: supportWidget(), now }
  const search = {
    profile: searchIntegration({ algorithms: ['EdDSA'], filters: { policy: 'strict' } }),
    now,
  }
  const fails =
    (name: string): (() => never) =>
    () => {
      throw loadedError(canaries, name)
    }
  const finds = (record: unknown): TenantDirectory => ({ find: async () => record as Tenant })
  const schema = (name: string, validate: () => unknown): AuthenticatorOptions => ({
    ...widget,
    profile: supportWidget({ custom: { '~standard': { version: 1, vendor: name, validate } } }),
    tenants: [widgetTenant],
  })

  const badTenants: readonly unknown[] = [
    { id: 'short', keys: [{ alg: 'HS256', secret: canaries.plant('short secret').slice(0, 31) }] },
    {
      id: 'pem',
      keys: [
        { alg: 'HS256', secret: `-----BEGIN PUBLIC KEY-----${canaries.plant('PEM as a secret')}` },
      ],
    },
    { id: 'public', keys: [{ alg: 'RS256', publicKey: canaries.plant('text as a PEM') }] },
    {
      id: 'private',
      keys: [
        {
          alg: 'RS256',
          publicKey: `-----BEGIN PRIVATE KEY-----\n${canaries.plant('private PEM')}\n-----END PRIVATE KEY-----`,
        },
      ],
    },
    {
      id: 'jwk',
      keys: [{ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: canaries.plant('bad JWK') } }],
    },
    {
      id: 'oct',
      keys: [{ alg: 'RS256', jwk: { kty: 'oct', k: canaries.plant('symmetric JWK') } }],
    },
    {
      id: 'd',
      keys: [
        {
          alg: 'EdDSA',
          jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA', d: canaries.plant('private JWK') },
        },
      ],
    },
    {
      id: 'alg',
      keys: [
        {
          alg: canaries.plant('unknown alg'),
          secret: canaries.plant('secret beside an unknown alg'),
        },
      ],
    },
    {
      id: 'two',
      keys: [
        {
          alg: 'HS256',
          secret: canaries.plant('one of two'),
          publicKey: canaries.plant('two of two'),
        },
      ],
    },
    {
      id: 'kid',
      keys: [
        {
          alg: 'HS256',
          kid: [canaries.plant('odd kid')],
          secret: canaries.plant('secret with an odd kid'),
        },
      ],
    },
    {
      id: 'twins',
      keys: [
        { alg: 'HS256', kid: canaries.plant('kid of twins'), secret },
        { alg: 'HS256', kid: canaries.plant('kid of twins'), secret },
      ],
    },
    { id: 'keyless', keys: canaries.plant('keys as text') },
    { id: 'issuer', keys: [{ alg: 'HS256', secret }], issuer: [canaries.plant('odd issuer')] },
    {
      id: 'audience',
      keys: [{ alg: 'HS256', secret }],
      audience: [{ [canaries.plant('odd audience')]: 1 }],
    },
    {
      id: 'lifetime',
      keys: [{ alg: 'HS256', secret }],
      maxLifetime: canaries.plant('odd lifetime'),
    },
    {
      id: 'hash',
      keys: [{ alg: 'HS256', secret }],
      apiKeyHashes: [canaries.plant('API key that is not hashed')],
    },
    {
      id: 'filters',
      keys: [{ alg: 'HS256', secret }],
      anonymousFilters: {
        attributes: { [canaries.plant('filter key')]: { $where: canaries.plant('filter value') } },
      },
    },
    { id: ['odd'], keys: [{ alg: 'HS256', secret }] },
  ]

  const services: Record<string, AuthenticatorOptions> = {
    widget: { ...widget, tenants: [widgetTenant, bytesTenant] },
    search: { ...search, tenants: [searchTenant] },
    revoked: { ...widget, tenants: [widgetTenant], revocation: { isRevoked: () => true } },
    'revocation throws': {
      ...widget,
      tenants: [widgetTenant],
      revocation: { isRevoked: fails('revocation') },
    },
    'revocation rejects': {
      ...widget,
      tenants: [widgetTenant],
      revocation: { isRevoked: async () => fails('revocation, later')() },
    },
    'revocation babbles': {
      ...widget,
      tenants: [widgetTenant],
      revocation: { isRevoked: () => canaries.plant('no verdict') as unknown as boolean },
    },
    'directory throws': { ...widget, tenants: { find: fails('directory') } },
    'directory rejects': { ...widget, tenants: { find: async () => fails('directory, later')() } },
    'schema complains': schema('complains', () => ({
      issues: [
        { message: canaries.plantOdd('schema issue'), path: [canaries.plant('schema path')] },
      ],
    })),
    'schema throws': schema('throws', fails('schema')),
    'tenant function throws': {
      ...widget,
      tenants: [widgetTenant],
      tenant: fails('tenant function'),
    },
    'tenant function babbles': {
      ...widget,
      tenants: [widgetTenant],
      tenant: () => canaries.plant('named tenant'),
    },
    'clock throws': { ...widget, tenants: [widgetTenant], now: fails('clock') },
    'another record': {
      ...widget,
      tenants: finds({ id: 'known-other', keys: [stranger.tenantKey] }),
    },
    ...Object.fromEntries(
      badTenants.map((record, n) => [`bad record ${n}`, { ...widget, tenants: finds(record) }]),
    ),
  }

  const everywhere = {
    cookie: `session=${canaries.plant('cookie')}`,
    'x-other': canaries.plant('another header'),
    'user-agent': canaries.plant('user agent'),
  }
  const header = (alg: string): object => ({
    alg,
    kid: canaries.plantOdd('kid of a token'),
    typ: canaries.plant('typ of a token'),
    cty: canaries.plant('cty of a token'),
  })
  const said = {
    jti: canaries.plant('jti'),
    sub: canaries.plant('sub'),
    [canaries.plant('name of a claim')]: canaries.plantOdd('a claim of one’s own'),
    nested: { [canaries.plant('nested name')]: [canaries.plant('nested claim')] },
  }
  const widgetClaims = {
    tenantId: 'known-widget',
    userId: canaries.plant('userId'),
    userEmail: `${canaries.plant('userEmail')}@acme.example`,
    userRoles: [canaries.plant('a role')],
    plan: canaries.plant('plan'),
    iat: NOW,
    exp: NOW + 600,
    ...said,
  }
  const searchClaims = {
    integrationId: 'known-search',
    iss: issuer,
    aud: canaries.plant('audience of the tenant'),
    exp: NOW + 600,
    filters: { attributes: { org: canaries.plant('signed filter value') } },
    userAttributes: {
      [canaries.plant('name of an attribute')]: canaries.plantOdd('signed attribute'),
    },
    ...said,
  }

  let made = 0
  function sign(claims: object, key: SigningKey): string {
    const text = token(claims, key, header(key.alg))
    made += 1
    const [, payload = '', mac = ''] = text.split('.')
    canaries.watch(`payload of token ${made}`, payload)
    canaries.watch(`signature of token ${made}`, mac)
    return text
  }
  const bearer = (text: string): Readonly<Record<string, string>> => ({
    ...everywhere,
    authorization: `Bearer ${text}`,
  })
  const widgetWith = (claims: object, key = widgetKey): Readonly<Record<string, string>> =>
    bearer(sign({ ...widgetClaims, ...claims }, key))
  const searchWith = (claims: object): Readonly<Record<string, string>> => ({
    ...bearer(apiKey),
    'user-token': sign({ ...searchClaims, ...claims }, searchKey),
  })
  const json = (body: unknown): { type: string; text: string } => ({
    type: 'application/json',
    text: JSON.stringify(body),
  })

  const requests: LeakyRequest[] = []
  function refused(
    service: string,
    expected: string,
    name: string,
    headers: Readonly<Record<string, string>>,
    more: Pick<LeakyRequest, 'body' | 'route'> = {},
  ): void {
    requests.push({ service, expected, name, headers, ...more })
  }

  refused('widget', 'token_missing', 'no token', everywhere)
  refused('widget', 'request_invalid', 'another scheme', {
    ...everywhere,
    authorization: `Basic ${canaries.plant('Basic credentials')}`,
  })
  refused(
    'widget',
    'request_invalid',
    'too large',
    bearer(`${canaries.plant('large token')}${'A'.repeat(8200)}`),
  )
  refused('widget', 'token_rejected', 'no JWS', bearer(canaries.plant('no JWS')))
  refused('widget', 'token_rejected', 'wrong signature', widgetWith({}, stranger))
  refused(
    'widget',
    'token_rejected',
    'unknown tenant',
    widgetWith({ tenantId: canaries.plant('unknown tenant') }),
  )
  refused(
    'widget',
    'token_rejected',
    'alg none',
    bearer(`${encode({ ...header('none') })}.${encode(widgetClaims)}.`),
  )
  refused(
    'widget',
    'token_rejected',
    'crit',
    bearer(signedWithCrit(widgetClaims, widgetKey, canaries)),
  )
  refused('widget', 'token_expired', 'expired', widgetWith({ exp: NOW - 100 }))
  refused('widget', 'token_not_active', 'early', widgetWith({ nbf: NOW + 100 }))
  refused('widget', 'token_lifetime', 'long', widgetWith({ exp: NOW + 90_000 }))
  refused(
    'widget',
    'claims_invalid',
    'userId',
    widgetWith({ userId: { [canaries.plant('odd userId')]: 1 } }),
  )
  refused(
    'widget',
    'claims_invalid',
    'userRoles',
    widgetWith({ userRoles: [canaries.plant('odd role'), 1] }),
  )
  refused('widget', 'claims_invalid', 'exp', widgetWith({ exp: canaries.plant('exp as text') }))
  refused('widget', 'tenant_mismatch', 'hint', {
    ...widgetWith({}),
    'x-tenant-key': canaries.plant('hint'),
  })
  refused('widget', 'insufficient_role', 'role', widgetWith({}), { route: 'admin' })
  refused('widget', 'insufficient_plan', 'plan', widgetWith({}), { route: 'pro' })
  refused('widget', 'identity_missing', 'orphan', widgetWith({}), { route: 'orphan' })

  refused('search', 'api_key_rejected', 'no API key', {
    ...everywhere,
    'user-token': sign(searchClaims, searchKey),
  })
  refused('search', 'api_key_rejected', 'unknown API key', {
    ...searchWith({}),
    authorization: `Bearer ${canaries.plant('unknown API key')}`,
  })
  refused('search', 'token_missing', 'no token', bearer(apiKey))
  refused(
    'search',
    'tenant_mismatch',
    'claim',
    searchWith({ integrationId: canaries.plant('claim of another tenant') }),
  )
  refused('search', 'claims_invalid', 'iss', searchWith({ iss: canaries.plant('another iss') }))
  refused('search', 'claims_invalid', 'aud', searchWith({ aud: [canaries.plant('another aud')] }))
  refused(
    'search',
    'claims_invalid',
    'filters',
    searchWith({
      filters: {
        attributes: {
          [canaries.plant('signed filter key')]: {
            $where: canaries.plant('signed operator value'),
          },
        },
      },
    }),
  )
  refused(
    'search',
    'claims_invalid',
    'userAttributes',
    searchWith({ userAttributes: { constructor: canaries.plant('forbidden attribute') } }),
  )
  refused(
    'search',
    'filters_missing',
    'another attribute',
    searchWith({ filters: { attributes: { team: canaries.plant('value of another attribute') } } }),
  )
  refused('search', 'filter_conflict', 'contradiction', searchWith({}), {
    body: json({ filters: { attributes: { org: canaries.plant('asked filter value') } } }),
  })
  refused('search', 'body_invalid', 'filter key', searchWith({}), {
    body: json({
      filters: { attributes: { $and: [{ [`${canaries.plant('asked filter key')}.`]: 1 }] } },
    }),
  })
  refused('search', 'body_invalid', 'operator', searchWith({}), {
    body: json({
      filters: {
        attributes: {
          $or: [
            { a: { [`$${canaries.plant('asked operator')}`]: canaries.plant('asked operand') } },
          ],
        },
      },
    }),
  })
  refused('search', 'body_invalid', 'member', searchWith({}), {
    body: json({ filters: { [canaries.plant('member beside attributes')]: 1 } }),
  })
  refused('search', 'body_invalid', 'attributes', searchWith({}), {
    body: json({ userAttributes: canaries.plant('attributes as text') }),
  })
  refused('search', 'body_invalid', 'two spellings', searchWith({}), {
    body: json({
      userAttributes: { [canaries.plant('one spelling')]: 1 },
      user_attributes: { [canaries.plant('another spelling')]: 1 },
    }),
  })
  refused('search', 'body_invalid', 'a list', searchWith({}), {
    body: json([canaries.plant('a body that is a list')]),
  })
  refused('search', 'tenant_mismatch', 'body', searchWith({}), {
    body: json({
      integrationId: canaries.plant('tenant in the body'),
      [canaries.plant('member of a body')]: 1,
    }),
  })
  refused('search', 'body_unsupported', 'text', searchWith({}), {
    body: { type: `text/${canaries.plant('content type')}`, text: canaries.plant('body as text') },
  })
  refused('search', 'body_not_parsed', 'unparsed', searchWith({}), {
    route: 'unparsed',
    body: json({ question: canaries.plant('unread body') }),
  })

  // In an outage nobody knows whether there is such a tenant: its name is then a claim like any other.
  for (const service of ['directory throws', 'directory rejects'])
    refused(
      service,
      'keys_unavailable',
      'a tenant that nobody knows',
      widgetWith({ tenantId: canaries.plant(`tenant that nobody knows, ${service}`) }),
    )
  refused('revoked', 'token_revoked', 'revoked', widgetWith({}))
  refused('schema complains', 'claims_invalid', 'issues', widgetWith({}))
  refused('tenant function babbles', 'tenant_mismatch', 'another name', widgetWith({}))
  refused(
    'another record',
    'token_rejected',
    'a tenant that nobody knows',
    widgetWith({ tenantId: canaries.plant('tenant for whom another is found') }),
  )
  for (const service of [
    'revocation throws',
    'revocation rejects',
    'revocation babbles',
    'directory throws',
    'directory rejects',
    'schema throws',
    'tenant function throws',
    'clock throws',
    ...badTenants.map((_, n) => `bad record ${n}`),
  ])
    refused(service, 'keys_unavailable', service, widgetWith({}))

  return { canaries, services, requests, badTenants }
}

function signedWithCrit(claims: object, key: SigningKey, canaries: Canaries): string {
  const name = canaries.plant('name in crit')
  const input = `${encode({ alg: key.alg, crit: [name], [name]: 1 })}.${encode(claims)}`
  return `${input}.${signature(input, key)}`
}
