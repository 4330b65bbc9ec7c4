import {
  CLAIMS,
  EXPIRED,
  group,
  LIFETIME,
  NOT_ACTIVE,
  PASSES,
  type AttackGroup,
} from '../attack.ts'
import { withMember } from '../mint.ts'
import { search, widget, widgetClaims } from '../requests.ts'
import type { World } from '../world.ts'

const TOLERANCE = 30
const HOUR = 3600
const DAY = 86_400
const DECADE = 315_360_000

function without(world: World, name: string): object {
  return { ...widgetClaims(world), [name]: undefined }
}

/** RFC 7519 section 4.1.4, and design section 9. All of these are signed by the tenant. */
export const expiry: AttackGroup = group('exp', { at: 'widget', control: widget() }, [
  ...([null, true, '', [], {}, ['9999999999']] as const).map((exp) => ({
    name: `exp ${JSON.stringify(exp)}`,
    intent: 'an expiry that is no number and is compared loosely',
    make: widget({ claims: { exp } }),
    expect: CLAIMS,
  })),
  {
    name: 'exp as text',
    intent: 'an expiry that is compared as text',
    make: widget((world) => ({ claims: { exp: String(world.now() + HOUR) } })),
    expect: CLAIMS,
  },
  {
    name: 'no exp',
    intent: 'a token for ever',
    make: widget({ claims: { exp: undefined } }),
    expect: CLAIMS,
  },
  {
    name: 'exp 1e400',
    intent: 'an expiry that JSON makes infinite',
    make: widget((world) => ({ payload: withMember(without(world, 'exp'), '"exp":1e400') })),
    expect: CLAIMS,
  },
  {
    name: 'exp -1e400',
    intent: 'an expiry that JSON makes infinite, the other way',
    make: widget((world) => ({ payload: withMember(without(world, 'exp'), '"exp":-1e400') })),
    expect: CLAIMS,
  },
  {
    name: 'exp 1e308',
    intent: 'an expiry that overflows when a tolerance is added',
    make: widget((world) => ({ payload: withMember(without(world, 'exp'), '"exp":1e308') })),
    expect: LIFETIME,
  },
  ...[0, -1, -1e15].map((exp) => ({
    name: `exp ${exp}`,
    intent: 'an expiry that is falsy, or older than the epoch',
    make: widget({ claims: { exp } }),
    expect: EXPIRED,
  })),
  {
    name: 'exp -0',
    intent: 'an expiry that is falsy',
    make: widget((world) => ({ payload: withMember(without(world, 'exp'), '"exp":-0') })),
    expect: EXPIRED,
  },
  {
    name: 'exp an hour ago',
    intent: 'a token that was lost long ago',
    make: widget((world) => ({ claims: { iat: world.now() - 2 * HOUR, exp: world.now() - HOUR } })),
    expect: EXPIRED,
  },
  {
    name: 'exp past by the tolerance',
    intent: 'the first second that is too late',
    make: widget((world) => ({ claims: { exp: world.now() - TOLERANCE, iat: undefined } })),
    expect: EXPIRED,
  },
  {
    name: 'exp in milliseconds',
    intent: 'a token for fifty thousand years, by mistake',
    make: widget((world) => ({ claims: { exp: (world.now() + HOUR) * 1000 } })),
    expect: LIFETIME,
  },
  {
    name: 'exp in ten years',
    intent: 'a token for longer than the service allows',
    make: widget((world) => ({ claims: { exp: world.now() + DECADE } })),
    expect: LIFETIME,
  },
  {
    name: 'exp in ten years, no iat',
    intent: 'a lifetime that cannot be told from exp - iat',
    make: widget((world) => ({ claims: { exp: world.now() + DECADE, iat: undefined } })),
    expect: LIFETIME,
  },
  {
    name: 'exp with a fraction',
    intent: 'none: a NumericDate may have one (RFC 7519 section 2)',
    make: widget((world) => ({ claims: { exp: world.now() + 1799.5 } })),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
  {
    name: 'exp as a text, for public keys',
    intent: 'the same rules in the other profile',
    at: 'search',
    make: search((world) => ({ claims: { exp: String(world.now() + HOUR) } })),
    expect: CLAIMS,
  },
  {
    name: 'no exp, for public keys',
    intent: 'the same rules in the other profile',
    at: 'search',
    make: search({ claims: { exp: undefined } }),
    expect: CLAIMS,
  },
])

/** The lifetime is bounded twice, since either bound alone can be cheated with an `iat` of one's choice. */
export const lifetimes: AttackGroup = group('lifetime', { at: 'widget', control: widget() }, [
  {
    name: 'exp - iat an hour, the tolerance and a second',
    intent: 'the first lifetime that is too long',
    make: widget(({ now }) => ({
      claims: { iat: now() - 10, exp: now() - 10 + HOUR + TOLERANCE + 1 },
    })),
    expect: LIFETIME,
  },
  {
    name: 'exp - iat 3601',
    intent: 'none: what the documented Python sample makes on a slow second',
    make: widget(({ now }) => ({ claims: { iat: now(), exp: now() + HOUR + 1 } })),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
  {
    name: 'iat ahead within the tolerance, exp an hour after it and more',
    intent: 'a longer life by an iat that is a little in the future',
    make: widget(({ now }) => ({
      claims: { iat: now() + TOLERANCE - 5, exp: now() + HOUR + TOLERANCE + 5 },
    })),
    expect: LIFETIME,
  },
  {
    name: 'iat in ten years, exp a minute later',
    intent: 'a token for ten years whose exp - iat is a minute',
    make: widget(({ now }) => ({ claims: { iat: now() + DECADE, exp: now() + DECADE + 60 } })),
    expect: NOT_ACTIVE,
  },
  {
    name: 'iat ten years ago, exp in a minute',
    intent: 'a token that was made long before it is used',
    make: widget(({ now }) => ({ claims: { iat: now() - DECADE, exp: now() + 60 } })),
    expect: LIFETIME,
  },
  {
    name: 'iat -1',
    intent: 'a negative age',
    make: widget({ claims: { iat: -1 } }),
    expect: LIFETIME,
  },
  {
    name: 'iat -1e400',
    intent: 'a lifetime that is not a number',
    make: widget((world) => ({ payload: withMember(without(world, 'iat'), '"iat":-1e400') })),
    expect: CLAIMS,
  },
  {
    name: 'a day and a minute, for public keys',
    intent: 'the first lifetime that is too long in the other profile',
    at: 'search',
    make: search(({ now }) => ({ claims: { iat: now(), exp: now() + DAY + 60 } })),
    expect: LIFETIME,
  },
  {
    name: 'a day, for public keys',
    intent: "none: what the documents' sample makes",
    at: 'search',
    make: search(({ now }) => ({ claims: { iat: now(), exp: now() + DAY } })),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
])

/** RFC 7519 sections 4.1.5 and 4.1.6. */
export const beginnings: AttackGroup = group('nbf and iat', { at: 'widget', control: widget() }, [
  ...(['nbf', 'iat'] as const).flatMap((claim) => [
    ...([null, true, [], {}] as const).map((value) => ({
      name: `${claim} ${JSON.stringify(value)}`,
      intent: 'a time that is no number and is compared loosely',
      make: widget({ claims: { [claim]: value } }),
      expect: CLAIMS,
    })),
    {
      name: `${claim} as text`,
      intent: 'a time that is compared as text',
      make: widget((world) => ({ claims: { [claim]: String(world.now()) } })),
      expect: CLAIMS,
    },
    {
      name: `${claim} 1e400`,
      intent: 'a time that JSON makes infinite',
      make: widget((world) => ({ payload: withMember(without(world, claim), `"${claim}":1e400`) })),
      expect: CLAIMS,
    },
    {
      name: `${claim} a second beyond the tolerance`,
      intent: 'the first second that is too early',
      make: widget((world) => ({ claims: { [claim]: world.now() + TOLERANCE + 1 } })),
      expect: NOT_ACTIVE,
    },
    {
      name: `${claim} at the tolerance`,
      intent: 'none: clocks differ, and by so much they may',
      make: widget((world) => ({ claims: { [claim]: world.now() + TOLERANCE } })),
      expect: PASSES,
      sees: { userId: 'usr_1' },
    },
  ]),
  {
    name: 'nbf in milliseconds',
    intent: 'a token that begins in fifty thousand years',
    make: widget((world) => ({ claims: { nbf: world.now() * 1000 } })),
    expect: NOT_ACTIVE,
  },
  {
    name: 'nbf after exp',
    intent: 'a token that is never valid',
    make: widget((world) => ({ claims: { nbf: world.now() + HOUR, exp: world.now() + 60 } })),
    expect: NOT_ACTIVE,
  },
])
