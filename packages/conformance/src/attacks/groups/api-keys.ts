import { API_KEY, group, INVALID, type AttackGroup } from '../attack.ts'
import { headers, search, searchToken } from '../requests.ts'

/** The API key of a search integration. */
export const apiKeys: AttackGroup = group('API key', { at: 'search', control: search() }, [
  {
    name: 'no API key',
    intent: 'a sound token alone',
    make: search({ apiKey: null }),
    expect: API_KEY,
  },
  {
    name: 'no API key and no token',
    intent: 'nothing at all',
    make: search({ apiKey: null, token: null }),
    expect: API_KEY,
  },
  {
    name: 'an unknown API key',
    intent: 'any key',
    make: search({ apiKey: 'key_unknown' }),
    expect: API_KEY,
  },
  {
    name: 'the hash of the API key',
    intent: 'what a leaked table of tenants holds',
    make: search((world) => ({ apiKey: world.searchTenants[0]?.apiKeyHashes?.[0] ?? '' })),
    expect: API_KEY,
  },
  {
    name: 'the API key in another case',
    intent: 'a comparison that folds',
    make: search(({ a }) => ({ apiKey: a.apiKey.toUpperCase() })),
    expect: API_KEY,
  },
  {
    name: 'the start of the API key',
    intent: 'a comparison by its beginning',
    make: search(({ a }) => ({ apiKey: a.apiKey.slice(0, -1) })),
    expect: API_KEY,
  },
  {
    name: 'the API key behind two spaces',
    intent: 'one header in many spellings',
    make: search(({ a }) => ({ apiKey: ` ${a.apiKey}` })),
    expect: API_KEY,
  },
  ...['Basic', 'Token', 'Bearer2'].map((scheme) => ({
    name: `the API key with the scheme ${scheme}`,
    intent: 'a scheme that is not looked at',
    make: headers((world) => [
      ['Authorization', `${scheme} ${world.a.apiKey}`],
      ['User-Token', searchToken(world)],
    ]),
    expect: API_KEY,
  })),
  {
    name: 'Bearer without an API key',
    intent: 'an empty key that hashes to something',
    make: headers((world) => [
      ['Authorization', 'Bearer'],
      ['User-Token', searchToken(world)],
    ]),
    expect: INVALID,
  },
  {
    name: 'the API key in the query',
    intent: 'a place that ends up in logs',
    make: search(({ a }) => ({ apiKey: null, query: `?apiKey=${a.apiKey}` })),
    expect: API_KEY,
  },
])
