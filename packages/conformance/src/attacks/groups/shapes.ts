import { group, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { mint, segment } from '../mint.ts'
import {
  search,
  searchClaims,
  searchToken,
  widget,
  widgetClaims,
  widgetToken,
} from '../requests.ts'

const SHAPES: readonly (readonly [name: string, reshape: (token: string) => string])[] = [
  ['one segment', (token) => token.split('.')[1] as string],
  ['two segments', (token) => token.split('.').slice(0, 2).join('.')],
  ['four segments', (token) => `${token}.AAAA`],
  ['five segments', (token) => `${token}.AAAA.AAAA`],
  ['a trailing dot', (token) => `${token}.`],
  ['a leading dot', (token) => `.${token}`],
  ['two dots together', (token) => token.replace('.', '..')],
  ['an empty header', (token) => token.replace(/^[^.]*/, '')],
  ['an empty payload', (token) => token.replace(/\.[^.]*\./, '..')],
  ['an empty signature', (token) => token.replace(/[^.]*$/, '')],
  ['dots only', () => '..'],
  ['the signature first', (token) => token.split('.').toReversed().join('.')],
  ['another separator', (token) => token.replaceAll('.', '~')],
  ['a token twice', (token) => `${token}.${token}`],
]

/** RFC 7515 section 3.1: three segments, and no other form of JOSE. */
export const shapes: AttackGroup = group('shape', { at: 'widget', control: widget() }, [
  ...SHAPES.map(([name, reshape]) => ({
    name,
    intent: 'a splitter that takes what it needs and ignores the rest',
    make: widget((world) => ({ token: reshape(widgetToken(world)) })),
    expect: REJECTED,
  })),
  {
    name: 'an empty payload that is signed',
    intent: 'a payload of no claims that breaks no rule',
    make: widget({ payload: '' }),
    expect: REJECTED,
  },
  {
    name: 'JWE compact',
    intent: 'an encrypted token, which anybody can make for a public key (CVE-2023-51774)',
    at: 'search',
    make: search({
      token: [{ alg: 'RSA-OAEP', enc: 'A128GCM' }, 'key', 'iv', 'ciphertext', 'tag']
        .map(segment)
        .join('.'),
    }),
    expect: REJECTED,
  },
  {
    name: 'JWE compact around an unsigned token',
    intent: 'encryption taken for a signature',
    at: 'search',
    make: search((world) => ({
      token: [
        { alg: 'RSA-OAEP', enc: 'A128GCM', cty: 'JWT' },
        'key',
        'iv',
        mint({ alg: 'none' }, searchClaims(world), () => new Uint8Array()),
        'tag',
      ]
        .map(segment)
        .join('.'),
    })),
    expect: REJECTED,
  },
  {
    name: 'JWS JSON serialisation, general',
    intent: 'several signatures of which one is sound',
    at: 'search',
    make: search((world) => {
      const [header, payload, signature] = searchToken(world).split('.')
      return { token: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }) }
    }),
    expect: REJECTED,
  },
  {
    name: 'JWS JSON serialisation, flattened',
    intent: 'an unprotected header beside the protected one',
    at: 'search',
    make: search((world) => {
      const [header, payload, signature] = searchToken(world).split('.')
      return {
        token: JSON.stringify({ payload, protected: header, header: { alg: 'none' }, signature }),
      }
    }),
    expect: REJECTED,
  },
  {
    name: 'a token as the payload of a token',
    intent: "an inner token of the attacker's, which only the outer signature covers",
    make: widget((world) => ({
      header: { alg: 'HS256', cty: 'JWT' },
      payload: mint({ alg: 'none' }, widgetClaims(world, world.b), () => new Uint8Array()),
    })),
    expect: REJECTED,
  },
  {
    name: 'a token as a JSON text in the payload',
    intent: 'the same, as JSON',
    make: widget((world) => ({
      header: { alg: 'HS256', cty: 'JWT' },
      payload: JSON.stringify(widgetToken(world)),
    })),
    expect: REJECTED,
  },
  {
    name: 'cty "JWT" over plain claims',
    intent: 'none: RFC 7519 section 5.2 lets it stand; it must not switch anything on',
    make: widget({ header: { alg: 'HS256', cty: 'JWT' } }),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
])
