import { createHmac } from 'node:crypto'
import { NOW_SECONDS } from '../fixtures/clock.ts'
import { API_KEYS, AUDIENCE, KEYS, SEARCH_CLAIMS, searchToken } from '../fixtures/search.ts'
import {
  posting,
  postingText,
  userToken,
  type Accepted,
  type ContractCase,
  type Refused,
} from './case.ts'
import type { RawRequest } from './raw-client.ts'
import type { ServiceName } from './services.ts'

const { filters, userAttributes } = SEARCH_CLAIMS

const IDENTITY = {
  kind: 'verified',
  tenantId: 'int_docs',
  userId: 'usr_9',
  userEmail: 'eve@acme.example',
  userRoles: [],
  userAttributes,
  filters,
  expiresAt: NOW_SECONDS + 86_400,
  claims: SEARCH_CLAIMS,
  bodyBound: true,
} as const

/** A token that only proves that a CAPTCHA was passed. */
const CAPTCHA = { filters: undefined, userAttributes: undefined }
const BARE = {
  kind: 'verified',
  tenantId: 'int_docs',
  userRoles: [],
  userAttributes: {},
  expiresAt: NOW_SECONDS + 86_400,
  claims: {
    iss: SEARCH_CLAIMS.iss,
    aud: AUDIENCE,
    integrationId: 'int_docs',
    exp: SEARCH_CLAIMS.exp,
  },
  bodyBound: true,
} as const

const ANONYMOUS = {
  kind: 'anonymous',
  userRoles: [],
  userAttributes: {},
  claims: {},
  bodyBound: true,
} as const
const PUBLIC = { attributes: { visibility: 'public' } }

const good = searchToken()
const captcha = searchToken(CAPTCHA)
const captchaOfEnv = searchToken({ ...CAPTCHA, filters: { attributes: { env: 'dev' } } })
/** What a handler finds as the filter of {@link good}: clauses in one fixed order. */
const EFFECTIVE = { attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] } }
const NOT_A_FILTER = 'Not a filter of the accepted grammar.'
const NOT_ATTRIBUTES = 'Not an object of JSON values, or too large or too deep.'

function at(service: ServiceName) {
  return (name: string, request: RawRequest, expected: Refused | Accepted): ContractCase => ({
    name,
    service,
    request,
    expected,
  })
}

function fault(pointer: string, detail: string): Refused {
  return { code: 'body_invalid', errors: [{ pointer, detail }] }
}

const after = at('search')
const before = at('search, before the body')
const optional = at('search, optional')
const anonymous = userToken(undefined, API_KEYS.int_open)

/** Cases of both orders: the parser before authentication, and between its two phases. */
function bothOrders(
  name: string,
  request: RawRequest,
  expected: Refused | Accepted,
): ContractCase[] {
  return [after(name, request, expected), before(name, request, expected)]
}

/** The second document: `User-Token`, an API key in `Authorization`, RS256, a body that is bound. */
export const searchCases: readonly ContractCase[] = [
  ...bothOrders('a token without a body', userToken(good), { identity: IDENTITY, body: null }),
  ...bothOrders('a token and a body of its own', posting(userToken(good), { query: 'How?' }), {
    identity: IDENTITY,
    body: { query: 'How?', filters: EFFECTIVE, userAttributes },
  }),
  ...bothOrders('the tenant in the body', posting(userToken(good), { integrationId: 'int_docs' }), {
    identity: IDENTITY,
    body: { integrationId: 'int_docs', filters: EFFECTIVE, userAttributes },
  }),
  ...bothOrders(
    'filters that contradict give way, others narrow',
    posting(userToken(good), { filters: { attributes: { env: 'prod', lang: 'en' } } }),
    {
      identity: {
        ...IDENTITY,
        filters: {
          attributes: {
            $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }, { lang: 'en' }],
          },
        },
      },
      body: {
        filters: {
          attributes: {
            $and: [{ env: 'dev' }, { lang: 'en' }, { modules: { $in: ['m1', 'm2'] } }],
          },
        },
        userAttributes,
      },
    },
  ),
  ...bothOrders(
    'attributes that were signed win whole, in both spellings',
    posting(userToken(good), {
      userAttributes: { userId: 'root', admin: true },
      user_attributes: { admin: true, userId: 'root' },
    }),
    {
      identity: IDENTITY,
      body: { filters: EFFECTIVE, userAttributes, user_attributes: userAttributes },
    },
  ),
  ...bothOrders(
    "nothing signed: the body's own filters and attributes count in the body",
    posting(userToken(captcha), {
      filters: { attributes: { lang: 'en' } },
      userAttributes: { team: 'a' },
    }),
    {
      identity: { ...BARE, filters: { attributes: { lang: 'en' } } },
      body: { filters: { attributes: { lang: 'en' } }, userAttributes: { team: 'a' } },
    },
  ),
  after('filters: null means none', posting(userToken(captcha), { filters: null, query: 'a' }), {
    identity: BARE,
    body: { query: 'a' },
  }),
  after(
    'sub is the user where nothing else is',
    userToken(searchToken({ ...CAPTCHA, sub: 'usr_sub' })),
    {
      identity: { ...BARE, userId: 'usr_sub', claims: { ...BARE.claims, sub: 'usr_sub' } },
      body: null,
    },
  ),
  after(
    'a scheme in lower case',
    {
      headers: [
        ['authorization', `bearer ${API_KEYS.int_docs}`],
        ['user-token', good],
      ],
    },
    { identity: IDENTITY },
  ),
  at('search, unbound')(
    'an unbound body is as it was sent',
    posting(userToken(good), {
      integrationId: 'int_other',
      filters: { attributes: { env: 'prod' } },
    }),
    {
      identity: { ...IDENTITY, bodyBound: false },
      body: { integrationId: 'int_other', filters: { attributes: { env: 'prod' } } },
    },
  ),
  at('search, unbound')('unbound, but not unverified', userToken('a.b.c'), {
    code: 'token_rejected',
  }),

  ...bothOrders('no API key', userToken(good, ''), { code: 'request_invalid' }),
  after('no Authorization', { headers: [['User-Token', good]] }, { code: 'api_key_rejected' }),
  after('nothing at all', {}, { code: 'api_key_rejected' }),
  after(
    'Authorization of another scheme',
    {
      headers: [
        ['Authorization', 'Basic eDp5'],
        ['User-Token', good],
      ],
    },
    { code: 'api_key_rejected' },
  ),
  after('an unknown API key', userToken(good, 'api-key-of-nobody'), { code: 'api_key_rejected' }),
  after(
    'an empty Authorization',
    {
      headers: [
        ['Authorization', ''],
        ['User-Token', good],
      ],
    },
    { code: 'request_invalid' },
  ),
  after(
    'two API keys',
    userToken(good, API_KEYS.int_docs, ['Authorization', `Bearer ${API_KEYS.int_other}`]),
    { code: 'request_invalid' },
  ),
  ...bothOrders('no token', userToken(undefined), { code: 'token_missing' }),
  after('an empty token', userToken(''), { code: 'request_invalid' }),
  after('two tokens', userToken(good, API_KEYS.int_docs, ['User-Token', good]), {
    code: 'request_invalid',
  }),
  after('a scheme before the token', userToken(`Bearer ${good}`), { code: 'token_rejected' }),
  after('the text undefined', userToken('undefined'), { code: 'token_rejected' }),
  after('a key of nobody', userToken(searchToken({}, KEYS.stranger.privateKey)), {
    code: 'token_rejected',
  }),
  after('HS256 with the public key as the secret (RFC 8725 2.1)', userToken(confused()), {
    code: 'token_rejected',
  }),
  after(
    'PS256, which is not allowed here',
    userToken(searchToken({}, undefined, { algorithm: 'PS256' })),
    { code: 'token_rejected' },
  ),
  after('an API key of another tenant', userToken(good, API_KEYS.int_other), {
    code: 'tenant_mismatch',
  }),
  after('the claim of another tenant', userToken(searchToken({ integrationId: 'int_other' })), {
    code: 'tenant_mismatch',
  }),
  after('another issuer', userToken(searchToken({ iss: 'https://auth.evil.example' })), {
    code: 'claims_invalid',
  }),
  after('another audience', userToken(searchToken({ aud: 'https://api.evil.example' })), {
    code: 'claims_invalid',
  }),
  after(
    'one audience of several',
    userToken(searchToken({ ...CAPTCHA, aud: ['https://a.example', AUDIENCE] })),
    {
      identity: { ...BARE, claims: { ...BARE.claims, aud: ['https://a.example', AUDIENCE] } },
    },
  ),
  after('expired', userToken(searchToken({ exp: NOW_SECONDS - 30 })), { code: 'token_expired' }),
  after('a life of more than a day', userToken(searchToken({ exp: NOW_SECONDS + 86_431 })), {
    code: 'token_lifetime',
  }),
  after(
    'signed filters of an unknown operator',
    userToken(searchToken({ filters: { attributes: { env: { $ne: 'a' } } } })),
    { code: 'claims_invalid' },
  ),
  after('signed filters that say nothing', userToken(searchToken({ filters: {} })), {
    code: 'claims_invalid',
  }),
  after(
    'a required attribute that was not signed',
    userToken(searchToken({ ...CAPTCHA, integrationId: 'int_walled' }), API_KEYS.int_walled),
    { code: 'filters_missing' },
  ),
  at('search, filters required')('filters that are required', userToken(captcha), {
    code: 'filters_missing',
  }),

  ...bothOrders(
    'the body of another tenant',
    posting(userToken(good), { integrationId: 'int_other' }),
    { code: 'tenant_mismatch' },
  ),
  ...bothOrders('the other spelling', posting(userToken(good), { integration_id: 'int_other' }), {
    code: 'tenant_mismatch',
  }),
  ...bothOrders(
    'two spellings that differ',
    posting(userToken(good), { integrationId: 'int_docs', integration_id: 'int_other' }),
    { code: 'tenant_mismatch' },
  ),
  after('a tenant that is no text', posting(userToken(good), { integrationId: ['int_docs'] }), {
    code: 'tenant_mismatch',
  }),
  after('a tenant that is null', posting(userToken(good), { integrationId: null }), {
    code: 'tenant_mismatch',
  }),
  at('search, body required')(
    'a body that leaves the tenant out',
    posting(userToken(good), { query: 'a' }),
    { code: 'tenant_mismatch' },
  ),
  ...bothOrders(
    'an unknown operator in the body',
    posting(userToken(good), { filters: { attributes: { env: { $ne: 'dev' } } } }),
    fault('/filters/attributes', NOT_A_FILTER),
  ),
  ...bothOrders(
    'a place in a list',
    posting(userToken(good), { filters: { attributes: { $and: [{ a: 1 }, { b: null }] } } }),
    fault('/filters/attributes/$and/1', NOT_A_FILTER),
  ),
  ...bothOrders(
    'filters that are a text',
    posting(userToken(captcha), { filters: 'env=dev' }),
    fault('/filters', NOT_A_FILTER),
  ),
  ...bothOrders(
    'attributes that are a list',
    posting(userToken(captcha), { userAttributes: [1] }),
    fault('/userAttributes', NOT_ATTRIBUTES),
  ),
  ...bothOrders(
    'two spellings of attributes that differ',
    posting(userToken(captcha), { userAttributes: { a: 1 }, user_attributes: { a: 2 } }),
    fault('/user_attributes', 'Two spellings of the user attributes differ.'),
  ),
  ...bothOrders(
    'a body that is a list',
    posting(userToken(good), [{ integrationId: 'int_docs' }]),
    fault('', 'The body must be an object.'),
  ),
  ...bothOrders(
    'a body that is null',
    posting(userToken(good), null),
    fault('', 'The body must be an object.'),
  ),
  ...bothOrders(
    'a body that is a text',
    posting(userToken(good), 'int_docs'),
    fault('', 'The body must be an object.'),
  ),
  at('search, strict')(
    'a contradiction under the strict policy',
    posting(userToken(good), { filters: { attributes: { env: 'prod' } } }),
    { code: 'filter_conflict' },
  ),
  at('search, replace')(
    'the replace policy',
    posting(userToken(captchaOfEnv), { filters: { attributes: { lang: 'en' } } }),
    {
      identity: {
        ...BARE,
        filters: { attributes: { env: 'dev' } },
        claims: { ...BARE.claims, filters: { attributes: { env: 'dev' } } },
      },
      body: { filters: { attributes: { env: 'dev' } } },
    },
  ),

  at('search, no parser')('JSON that nobody parses', posting(userToken(good), { query: 'a' }), {
    code: 'body_not_parsed',
  }),
  at('search, no parser')(
    'JSON with a suffix',
    postingText(userToken(good), '{}', 'application/vnd.api+json; charset=utf-8'),
    { code: 'body_not_parsed' },
  ),
  at('search, no parser')('text', postingText(userToken(good), 'a', 'text/plain'), {
    code: 'body_unsupported',
  }),
  at('search, no parser')(
    'multipart',
    postingText(userToken(good), '--b\r\n\r\na\r\n--b--\r\n', 'multipart/form-data; boundary=b'),
    { code: 'body_unsupported' },
  ),
  at('search, no parser')('no content type', postingText(userToken(good), '{}', undefined), {
    code: 'body_unsupported',
  }),
  at('search, no parser')('no body at all', userToken(good), { identity: IDENTITY, body: null }),
  at('search, no parser')(
    'a refusal of the headers comes first',
    posting(userToken('a.b.c'), { query: 'a' }),
    { code: 'token_rejected' },
  ),

  ...bothOrders('anonymous is held to anonymousFilters', posting(anonymous, { query: 'a' }), {
    identity: { ...ANONYMOUS, tenantId: 'int_open', filters: PUBLIC },
    body: { query: 'a', filters: PUBLIC },
  }),
  ...bothOrders(
    'anonymous cannot ask for more',
    posting(anonymous, { filters: { attributes: { visibility: 'internal' } } }),
    {
      identity: { ...ANONYMOUS, tenantId: 'int_open', filters: PUBLIC },
      body: { filters: PUBLIC },
    },
  ),
  after(
    "anonymous with the body's attributes",
    posting(anonymous, { integrationId: 'int_open', userAttributes: { a: 1 } }),
    {
      identity: { ...ANONYMOUS, tenantId: 'int_open', filters: PUBLIC },
      body: { integrationId: 'int_open', userAttributes: { a: 1 }, filters: PUBLIC },
    },
  ),
  after('anonymous, naming another tenant', posting(anonymous, { integrationId: 'int_docs' }), {
    code: 'tenant_mismatch',
  }),
  optional('optional excuses no missing API key', {}, { code: 'api_key_rejected' }),
  optional('optional excuses no tenant that requires a user', userToken(undefined), {
    code: 'token_missing',
  }),
  optional('optional excuses no bad token', userToken('a.b.c', API_KEYS.int_open), {
    code: 'token_rejected',
  }),
  optional('optional excuses no empty token', userToken('', API_KEYS.int_open), {
    code: 'request_invalid',
  }),
  at('search, no API keys')(
    'the claim names the tenant',
    { headers: [['User-Token', good]] },
    { identity: IDENTITY },
  ),
  at('search, no API keys')(
    'Authorization is not looked at',
    {
      headers: [
        ['User-Token', good],
        ['Authorization', 'Basic eDp5'],
      ],
    },
    { identity: IDENTITY },
  ),
  at('search, no API keys')(
    'the claim of another tenant',
    { headers: [['User-Token', searchToken({ integrationId: 'int_other' })]] },
    { code: 'token_rejected' },
  ),
  at('search, no API keys, optional')('nobody, of no tenant', posting({}, { query: 'a' }), {
    identity: ANONYMOUS,
    body: { query: 'a' },
  }),
  at('search, no API keys, optional')(
    'nobody, naming a tenant',
    posting({}, { integrationId: 'int_docs' }),
    { code: 'tenant_mismatch' },
  ),
  at('search, directory down')(
    'a directory that rejects',
    posting(userToken(good), { query: 'a' }),
    { code: 'keys_unavailable' },
  ),
]

/** What CVE-2015-9235 is about: the public key, which everybody has, as an HMAC secret. */
function confused(): string {
  const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')
  const [, payload] = good.split('.') as [string, string]
  const signature = createHmac('sha256', KEYS.int_docs.publicKey)
    .update(`${header}.${payload}`)
    .digest('base64url')
  return `${header}.${payload}.${signature}`
}
