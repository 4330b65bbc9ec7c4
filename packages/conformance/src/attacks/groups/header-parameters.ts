import { group, PASSES, REJECTED, type AttackGroup } from '../attack.ts'
import { hs256, rs256 } from '../mint.ts'
import { search, widget } from '../requests.ts'
import { KID } from '../world.ts'

/** RFC 8725 section 3.10: a token that brings, or names, the key that it is to be checked with. */
export const embeddedKeys: AttackGroup = group(
  'keys in the header',
  { at: 'search', control: search() },
  [
    {
      name: "jwk: the attacker's public key",
      intent: 'the key in the token is the one it is checked with (CVE-2018-0114)',
      make: search(({ attacker }) => ({
        header: { alg: 'RS256', jwk: attacker.rsa.jwk },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: "jwk with the kid of the tenant's key",
      intent: 'the same, under a name that is known',
      make: search(({ attacker }) => ({
        header: { alg: 'RS256', kid: KID, jwk: { ...attacker.rsa.jwk, kid: KID, alg: 'RS256' } },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: 'jwk: a symmetric key',
      intent: 'a secret in the token itself',
      at: 'widget',
      make: widget({
        header: {
          alg: 'HS256',
          jwk: { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url') },
        },
        signer: hs256('x'.repeat(32)),
      }),
      expect: REJECTED,
    },
    ...(['jku', 'x5u'] as const).map((name) => ({
      name: `${name}: an address of the attacker's`,
      intent: 'a request of ours to wherever the token says, and the key from there',
      make: search(({ attacker, trap }) => ({
        header: { alg: 'RS256', kid: KID, [name]: `${trap}/${name}` },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    })),
    {
      name: "jku: an address of the attacker's, on the widget",
      intent: 'the same where keys are secrets',
      at: 'widget',
      make: widget(({ attacker, trap }) => ({
        header: { alg: 'RS256', jku: `${trap}/widget` },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: "x5c: the attacker's key",
      intent: 'a certificate that nobody checks',
      make: search(({ attacker }) => ({
        header: { alg: 'RS256', x5c: [attacker.rsa.der.toString('base64')] },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: "iss: an address of the attacker's, with a jku beside it",
      intent: 'discovery from an issuer that nobody has verified',
      make: search(({ attacker, trap }) => ({
        header: { alg: 'RS256', jku: `${trap}/.well-known/jwks.json` },
        claims: { iss: trap },
        signer: rs256(attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: 'jku in a token that the tenant did sign',
      intent: 'a request of ours to wherever the token says, though its signature is sound',
      make: search(({ trap }) => ({
        header: { alg: 'RS256', jku: `${trap}/signed`, x5u: `${trap}/signed` },
      })),
      expect: PASSES,
      sees: { userId: 'usr_1' },
    },
  ],
)

const CHANGING: readonly (readonly [name: string, parameters: object])[] = [
  ['crit: []', { crit: [] }],
  ['crit: ["exp"]', { crit: ['exp'], exp: 1 }],
  ['crit: an extension that is not known', { crit: ['urn:x'], 'urn:x': 1 }],
  ['crit: ["__proto__"]', { crit: ['__proto__'] }],
  ['crit: a text', { crit: 'b64' }],
  ['crit: null', { crit: null }],
  ['crit: an object', { crit: {} }],
  ['b64: false with crit', { crit: ['b64'], b64: false }],
  ['b64: true with crit', { crit: ['b64'], b64: true }],
  ['b64: false without crit', { b64: false }],
  ['zip: "DEF"', { zip: 'DEF' }],
  ['enc: "A128GCM"', { enc: 'A128GCM' }],
]

/** RFC 7515 section 4.1.11: parameters that change how the rest is to be read. Each of these tokens is signed. */
export const changingParameters: AttackGroup = group(
  'parameters that change the reading',
  { at: 'widget', control: widget() },
  CHANGING.map(([name, parameters]) => ({
    name,
    intent: 'an extension that one reader honours and the next ignores',
    make: widget({ header: { alg: 'HS256', typ: 'JWT', ...parameters } }),
    expect: REJECTED,
  })),
)

const KEY_BY_INJECTION: readonly (readonly [name: string, kid: string, secret: string])[] = [
  ['a path to /dev/null', '../../../../../../../dev/null', ''],
  ['a path to a public file', '../../../../public/favicon.ico', ''],
  ['an absolute path', '/proc/sys/kernel/randomize_va_space', '2\n'],
  ['a NUL in a path', 'k1\0.pem', ''],
  ['SQL that answers with a secret', "x' UNION SELECT 'secret'-- ", 'secret'],
  ['SQL that is always true', "' OR '1'='1", ''],
  ['a shell command', 'k1; echo secret', 'secret'],
  ['a shell substitution', '$(echo secret)', 'secret'],
  ['a template', '{{constructor.constructor("return process.env")()}}', ''],
  ['the empty text', '', ''],
  ['__proto__', '__proto__', '[object Object]'],
  ['constructor', 'constructor', Object.toString()],
  ['toString', 'toString', Object.prototype.toString.toString()],
  ['an address', 'http://127.0.0.1:9/key', ''],
  ['4000 characters', 'k'.repeat(4000), ''],
]

/** `kid` picks among the tenant's keys, and is nothing but a text to compare. */
export const kids: AttackGroup = group('kid', { at: 'widget', control: widget() }, [
  ...KEY_BY_INJECTION.map(([name, kid, secret]) => ({
    name: `kid: ${name}`,
    intent: 'a look-up that the text of kid turns into a key which the attacker knows',
    make: widget({ header: { alg: 'HS256', kid }, signer: hs256(secret) }),
    expect: REJECTED,
  })),
  ...([0, 1, true, null, [], [KID], { kid: KID }] as const).map((kid) => ({
    name: `kid: ${JSON.stringify(kid)}, in a token that is signed`,
    intent: 'a kid that is no text and is coerced into the name of a key',
    make: widget({ header: { alg: 'HS256', kid } }),
    expect: REJECTED,
  })),
  {
    name: "kid of the tenant's key, another key",
    intent: 'a name that is trusted in the place of the signature',
    make: widget({ header: { alg: 'HS256', kid: KID }, signer: hs256('k'.repeat(48)) }),
    expect: REJECTED,
  },
  {
    name: 'kid in the claims',
    intent: 'a key that is looked up by what the payload says',
    make: widget({ claims: { kid: '../../dev/null' }, signer: hs256('') }),
    expect: REJECTED,
  },
  {
    name: 'kid that nobody has, in a token that is signed',
    intent: 'none: a kid is a hint, and an unknown one must not lock customers out',
    make: widget({ header: { alg: 'HS256', kid: 'another' } }),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
])
