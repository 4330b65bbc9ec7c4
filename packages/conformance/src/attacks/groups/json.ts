import { CLAIMS, group, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { withMember } from '../mint.ts'
import { search, searchClaims, widget, widgetClaims } from '../requests.ts'
import type { World } from '../world.ts'

const PAYLOADS = [
  '[]',
  '[{"userId":"usr_1"}]',
  '"usr_1"',
  'null',
  '1',
  'true',
  ' ',
  '{',
  '{}{}',
  "{'a':1}",
  '{"a":1,}',
  'NaN',
]

function nested(levels: number): string {
  return `"deep":${'['.repeat(levels)}${']'.repeat(levels)}`
}

function inUserId(world: World, bytes: Buffer): Buffer {
  const text = JSON.stringify({ ...widgetClaims(world), userId: '@' })
  const [before, after] = text.split('"@"') as [string, string]
  return Buffer.concat([Buffer.from(`${before}"`), bytes, Buffer.from(`"${after}`)])
}

/** RFC 7519 section 7.2: the payload is one JSON object in UTF-8. Each of these is signed by the tenant. */
export const json: AttackGroup = group('JSON', { at: 'widget', control: widget() }, [
  ...PAYLOADS.map((payload) => ({
    name: `payload ${payload}`,
    intent: 'a payload without members, in which no rule finds anything to object to',
    make: widget((world) => ({ payload, hint: world.a.id })),
    expect: REJECTED,
  })),
  {
    name: 'payload {}, no tenant named',
    intent: 'claims that are all absent',
    make: widget({ payload: {} }),
    expect: REJECTED,
  },
  {
    name: 'payload {}, the tenant named by the hint',
    intent: 'claims that are all absent',
    make: widget((world) => ({ payload: {}, hint: world.a.id })),
    expect: CLAIMS,
  },
  ...['[]', '"HS256"', 'null', '1', '{'].map((header) => ({
    name: `header ${header}`,
    intent: 'a header without members',
    make: widget({ header }),
    expect: REJECTED,
  })),
  {
    name: 'tenantId twice',
    intent: 'one reader looks the tenant up by the first, the next trusts the last',
    make: widget((world) => ({
      payload: withMember(widgetClaims(world), `"tenantId":"${world.b.id}"`),
    })),
    expect: REJECTED,
  },
  {
    name: 'tenantId twice, with one value',
    intent: 'none: a repeated member is refused even where both agree',
    make: widget((world) => ({
      payload: withMember(widgetClaims(world), `"tenantId":"${world.a.id}"`),
    })),
    expect: REJECTED,
  },
  {
    name: 'tenantId twice, once in an escaped spelling',
    intent: 'a search for repeated members in the text instead of in the names',
    make: widget((world) => ({
      payload: withMember(widgetClaims(world), String.raw`"\u0074enantId":"ten_b"`),
    })),
    expect: REJECTED,
  },
  {
    name: 'exp twice',
    intent: 'one reader checks the first, the next stores the last',
    make: widget((world) => ({ payload: withMember(widgetClaims(world), '"exp":9999999999') })),
    expect: REJECTED,
  },
  {
    name: 'a repeated member deep inside',
    intent: 'filters that two readers understand differently',
    at: 'search',
    make: search((world) => ({
      payload: withMember(
        { ...searchClaims(world), filters: undefined },
        '"filters":{"attributes":{"env":"dev","env":"prod"}}',
      ),
    })),
    expect: REJECTED,
  },
  {
    name: 'a BOM before the payload',
    intent: 'a mark that one parser skips',
    make: widget((world) => ({ payload: `\ufeff${JSON.stringify(widgetClaims(world))}` })),
    expect: REJECTED,
  },
  {
    name: 'a BOM before the header',
    intent: 'a mark that one parser skips',
    make: widget({ header: '\ufeff{"alg":"HS256"}' }),
    expect: REJECTED,
  },
  {
    name: 'a payload in UTF-16',
    intent: 'an encoding that one parser detects',
    make: widget((world) => ({
      payload: Buffer.from(JSON.stringify(widgetClaims(world)), 'utf16le'),
    })),
    expect: REJECTED,
  },
  {
    name: 'a header in UTF-16',
    intent: 'an encoding that one parser detects',
    make: widget({ header: Buffer.from('{"alg":"HS256"}', 'utf16le') }),
    expect: REJECTED,
  },
  {
    name: 'a byte that is no UTF-8 in userId',
    intent: 'two users whose ids are replaced by the same character',
    make: widget((world) => ({ payload: inUserId(world, Buffer.of(0x75, 0xff)) })),
    expect: REJECTED,
  },
  {
    name: 'an overlong UTF-8 quote in userId',
    intent: 'a quote that only one decoder sees',
    make: widget((world) => ({ payload: inUserId(world, Buffer.of(0x75, 0xc0, 0xa2)) })),
    expect: REJECTED,
  },
  {
    name: 'the bytes of a lone surrogate in userId',
    intent: 'two users whose ids are replaced by the same character',
    make: widget((world) => ({ payload: inUserId(world, Buffer.of(0xed, 0xa0, 0x80)) })),
    expect: REJECTED,
  },
  {
    name: 'an escaped lone surrogate in userId',
    intent: 'two users whose ids become the same in UTF-8',
    make: widget((world) => ({ payload: inUserId(world, Buffer.from(String.raw`usr\ud800`)) })),
    expect: CLAIMS,
  },
  {
    name: 'a payload 33 levels deep',
    intent: 'a walk that runs out of stack',
    make: widget((world) => ({ payload: withMember(widgetClaims(world), nested(32)) })),
    expect: REJECTED,
  },
  {
    name: 'a payload 32 levels deep',
    intent: 'none: the last depth that is allowed',
    make: widget((world) => ({ payload: withMember(widgetClaims(world), nested(31)) })),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
  {
    name: 'a payload 2700 levels deep',
    intent: 'a walk that runs out of stack',
    make: widget((world) => ({ payload: withMember(widgetClaims(world), nested(2700)) })),
    expect: REJECTED,
  },
  {
    name: 'a header 2700 levels deep',
    intent: 'a walk that runs out of stack',
    make: widget({ header: withMember({ alg: 'HS256' }, nested(2700)) }),
    expect: REJECTED,
  },
  ...['__proto__', String.raw`\u005f_proto__`].map((name) => ({
    name: `a claim "${name}"`,
    intent: 'a copy of the claims whose prototype the attacker chose',
    make: widget((world) => ({
      payload: withMember(widgetClaims(world), `"${name}":{"isAdmin":true}`),
    })),
    expect: REJECTED,
  })),
  {
    name: '__proto__ inside userAttributes',
    intent: 'the same, one level down',
    at: 'search',
    make: search((world) => ({
      payload: withMember(
        { ...searchClaims(world), userAttributes: undefined },
        '"userAttributes":{"__proto__":{"isAdmin":true}}',
      ),
    })),
    expect: REJECTED,
  },
  {
    name: '__proto__ in the header',
    intent: 'a header that inherits its algorithm',
    make: widget({ header: '{"typ":"JWT","__proto__":{"alg":"HS256"}}' }),
    expect: REJECTED,
  },
  {
    name: 'a claim "constructor"',
    intent: 'a look-up that finds an own member where it expects an inherited one',
    make: widget({ claims: { constructor: { name: 'Admin' }, toString: 1, hasOwnProperty: 1 } }),
    expect: PASSES,
    sees: { kind: 'verified', tenantId: 'ten_a', userId: 'usr_1' },
  },
])
