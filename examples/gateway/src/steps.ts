// What the tour sends, and what has to come back.
import { createHmac } from 'node:crypto'
import type { WireFilters } from '@countersign/filters'
import jwt from 'jsonwebtoken'
import type { Customers, Integration } from './customers.ts'
import { createWidgetToken, generateToken, widgetPayload, type User } from './tokens.ts'

export interface Step {
  readonly sent: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** A code, and what a client does about it; or what the handler saw. */
  readonly expect:
    | { readonly code: string; readonly status: number; readonly action: string }
    | { readonly user: string; readonly filters?: string; readonly dropped?: string }
}

export const mia: User = {
  id: 'usr_42',
  email: 'mia@acme.example',
  roles: ['user'],
  plan: 'pro',
}

export const signedFilters = {
  attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
}

export function supportSteps({ acme, globex }: Customers): readonly Step[] {
  const good = createWidgetToken(mia, acme)
  const payload = widgetPayload(mia, acme)
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
  const step = (
    sent: string,
    headers: Record<string, string>,
    expect: Step['expect'],
    path = '/support/me',
  ): Step => ({ sent, path, headers, expect })

  return [
    step('a good token', bearer(good), { user: 'usr_42, roles user, plan pro' }),
    step(
      'a good token, and X-Tenant-Key with the same tenant',
      { ...bearer(good), 'x-tenant-key': acme.tenantId },
      { user: 'usr_42, roles user, plan pro' },
    ),
    step('no token', {}, refused(401, 'token_missing', 'refresh')),
    step(
      'the text "undefined" as the token',
      bearer('undefined'),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'Basic instead of Bearer',
      { authorization: 'Basic bWlhOnNlY3JldA==' },
      refused(400, 'request_invalid', 'stop'),
    ),
    step(
      'expired an hour ago',
      bearer(jwt.sign(payload, acme.jwtSecret, { algorithm: 'HS256', expiresIn: '-1h' })),
      refused(401, 'token_expired', 'refresh'),
    ),
    step(
      'good for a day, where an hour is the most',
      bearer(jwt.sign(payload, acme.jwtSecret, { algorithm: 'HS256', expiresIn: '1d' })),
      refused(401, 'token_lifetime', 'stop'),
    ),
    step(
      'another algorithm, HS512, with the right secret',
      bearer(jwt.sign(payload, acme.jwtSecret, { algorithm: 'HS512', expiresIn: '1h' })),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'no signature, "alg": "none"',
      bearer(jwt.sign(payload, '', { algorithm: 'none', expiresIn: '1h' })),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'forged: signed with a guessed secret',
      bearer(createWidgetToken(mia, { ...acme, jwtSecret: 'a secret that somebody has guessed' })),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'tampered: the role "admin" written into a good token',
      bearer(rewrite(good, { userRoles: ['admin'] })),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      "cross-tenant: Globex's token with Acme's X-Tenant-Key",
      { ...bearer(createWidgetToken(mia, globex)), 'x-tenant-key': acme.tenantId },
      refused(403, 'tenant_mismatch', 'stop'),
    ),
    step(
      "cross-tenant: says it is Acme's, signed with Globex's secret",
      bearer(createWidgetToken(mia, { ...globex, tenantId: acme.tenantId })),
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'a route for admins, without that role',
      bearer(good),
      refused(403, 'insufficient_role', 'stop'),
      '/support/reports',
    ),
    step(
      'a route for the plan "pro", with the plan "free"',
      bearer(createWidgetToken({ ...mia, roles: ['admin'], plan: 'free' }, acme)),
      refused(403, 'insufficient_plan', 'stop'),
      '/support/reports',
    ),
  ]
}

/** The example configuration of the search integration's document. */
export function searchToken(
  { integrationId, issuer, privateKey }: Integration,
  hours = 24,
): string {
  return generateToken(
    {
      iss: issuer,
      integrationId,
      filters: signedFilters,
      userAttributes: {
        userId: '123456789',
        userEmail: 'me@inkeep.com',
        userCohorts: ['group1', 'group2'],
      },
      expirationOffsetHours: hours,
    },
    privateKey,
  )
}

export function searchSteps({ docs, open }: Customers): readonly Step[] {
  const good = searchToken(docs)
  const key = { authorization: `Bearer ${docs.apiKey}` }
  const bound = { user: '123456789', filters: 'env = dev and modules in (module1, module2)' }
  const step = (
    sent: string,
    headers: Record<string, string>,
    body: Record<string, unknown>,
    expect: Step['expect'],
  ): Step => ({
    sent,
    path: '/search',
    headers,
    body: { integrationId: docs.integrationId, query: 'deploy', ...body },
    expect,
  })
  const asked = (attributes: WireFilters['attributes']): { filters: WireFilters } => ({
    filters: { attributes },
  })
  const signed = { ...key, 'user-token': good }

  return [
    step('a good token, no filters in the body', signed, {}, bound),
    step('the body narrows the signed filter', signed, asked({ modules: 'module2' }), {
      user: '123456789',
      filters: 'env = dev and modules in (module1, module2) and modules = module2',
    }),
    step('tampered filters: env "prod", signed is "dev"', signed, asked({ env: 'prod' }), {
      ...bound,
      dropped: 'env = prod',
    }),
    step(
      'tampered filters: env "dev" or "prod", as an $or',
      signed,
      asked({ $or: [{ env: 'dev' }, { env: 'prod' }] }),
      { ...bound, filters: `${bound.filters} and (env = dev or env = prod)` },
    ),
    step(
      "tampered attributes: another user's id in the body",
      signed,
      { userAttributes: { userId: '1' } },
      bound,
    ),
    step(
      'an operator that is not in the grammar, $ne',
      signed,
      { filters: { attributes: { env: { $ne: 'dev' } } } },
      refused(400, 'body_invalid', 'stop'),
    ),
    step(
      'the wrong integration in the body',
      signed,
      { integrationId: open.integrationId },
      refused(403, 'tenant_mismatch', 'stop'),
    ),
    step(
      "another integration's token",
      { ...key, 'user-token': searchToken(open) },
      {},
      refused(403, 'tenant_mismatch', 'stop'),
    ),
    step(
      'a wrong API key',
      { ...signed, authorization: 'Bearer key_0123456789abcdef' },
      {},
      refused(401, 'api_key_rejected', 'stop'),
    ),
    step('no API key', { 'user-token': good }, {}, refused(401, 'api_key_rejected', 'stop')),
    step('no token', key, {}, refused(401, 'token_missing', 'refresh')),
    step(
      'expired an hour ago',
      { ...key, 'user-token': searchToken(docs, -1) },
      {},
      refused(401, 'token_expired', 'refresh'),
    ),
    step(
      'another algorithm, HS256, with the public key as the secret',
      { ...key, 'user-token': confuse(good, docs.publicKey) },
      {},
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      "forged: signed with somebody else's private key",
      { ...key, 'user-token': searchToken({ ...docs, privateKey: open.privateKey }) },
      {},
      refused(401, 'token_rejected', 'refresh'),
    ),
    step(
      'another issuer',
      { ...key, 'user-token': searchToken({ ...docs, issuer: 'https://auth.other.example' }) },
      {},
      refused(401, 'claims_invalid', 'stop'),
    ),
    step(
      'no token, where the integration does not require a user',
      { authorization: `Bearer ${open.apiKey}` },
      { integrationId: open.integrationId, ...asked({ env: 'dev' }) },
      { user: 'nobody', filters: 'env = public', dropped: 'env = dev' },
    ),
    step(
      'a bad token there: it is refused, not taken for "no token"',
      { authorization: `Bearer ${open.apiKey}`, 'user-token': searchToken(open, -1) },
      { integrationId: open.integrationId },
      refused(401, 'token_expired', 'refresh'),
    ),
  ]
}

function refused(status: number, code: string, action: string): Step['expect'] {
  return { status, code, action }
}

/** A good token with other claims and the old signature. */
function rewrite(token: string, claims: object): string {
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const old = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  return [header, encode({ ...old, ...claims }), signature].join('.')
}

/** The classic confusion of algorithms: the public key, which anybody may have, as an HMAC secret. */
function confuse(token: string, publicKey: string): string {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${token.split('.')[1]}`
  return `${text}.${createHmac('sha256', publicKey).update(text).digest('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
