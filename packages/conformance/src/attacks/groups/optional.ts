import {
  API_KEY,
  EXPIRED,
  CLAIMS,
  group,
  INVALID,
  MISMATCH,
  MISSING,
  PASSES,
  REJECTED,
  type AttackGroup,
  type Make,
  type Verdict,
} from '../attack.ts'
import { hs256, nobody, rs256 } from '../mint.ts'
import { search, widget } from '../requests.ts'
import { PUBLIC_ONLY, type World } from '../world.ts'

const past = ({ now }: World): object => ({ iat: now() - 7200, exp: now() - 3600 })

const BAD: readonly (readonly [name: string, make: Make, expect: Verdict])[] = [
  ['forged', widget({ signer: hs256('x'.repeat(48)) }), REJECTED],
  ['unsigned', widget({ header: { alg: 'none' }, signer: nobody }), REJECTED],
  ['expired', widget((world) => ({ claims: past(world) })), EXPIRED],
  ['of an unknown tenant', widget({ claims: { tenantId: 'ten_unknown' } }), REJECTED],
  ['without a user', widget({ claims: { userId: undefined } }), CLAIMS],
  ['that is garbage', widget({ token: 'garbage' }), REJECTED],
  ['that says undefined', widget({ token: 'undefined' }), REJECTED],
  ['that says null', widget({ token: 'null' }), REJECTED],
  ['that is empty', widget({ token: '' }), INVALID],
  ['of another scheme', widget({ token: null, more: [['Authorization', 'Basic dTpw']] }), INVALID],
  ['that stands twice', widget({ more: [['Authorization', 'Bearer a.b.c']] }), INVALID],
  ['of another tenant', widget(({ b }) => ({ hint: b.id })), MISMATCH],
]

const BAD_SEARCH: readonly (readonly [name: string, make: Make, expect: Verdict])[] = [
  [
    'forged',
    search(({ attacker, open }) => ({ as: open, signer: rs256(attacker.rsa.private) })),
    REJECTED,
  ],
  ['expired', search((world) => ({ as: world.open, claims: past(world) })), EXPIRED],
  ['that is garbage', search(({ open }) => ({ as: open, token: 'garbage' })), REJECTED],
  ['that says undefined', search(({ open }) => ({ as: open, token: 'undefined' })), REJECTED],
  ['that is empty', search(({ open }) => ({ as: open, token: '' })), INVALID],
]

/** Only "no token" can become anonymous: a bad token never does. */
export const optional: AttackGroup = group(
  'optional',
  { at: 'widget-optional', control: widget() },
  [
    {
      name: 'no token',
      intent: 'none: this is what optional is for',
      make: widget({ token: null }),
      expect: PASSES,
      sees: { kind: 'anonymous' },
    },
    ...BAD.map(([name, make, expect]) => ({
      name: `a token ${name}`,
      intent: 'anonymous access by a token that fails, past whatever counts failures',
      make,
      expect,
    })),
    {
      name: 'no token, and a tenant that requires a user in the hint',
      intent: "optional as a way round the tenant's own setting",
      make: widget(({ a }) => ({ token: null, hint: a.id })),
      expect: MISSING,
    },
    {
      name: 'no token, and an unknown tenant in the hint',
      intent: "an anonymous identity of a tenant of one's choice",
      make: widget({ token: null, hint: 'ten_unknown' }),
      expect: PASSES,
      sees: { kind: 'anonymous' },
    },
    {
      name: 'no token, optional, a tenant that requires a user',
      intent: "optional as a way round the tenant's own setting",
      at: 'search-optional',
      make: search({ token: null }),
      expect: MISSING,
    },
    {
      name: 'no token and no API key, optional',
      intent: 'optional as a way round the API key',
      at: 'search-optional',
      make: search({ token: null, apiKey: null }),
      expect: API_KEY,
    },
    {
      name: 'no token, a tenant that requires none',
      intent: 'none: and what anonymous requests are held to holds',
      at: 'search',
      make: search(({ open }) => ({ as: open, token: null })),
      expect: PASSES,
      sees: { kind: 'anonymous', tenantId: 'ten_open', filters: PUBLIC_ONLY },
    },
    {
      name: 'no token, and a body that widens what anonymous requests are held to',
      intent: 'more without a token than with one',
      at: 'search',
      make: search(({ open }) => ({
        as: open,
        token: null,
        body: { filters: { attributes: { $or: [{ tier: 'public' }, { tier: 'internal' }] } } },
      })),
      expect: PASSES,
      sees: {
        kind: 'anonymous',
        filters: {
          attributes: {
            $and: [{ tier: 'public' }, { $or: [{ tier: 'public' }, { tier: 'internal' }] }],
          },
        },
      },
    },
    {
      name: 'no token, and another tenant in the body',
      intent: 'the data of the tenant that the body names',
      at: 'search',
      make: search(({ a, open }) => ({ as: open, token: null, body: { integrationId: a.id } })),
      expect: MISMATCH,
    },
    {
      name: 'no token, and a user in the body',
      intent: 'an identity that only the body claims',
      at: 'search',
      make: search(({ open }) => ({
        as: open,
        token: null,
        body: { userAttributes: { userId: 'usr_admin' } },
      })),
      expect: PASSES,
      sees: { kind: 'anonymous' },
    },
    ...BAD_SEARCH.map(([name, make, expect]) => ({
      name: `a token ${name}, at a tenant that requires none`,
      intent: 'anonymous access by a token that fails',
      at: 'search' as const,
      make,
      expect,
    })),
  ],
)
