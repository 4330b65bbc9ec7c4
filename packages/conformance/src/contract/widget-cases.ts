import { NOW_SECONDS } from '../fixtures/clock.ts'
import { SECRETS, WIDGET_CLAIMS, widgetToken } from '../fixtures/widget.ts'
import { bearer, posting, type Accepted, type ContractCase, type Refused } from './case.ts'
import type { RawRequest } from './raw-client.ts'
import type { ServiceName } from './services.ts'

const IDENTITY = {
  kind: 'verified',
  tenantId: 'ten_acme',
  userId: 'usr_7',
  userEmail: 'ada@acme.example',
  userRoles: ['user', 'editor'],
  plan: 'pro',
  userAttributes: {},
  issuedAt: NOW_SECONDS,
  expiresAt: NOW_SECONDS + 3600,
  claims: WIDGET_CLAIMS,
  bodyBound: false,
} as const

const ANONYMOUS = {
  kind: 'anonymous',
  userRoles: [],
  userAttributes: {},
  claims: {},
  bodyBound: false,
} as const

const good = widgetToken()
const lobby = { tenantId: 'ten_lobby' }
const [head, payload, signature] = good.split('.') as [string, string, string]

function at(service: ServiceName) {
  return (name: string, request: RawRequest, expected: Refused | Accepted): ContractCase => ({
    name,
    service,
    request,
    expected,
  })
}

const plain = at('widget')
const optional = at('widget, optional')
const guarded = at('widget, guards')
const byPath = at('widget, tenant by path')

/** The first document: `Authorization: Bearer`, `X-Tenant-Key`, HS256. */
export const widgetCases: readonly ContractCase[] = [
  plain('a token', bearer(good), { identity: IDENTITY }),
  plain('a token, with its tenant in X-Tenant-Key', bearer(good, ['X-Tenant-Key', 'ten_acme']), {
    identity: IDENTITY,
  }),
  plain('a body, which this profile leaves alone', posting(bearer(good), { filters: 'mine' }), {
    identity: IDENTITY,
    body: { filters: 'mine' },
  }),
  plain(
    'only what is required',
    bearer(
      widgetToken({ userEmail: undefined, userRoles: undefined, plan: undefined, iat: undefined }),
    ),
    {
      identity: {
        kind: 'verified',
        tenantId: 'ten_acme',
        userId: 'usr_7',
        userRoles: [],
        userAttributes: {},
        expiresAt: NOW_SECONDS + 3600,
        claims: { tenantId: 'ten_acme', userId: 'usr_7', exp: NOW_SECONDS + 3600 },
        bodyBound: false,
      },
    },
  ),
  plain(
    'a scheme in lower case (RFC 9110 11.1)',
    { headers: [['Authorization', `bearer ${good}`]] },
    { identity: IDENTITY },
  ),
  plain(
    'a scheme in upper case',
    { headers: [['Authorization', `BEARER ${good}`]] },
    { identity: IDENTITY },
  ),
  plain(
    'header names in odd case',
    {
      headers: [
        ['aUTHORIZATION', `Bearer ${good}`],
        ['X-TENANT-key', 'ten_acme'],
      ],
    },
    { identity: IDENTITY },
  ),

  plain('no token', {}, { code: 'token_missing' }),
  plain('no token to PUT', { method: 'PUT', body: '' }, { code: 'token_missing' }),
  plain(
    'a body of unknown length that nobody has read',
    { method: 'POST', headers: [['Transfer-Encoding', 'chunked']] },
    { code: 'token_missing', closes: true },
  ),
  plain('no token to a path that is not there', { path: '/nothing' }, { code: 'token_missing' }),
  plain(
    'no token, but a tenant',
    { headers: [['X-Tenant-Key', 'ten_acme']] },
    { code: 'token_missing' },
  ),
  plain('an empty header', { headers: [['Authorization', '']] }, { code: 'request_invalid' }),
  plain('a scheme alone', { headers: [['Authorization', 'Bearer']] }, { code: 'request_invalid' }),
  plain(
    'a scheme and spaces',
    { headers: [['Authorization', 'Bearer    ']] },
    { code: 'request_invalid' },
  ),
  plain(
    'another scheme',
    { headers: [['Authorization', 'Basic dXNlcjpwYXNz']] },
    { code: 'request_invalid' },
  ),
  plain(
    'a token without its scheme',
    { headers: [['Authorization', good]] },
    { code: 'request_invalid' },
  ),
  plain(
    'a tab after the scheme',
    { headers: [['Authorization', `Bearer\t${good}`]] },
    { code: 'request_invalid' },
  ),
  plain('the same token twice', bearer(good, ['Authorization', `Bearer ${good}`]), {
    code: 'request_invalid',
  }),
  plain('a good token before a bad one', bearer(good, ['authorization', 'Bearer a.b.c']), {
    code: 'request_invalid',
  }),
  plain('a bad token before a good one', bearer('a.b.c', ['AUTHORIZATION', `Bearer ${good}`]), {
    code: 'request_invalid',
  }),
  plain(
    'X-Tenant-Key twice, alike',
    bearer(good, ['X-Tenant-Key', 'ten_acme'], ['X-Tenant-Key', 'ten_acme']),
    { code: 'request_invalid' },
  ),
  plain(
    'X-Tenant-Key twice, different',
    bearer(good, ['X-Tenant-Key', 'ten_acme'], ['x-tenant-key', 'ten_globex']),
    { code: 'request_invalid' },
  ),
  plain('X-Tenant-Key empty', bearer(good, ['X-Tenant-Key', '']), { code: 'request_invalid' }),
  plain('a token over 8 KiB', bearer(`${head}.${'A'.repeat(8192)}.${signature}`), {
    code: 'request_invalid',
  }),

  plain('two tokens in one header', bearer(`${good}, Bearer ${good}`), { code: 'token_rejected' }),
  plain('two spaces after the scheme', bearer(` ${good}`), { code: 'token_rejected' }),
  plain('the text undefined', bearer('undefined'), { code: 'token_rejected' }),
  plain('the text null', bearer('null'), { code: 'token_rejected' }),
  plain('two segments', bearer(`${head}.${payload}`), { code: 'token_rejected' }),
  plain('padding', bearer(`${good}=`), { code: 'token_rejected' }),
  plain(
    '"alg": "none" (RFC 8725 2.1)',
    bearer(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`),
    { code: 'token_rejected' },
  ),
  plain('HS512', bearer(widgetToken({}, SECRETS.ten_acme, { algorithm: 'HS512' })), {
    code: 'token_rejected',
  }),
  plain('another secret', bearer(widgetToken({}, 'a secret of nobody, 32 bytes or more')), {
    code: 'token_rejected',
  }),
  plain('the secret of another tenant', bearer(widgetToken({}, SECRETS.ten_globex)), {
    code: 'token_rejected',
  }),
  plain('an unknown tenant', bearer(widgetToken({ tenantId: 'ten_nobody' })), {
    code: 'token_rejected',
  }),
  plain('no tenant', bearer(widgetToken({ tenantId: undefined })), { code: 'token_rejected' }),
  plain('a tenant id that cannot be one', bearer(widgetToken({ tenantId: 'ten acme' })), {
    code: 'token_rejected',
  }),
  plain('expired', bearer(widgetToken({ iat: NOW_SECONDS - 3600, exp: NOW_SECONDS - 30 })), {
    code: 'token_expired',
  }),
  plain(
    'expired within the tolerance',
    bearer(widgetToken({ iat: undefined, exp: NOW_SECONDS - 29 })),
    {
      identity: {
        ...withoutIssuedAt(),
        expiresAt: NOW_SECONDS - 29,
        claims: { ...withoutIat(), exp: NOW_SECONDS - 29 },
      },
    },
  ),
  plain('nbf in the future', bearer(widgetToken({ nbf: NOW_SECONDS + 31 })), {
    code: 'token_not_active',
  }),
  plain('iat in the future', bearer(widgetToken({ iat: NOW_SECONDS + 31 })), {
    code: 'token_not_active',
  }),
  plain('a life of more than an hour', bearer(widgetToken({ exp: NOW_SECONDS + 3631 })), {
    code: 'token_lifetime',
  }),
  plain(
    'longer than the tenant allows',
    bearer(widgetToken({ tenantId: 'ten_brief' }, SECRETS.ten_brief)),
    { code: 'token_lifetime' },
  ),
  plain('no exp', bearer(widgetToken({ exp: undefined })), { code: 'claims_invalid' }),
  plain('no userId', bearer(widgetToken({ userId: undefined })), { code: 'claims_invalid' }),
  plain('userId of another type', bearer(widgetToken({ userId: 7 })), { code: 'claims_invalid' }),
  plain('userRoles that are no list', bearer(widgetToken({ userRoles: 'admin' })), {
    code: 'claims_invalid',
  }),
  plain('X-Tenant-Key of another tenant', bearer(good, ['X-Tenant-Key', 'ten_globex']), {
    code: 'tenant_mismatch',
  }),
  plain('X-Tenant-Key of nobody', bearer(good, ['X-Tenant-Key', 'ten_nobody']), {
    code: 'tenant_mismatch',
  }),
  plain(
    'OPTIONS without a preflight',
    { method: 'OPTIONS', headers: [['Origin', 'https://a.example']], body: '' },
    { code: 'token_missing' },
  ),
  plain(
    'OPTIONS with a token',
    { method: 'OPTIONS', ...bearer(good), body: '' },
    { identity: IDENTITY },
  ),
  plain(
    'a preflight passes without identity',
    {
      method: 'OPTIONS',
      headers: [
        ['Origin', 'https://a.example'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    },
    { identity: null },
  ),
  plain(
    'a preflight that carries a body is none',
    {
      ...posting(
        {
          headers: [
            ['Origin', 'https://a.example'],
            ['Access-Control-Request-Method', 'POST'],
          ],
        },
        {},
      ),
      method: 'OPTIONS',
    },
    { code: 'token_missing' },
  ),
  plain('a small body that nobody has read', posting({}, { a: 1 }), { code: 'token_missing' }),

  optional('without a token: anonymous', {}, { identity: ANONYMOUS }),
  optional('with a token: verified', bearer(good), { identity: IDENTITY }),
  optional('a bad token is never anonymous', bearer('a.b.c'), { code: 'token_rejected' }),
  optional(
    'an expired token is never anonymous',
    bearer(widgetToken({ iat: undefined, exp: NOW_SECONDS - 100 })),
    { code: 'token_expired' },
  ),
  optional('the text undefined is never anonymous', bearer('undefined'), {
    code: 'token_rejected',
  }),
  optional(
    'an empty header is never anonymous',
    { headers: [['Authorization', '']] },
    { code: 'request_invalid' },
  ),
  optional(
    'another scheme is never anonymous',
    { headers: [['Authorization', 'Basic eDp5']] },
    { code: 'request_invalid' },
  ),
  optional(
    'a tenant that requires a user',
    { headers: [['X-Tenant-Key', 'ten_acme']] },
    { code: 'token_missing' },
  ),
  optional(
    'a tenant that requires none',
    { headers: [['X-Tenant-Key', 'ten_lobby']] },
    { identity: { ...ANONYMOUS, tenantId: 'ten_lobby' } },
  ),
  optional(
    'a tenant that nobody knows has no id',
    { headers: [['X-Tenant-Key', 'ten_nobody']] },
    { identity: ANONYMOUS },
  ),
  plain(
    'requireUser: false needs no option',
    { headers: [['X-Tenant-Key', 'ten_lobby']] },
    { identity: { ...ANONYMOUS, tenantId: 'ten_lobby' } },
  ),
  plain(
    'requireUser: false excuses no bad token',
    bearer(widgetToken(lobby), ['X-Tenant-Key', 'ten_lobby']),
    { code: 'token_rejected' },
  ),

  byPath(
    'a path that agrees',
    { path: '/v1/ten_acme/echo', ...bearer(good) },
    { identity: IDENTITY },
  ),
  byPath(
    'a path that agrees, with a query',
    { path: '/v1/ten_acme/echo?a=1', ...bearer(good) },
    { identity: IDENTITY },
  ),
  byPath(
    'a path of another tenant',
    { path: '/v1/ten_globex/echo', ...bearer(good) },
    { code: 'tenant_mismatch' },
  ),

  guarded(
    'a role that is not signed',
    { path: '/admin', ...bearer(good) },
    { code: 'insufficient_role' },
  ),
  guarded('any of several roles', { path: '/editors', ...bearer(good) }, { identity: IDENTITY }),
  guarded('roles for an anonymous request', { path: '/editors' }, { code: 'token_missing' }),
  guarded(
    'a role that only differs in case',
    { path: '/admin', ...bearer(widgetToken({ userRoles: ['Admin'] })) },
    { code: 'insufficient_role' },
  ),
  guarded(
    'a plan that is not signed',
    { path: '/enterprise', ...bearer(good) },
    { code: 'insufficient_plan' },
  ),
  guarded('any of several plans', { path: '/paid', ...bearer(good) }, { identity: IDENTITY }),
  guarded('plans for an anonymous request', { path: '/paid' }, { code: 'token_missing' }),
  guarded(
    'no plan at all',
    { path: '/paid', ...bearer(widgetToken({ plan: undefined })) },
    { code: 'insufficient_plan' },
  ),
  guarded(
    'two guards must both pass',
    { path: '/both', ...bearer(good) },
    { code: 'insufficient_plan' },
  ),
  guarded(
    'a bad token before a guard',
    { path: '/admin', ...bearer('a.b.c') },
    { code: 'token_rejected' },
  ),
  at('guards alone')(
    'a role guard without countersign',
    { path: '/admin', ...bearer(good) },
    { code: 'identity_missing' },
  ),
  at('guards alone')(
    'a plan guard without countersign',
    { path: '/paid', ...bearer(good) },
    { code: 'identity_missing' },
  ),

  at('widget, revoked')('a revoked user', bearer(widgetToken({ userId: 'usr_gone' })), {
    code: 'token_revoked',
  }),
  at('widget, revoked')('a user who is not revoked', bearer(good), { identity: IDENTITY }),
  at('widget, revocation down')('a revocation store that throws', bearer(good), {
    code: 'keys_unavailable',
  }),
  at('widget, directory down')('a directory that throws', bearer(good), {
    code: 'keys_unavailable',
  }),
]

function withoutIssuedAt() {
  const { issuedAt: _, ...rest } = IDENTITY
  return rest
}

function withoutIat() {
  const { iat: _, ...rest } = WIDGET_CLAIMS
  return rest
}
