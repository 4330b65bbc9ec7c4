import fc from 'fast-check'
import { NOW_SECONDS } from '../fixtures/clock.ts'
import { API_KEYS, KEYS, searchToken } from '../fixtures/search.ts'
import { SECRETS, widgetToken } from '../fixtures/widget.ts'
import type { RawRequest } from './raw-client.ts'
import type { ServiceName } from './services.ts'

/** A request to one of the services, made at random; what it should come to is not known. */
export interface RandomRequest {
  readonly service: ServiceName
  readonly request: RawRequest
}

const SERVICES: readonly ServiceName[] = [
  'widget',
  'widget, optional',
  'search',
  'search, before the body',
  'search, unbound',
  'search, body required',
  'search, strict',
  'search, replace',
  'search, optional',
  'search, no API keys',
  'search, no API keys, optional',
]

const WIDGET_TOKENS = [
  widgetToken(),
  widgetToken({ plan: undefined, userRoles: undefined }),
  widgetToken({ tenantId: 'ten_lobby' }, SECRETS.ten_lobby),
  widgetToken({}, SECRETS.ten_globex),
  widgetToken({ exp: NOW_SECONDS - 60 }),
  widgetToken({ nbf: NOW_SECONDS + 60 }),
  widgetToken({ exp: NOW_SECONDS + 7200 }),
  widgetToken({ userId: '' }),
]

const SEARCH_TOKENS = [
  searchToken(),
  searchToken({ filters: undefined }),
  searchToken({ userAttributes: undefined, sub: 'usr_1' }),
  searchToken({ filters: undefined, userAttributes: undefined }),
  searchToken({ filters: { attributes: { $or: [{ env: 'dev' }, { lang: 'en' }] } } }),
  searchToken({ integrationId: 'int_open' }),
  searchToken({ integrationId: 'int_other' }, KEYS.int_other.privateKey),
  searchToken({}, KEYS.stranger.privateKey),
  searchToken({ exp: NOW_SECONDS - 60 }),
  searchToken({ aud: 'https://elsewhere.example' }),
  searchToken({ filters: null }),
]

// Anything that may stand in a header (RFC 9110 section 5.5); HTTP itself trims what is around it.
const fieldText = fc
  .array(
    fc.constantFrom(' ', '\t', ',', ';', '=', '"', '{', 'A', 'z', '9', '-', '.', '_', '~', '%'),
    {
      maxLength: 24,
    },
  )
  .map((units) => units.join(''))

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WIDGET_TOKENS, ...SEARCH_TOKENS) },
  { weight: 1, arbitrary: fc.constantFrom('undefined', 'null', 'a.b.c', '', '..') },
  { weight: 2, arbitrary: damaged() },
  { weight: 1, arbitrary: fieldText },
)

function damaged(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...WIDGET_TOKENS, ...SEARCH_TOKENS),
      fc.nat(),
      fc.constantFrom('', 'A', '.', '=', ' '),
    )
    .map(([text, at, by]) => {
      const index = at % text.length
      return text.slice(0, index) + by + text.slice(index + 1)
    })
}

const scheme = fc.constantFrom('Bearer ', 'bearer ', 'BEARER ', 'Bearer', 'Basic ', 'Bearer  ', '')
const authorization = fc
  .tuple(scheme, fc.oneof(token, fc.constantFrom(...Object.values(API_KEYS), 'nobody')))
  .map(([before, credentials]) => before + credentials)
const goodApiKey = fc.constantFrom(...Object.values(API_KEYS)).map((key) => `Bearer ${key}`)
const goodBearer = fc.constantFrom(...WIDGET_TOKENS).map((text) => `Bearer ${text}`)

function header(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<[string, string]> {
  const names = fc.constantFrom(name, name.toLowerCase(), name.toUpperCase())
  return fc.tuple(names, value)
}

const headers = fc
  .tuple(
    // Mostly one, sometimes none, sometimes several.
    lines(header('Authorization', fc.oneof(goodApiKey, goodBearer, authorization))),
    lines(header('User-Token', token)),
    lines(header('X-Tenant-Key', fc.constantFrom('ten_acme', 'ten_lobby', 'nobody', '', 'a b'))),
    fc.array(header('Origin', fc.constant('https://a.example')), { maxLength: 1 }),
  )
  .chain((groups) => fc.shuffledSubarray(groups.flat(), { minLength: groups.flat().length }))

function lines(line: fc.Arbitrary<[string, string]>): fc.Arbitrary<[string, string][]> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(line, { minLength: 1, maxLength: 1 }) },
    { weight: 3, arbitrary: fc.array(line, { maxLength: 0 }) },
    { weight: 1, arbitrary: fc.array(line, { minLength: 2, maxLength: 3 }) },
  )
}

// Fastify's parser refuses these names by itself, so the frameworks' parsers do not agree on them.
const FORBIDDEN = ['__proto__', 'constructor']
const json = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => !FORBIDDEN.some((name) => JSON.stringify(value).includes(name)))

const scalar = fc.constantFrom<unknown>('dev', 'prod', 'm1', 'en', 1, true, null, '')
const condition = fc.oneof(
  scalar,
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $eq: scalar }),
  fc.record({ $ne: scalar }),
)
const clause = fc.dictionary(
  fc.constantFrom('env', 'modules', 'lang', 'visibility', 'a.b'),
  condition,
  {
    minKeys: 1,
    maxKeys: 2,
  },
)
const query = fc.oneof(
  clause,
  fc.record({ $and: fc.array(clause, { maxLength: 3 }) }),
  fc.record({ $or: fc.array(clause, { maxLength: 3 }) }),
)
const filters = fc.oneof(
  { weight: 6, arbitrary: fc.record({ attributes: query }) },
  { weight: 1, arbitrary: json },
)
const attributes = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom('userId', 'team', 'n'), scalar) },
  { weight: 1, arbitrary: json },
)
const tenantId = fc.oneof(
  { weight: 6, arbitrary: fc.constant<unknown>('int_docs') },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>('int_open', 'int_other', null, 7, ['int_docs']),
  },
)

const body = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        integrationId: tenantId,
        integration_id: tenantId,
        filters,
        userAttributes: attributes,
        user_attributes: attributes,
        query: json,
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: json },
)

/** Random headers and bodies: repeated, damaged, misplaced, and often right. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .record({
    service: fc.constantFrom(...SERVICES),
    headers,
    body: fc.option(body, { nil: undefined }),
    method: fc.constantFrom('POST', 'PUT', 'PATCH'),
  })
  .map(({ service, headers: given, body: sent, method }) => ({
    service,
    request: {
      ...(sent === undefined ? {} : { method, body: JSON.stringify(sent) }),
      headers:
        sent === undefined ? given : [...given, ['Content-Type', 'application/json'] as const],
    },
  }))
