import { API_KEY, group, INVALID, MISSING, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { headers, search, searchToken, widget, widgetToken } from '../requests.ts'

/** Only one header is read; a sound token anywhere else is no token. */
export const elsewhere: AttackGroup = group(
  'a token somewhere else',
  { at: 'widget', control: widget() },
  [
    ...[
      'Cookie',
      'Proxy-Authorization',
      'X-Authorization',
      'X-Access-Token',
      'User-Token',
      'User_Token',
      'Authorization2',
    ].map((name) => ({
      name: `a sound token in ${name}`,
      intent: 'a second place that nobody protects',
      make: headers((world) => [
        [name, name === 'Cookie' ? `token=${widgetToken(world)}` : `Bearer ${widgetToken(world)}`],
      ]),
      expect: MISSING,
    })),
    {
      name: 'a sound token in the query',
      intent: 'a place that ends up in logs',
      make: (world) => ({
        headers: [],
        query: `?access_token=${widgetToken(world)}&token=${widgetToken(world)}`,
      }),
      expect: MISSING,
    },
    {
      name: 'a sound token in a form',
      intent: 'RFC 6750 section 2.2, which this service does not offer',
      make: (world) => ({
        headers: [],
        method: 'POST',
        body: `access_token=${widgetToken(world)}`,
        contentType: 'application/x-www-form-urlencoded',
      }),
      expect: MISSING,
    },
    {
      name: 'headers that a proxy would set',
      intent: 'an identity that a header simply claims',
      make: headers(() => [
        ['X-User-Id', 'usr_1'],
        ['X-Forwarded-User', 'usr_1'],
        ['X-Tenant-Id', 'ten_a'],
        ['X-Tenant-Key', 'ten_a'],
      ]),
      expect: MISSING,
    },
    {
      name: 'a forged token in the header, a sound one in a cookie',
      intent: 'a fallback to another place after a failure',
      make: headers((world) => [
        ['Authorization', 'Bearer a.b.c'],
        ['Cookie', `token=${widgetToken(world)}`],
      ]),
      expect: REJECTED,
    },
    {
      name: 'a sound token in the header, a forged one in a cookie',
      intent: 'none: a stale cookie must not stand in the way',
      make: widget({ more: [['Cookie', 'token=a.b.c']] }),
      expect: PASSES,
      sees: { userId: 'usr_1' },
    },
    ...['User_Token', 'Usertoken', 'X-User-Token', 'user-token-2'].map((name) => ({
      name: `a sound token in ${name}, where User-Token is read`,
      intent: 'a name that some hop folds into another',
      at: 'search' as const,
      make: search((world) => ({ token: null, more: [[name, searchToken(world)] as const] })),
      expect: MISSING,
    })),
    {
      name: 'a user token in Authorization, the API key in User-Token',
      intent: "two credentials in each other's place",
      at: 'search',
      make: headers((world) => [
        ['Authorization', `Bearer ${searchToken(world)}`],
        ['User-Token', world.a.apiKey],
      ]),
      expect: API_KEY,
    },
    {
      name: 'the API key as the user token too',
      intent: 'one credential for two',
      at: 'search',
      make: search((world) => ({ token: world.a.apiKey })),
      expect: REJECTED,
    },
    {
      name: 'a user token with a scheme, where it stands bare',
      intent: 'one header in many spellings',
      at: 'search',
      make: search((world) => ({ token: `Bearer ${searchToken(world)}` })),
      expect: REJECTED,
    },
    ...['undefined', 'null', '{}', 'Bearer'].map((token) => ({
      name: `User-Token: ${token}`,
      intent: "a client's mistake that counts as no token, and so as anonymous",
      at: 'search' as const,
      make: search({ token }),
      expect: REJECTED,
    })),
    {
      name: 'User-Token empty',
      intent: 'an empty header that counts as none, and so as anonymous',
      at: 'search',
      make: search({ token: '' }),
      expect: INVALID,
    },
    {
      name: 'User-Token absent',
      intent: 'an API key alone, where the tenant requires a user',
      at: 'search',
      make: search({ token: null }),
      expect: MISSING,
    },
  ],
)
