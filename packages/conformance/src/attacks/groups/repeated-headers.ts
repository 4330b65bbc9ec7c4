import { group, INVALID, REJECTED, type AttackGroup, type Difference } from '../attack.ts'
import { headers, search, searchToken, widget, widgetToken } from '../requests.ts'

const JOINED: Difference = { skip: 'over HTTP there is always a raw list of headers' }
const authorization = (value: (token: string) => string) =>
  headers((world) => [['Authorization', value(widgetToken(world))]])

/** RFC 9110 section 5.3: a header that is no list may stand once. */
export const repeated: AttackGroup = group(
  'repeated headers',
  { at: 'widget', control: widget((world) => ({ hint: world.a.id })) },
  [
    {
      name: 'two Authorization headers: sound, then forged',
      intent: 'the gateway checks one, what stands behind it reads the other',
      make: headers((world) => [
        ['Authorization', `Bearer ${widgetToken(world)}`],
        ['Authorization', 'Bearer a.b.c'],
      ]),
      expect: INVALID,
    },
    {
      name: 'two Authorization headers: forged, then sound',
      intent: 'the gateway checks one, what stands behind it reads the other',
      make: headers((world) => [
        ['Authorization', 'Bearer a.b.c'],
        ['authorization', `Bearer ${widgetToken(world)}`],
      ]),
      expect: INVALID,
    },
    {
      name: 'two Authorization headers with one token',
      intent: 'none: refused even where both agree',
      make: headers((world) => {
        const value = `Bearer ${widgetToken(world)}`
        return [
          ['Authorization', value],
          ['Authorization', value],
        ]
      }),
      expect: INVALID,
    },
    {
      name: 'two Authorization headers, the first empty',
      intent: 'a reader that skips what is empty',
      make: headers((world) => [
        ['Authorization', ''],
        ['Authorization', `Bearer ${widgetToken(world)}`],
      ]),
      expect: INVALID,
    },
    {
      name: 'two tokens joined by a comma in one header',
      intent: 'what a proxy makes of two headers',
      make: authorization((token) => `Bearer ${token}, Bearer a.b.c`),
      expect: REJECTED,
    },
    {
      name: 'two tokens joined by a comma, no raw headers',
      intent: 'what a host that joins headers makes of two',
      make: (world) => ({
        headers: [
          ['Authorization', 'Bearer a.b.c'],
          ['Authorization', `Bearer ${widgetToken(world)}`],
        ],
        joined: true,
      }),
      expect: INVALID,
      http: JOINED,
    },
    {
      name: 'X-Tenant-Key twice, with two tenants',
      intent: 'one reader takes the first, the next the last',
      make: widget(({ a, b }) => ({ hint: a.id, more: [['X-Tenant-Key', b.id]] })),
      expect: INVALID,
    },
    {
      name: 'X-Tenant-Key twice, with one tenant',
      intent: 'none: refused even where both agree',
      make: widget(({ a }) => ({ hint: a.id, more: [['x-tenant-key', a.id]] })),
      expect: INVALID,
    },
    {
      name: 'X-Tenant-Key twice, no raw headers',
      intent: 'what a host that joins headers makes of two',
      make: (world) => ({
        headers: [
          ['Authorization', `Bearer ${widgetToken(world)}`],
          ['X-Tenant-Key', world.a.id],
          ['X-Tenant-Key', world.a.id],
        ],
        joined: true,
      }),
      expect: INVALID,
      http: JOINED,
    },
    {
      name: 'X-Tenant-Key empty',
      intent: 'a hint that is there and says nothing',
      make: widget({ hint: '' }),
      expect: INVALID,
    },
    {
      name: 'two User-Tokens',
      intent: 'the gateway checks one, what stands behind it reads the other',
      at: 'search',
      make: search((world) => ({
        more: [['User-Token', searchToken(world, { claims: { iat: 1 } })]],
      })),
      expect: INVALID,
    },
    {
      name: 'one User-Token twice',
      intent: 'none: refused even where both agree',
      at: 'search',
      make: search((world) => {
        const token = searchToken(world)
        return { token, more: [['User-Token', token]] }
      }),
      expect: INVALID,
    },
    {
      name: 'two User-Tokens joined by a comma',
      intent: 'what a proxy makes of two headers',
      at: 'search',
      make: search((world) => ({ token: `${searchToken(world)}, ${searchToken(world)}` })),
      expect: REJECTED,
    },
    {
      name: 'two API keys',
      intent: 'the key of one tenant for the rate limit, of another for the data',
      at: 'search',
      make: search(({ b }) => ({ more: [['Authorization', `Bearer ${b.apiKey}`]] })),
      expect: INVALID,
    },
  ],
)
