import { group, REJECTED, type AttackGroup } from '../attack.ts'
import { es256, hmac, hs256, mint, nobody, ps256, rs256, rsa, withMember } from '../mint.ts'
import {
  search,
  searchClaims,
  searchToken,
  widget,
  widgetClaims,
  widgetToken,
} from '../requests.ts'
import { KID, type RsaKey } from '../world.ts'

const NONE = ['none', 'None', 'NONE', 'nOnE']

/** RFC 8725 section 2.1: tokens whose header says that nobody needs to have signed them. */
export const unsigned: AttackGroup = group('unsigned tokens', { at: 'widget', control: widget() }, [
  ...NONE.map((alg) => ({
    name: `alg "${alg}", no signature`,
    intent: 'a token that nobody signed',
    make: widget({ header: { alg }, signer: nobody }),
    expect: REJECTED,
  })),
  ...NONE.map((alg) => ({
    name: `alg "${alg}", the signature of a genuine token kept`,
    intent: 'a check for an empty signature that stands in for a check of the algorithm',
    make: widget((world) => ({
      token: mint({ alg }, widgetClaims(world), () =>
        Buffer.from(widgetToken(world).split('.')[2] as string, 'base64url'),
      ),
    })),
    expect: REJECTED,
  })),
  {
    name: 'alg "none", two segments',
    intent: 'the empty third segment left out with its dot',
    make: widget((world) => ({
      token: mint({ alg: 'none' }, widgetClaims(world), nobody).slice(0, -1),
    })),
    expect: REJECTED,
  },
  {
    name: 'alg "none" against public keys',
    intent: 'a token that nobody signed, where keys are public',
    at: 'search',
    make: search({ header: { alg: 'none' }, signer: nobody }),
    expect: REJECTED,
  },
  {
    name: 'alg HS256, no signature',
    intent: 'an empty signature that equals an empty comparison (CVE-2020-28042)',
    make: widget({ signer: nobody }),
    expect: REJECTED,
  },
  {
    name: 'alg RS256, no signature',
    intent: 'an empty signature for a public key',
    at: 'search',
    make: search({ signer: nobody }),
    expect: REJECTED,
  },
  {
    name: 'alg HS256, a signature of zeroes',
    intent: 'a comparison that takes a buffer which was never filled',
    make: widget({ signer: () => Buffer.alloc(32) }),
    expect: REJECTED,
  },
  {
    name: 'alg HS256, the first half of the signature',
    intent: 'a comparison over the shorter length',
    make: widget((world) => ({
      signer: (input) => hs256(world.a.secret)(input).subarray(0, 16),
    })),
    expect: REJECTED,
  },
  {
    name: 'alg HS256, a byte after the signature',
    intent: 'a comparison over the expected length only',
    make: widget((world) => ({
      signer: (input) => Buffer.concat([hs256(world.a.secret)(input), Buffer.of(0)]),
    })),
    expect: REJECTED,
  },
  {
    name: 'claims changed under the signature of a genuine token',
    intent: 'another user by editing the payload',
    make: widget((world) => ({
      token: mint(
        { alg: 'HS256', typ: 'JWT' },
        { ...widgetClaims(world), userId: 'usr_admin' },
        () => Buffer.from(widgetToken(world).split('.')[2] as string, 'base64url'),
      ),
    })),
    expect: REJECTED,
  },
  {
    name: 'no alg',
    intent: 'a default where the header is silent',
    make: widget({ header: { typ: 'JWT' } }),
    expect: REJECTED,
  },
  ...([1, true, null, [], ['HS256'], { alg: 'HS256' }, ''] as const).map((alg) => ({
    name: `alg ${JSON.stringify(alg)}`,
    intent: 'an algorithm that is no text and is compared loosely',
    make: widget({ header: { alg } }),
    expect: REJECTED,
  })),
  ...['hs256', 'Hs256', 'HS256\0', ' HS256', 'HS256 ', 'HS-256', 'HS256\n'].map((alg) => ({
    name: `alg ${JSON.stringify(alg)}`,
    intent: 'another spelling of an allowed algorithm that one check takes and the next does not',
    make: widget({ header: { alg } }),
    expect: REJECTED,
  })),
  ...['__proto__', 'constructor', 'toString'].map((alg) => ({
    name: `alg "${alg}"`,
    intent: 'an algorithm table that is an object with a prototype',
    make: widget({ header: { alg } }),
    expect: REJECTED,
  })),
  {
    name: 'alg twice, "none" first',
    intent: 'two parsers that take different members',
    make: widget({ header: '{"alg":"none","alg":"HS256"}' }),
    expect: REJECTED,
  },
  {
    name: 'alg twice, "none" last',
    intent: 'two parsers that take different members',
    make: widget({ header: withMember({ alg: 'HS256' }, '"alg":"none"') }),
    expect: REJECTED,
  },
  {
    name: 'alg twice, once in an escaped spelling',
    intent: 'a search for repeated members in the text instead of in the names',
    make: widget({ header: withMember({ alg: 'HS256' }, String.raw`"\u0061lg":"none"`) }),
    expect: REJECTED,
  },
])

type Spelling = readonly [name: string, secret: (key: RsaKey) => string | Uint8Array]

const PUBLIC_KEY_AS_SECRET: readonly Spelling[] = [
  ['PEM', ({ pem }) => pem],
  ['PEM without the last newline', ({ pem }) => pem.trimEnd()],
  ['PEM with one more newline', ({ pem }) => `${pem}\n`],
  ['PEM with CRLF', ({ pem }) => pem.replaceAll('\n', '\r\n')],
  ['PEM behind a space', ({ pem }) => ` ${pem}`],
  ['PEM behind a NUL', ({ pem }) => `\0${pem}`],
  ['PEM behind a zero-width space', ({ pem }) => `\u200b${pem}`],
  ['PEM behind a BOM', ({ pem }) => `\ufeff${pem}`],
  ['PEM behind a comment', ({ pem }) => `# public key\n${pem}`],
  ['PEM with written-out newlines', ({ pem }) => pem.replaceAll('\n', String.raw`\n`)],
  ['PEM in one line', ({ pem }) => pem.replaceAll('\n', '')],
  ['DER', ({ der }) => der],
  ['base64 of DER', ({ der }) => der.toString('base64')],
  ['hex of DER', ({ der }) => der.toString('hex')],
  ['JWK text', ({ jwk }) => JSON.stringify(jwk)],
  ['JWK text with alg and kid', ({ jwk }) => JSON.stringify({ ...jwk, alg: 'RS256', kid: KID })],
  ['JWKS text', ({ jwk }) => JSON.stringify({ keys: [jwk] })],
  ['modulus, base64url', ({ jwk }) => jwk.n as string],
  ['modulus, bytes', ({ jwk }) => Buffer.from(jwk.n as string, 'base64url')],
]

/** CVE-2015-9235 and its descendants: what everybody knows, taken for a secret. */
export const publicKeyAsSecret: AttackGroup = group(
  'public key as an HMAC secret',
  { at: 'search', control: search() },
  [
    ...PUBLIC_KEY_AS_SECRET.map(([spelling, secret]) => ({
      name: `HS256 with the public key as secret: ${spelling}`,
      intent: 'a key function that hands the public key to HMAC because the header says so',
      make: search((world) => ({
        header: { alg: 'HS256', typ: 'JWT', kid: KID },
        signer: hs256(secret(world.a.rsa)),
      })),
      expect: REJECTED,
    })),
    {
      name: 'HS384 with the PEM as secret',
      intent: 'the same with a hash that a blocklist forgot',
      make: search((world) => ({
        header: { alg: 'HS384' },
        signer: hmac('sha384', world.a.rsa.pem),
      })),
      expect: REJECTED,
    },
    {
      name: 'RS256 in the header, an HMAC with the PEM as signature',
      intent: 'a verifier that goes by the length of the signature',
      make: search((world) => ({ signer: hs256(world.a.rsa.pem) })),
      expect: REJECTED,
    },
    {
      name: 'HS256 with the API key as secret',
      intent: 'the other secret of the tenant, which the browser knows',
      make: search((world) => ({ header: { alg: 'HS256' }, signer: hs256(world.a.apiKey) })),
      expect: REJECTED,
    },
  ],
)

/** Signatures that are sound, of an algorithm that the profile does not take. */
export const otherAlgorithm: AttackGroup = group(
  'another algorithm',
  { at: 'search', control: search() },
  [
    {
      name: 'RS256 where HS256 is expected',
      intent: "a key pair of one's own against a shared secret",
      at: 'widget',
      make: widget((world) => ({
        header: { alg: 'RS256', kid: KID },
        signer: rs256(world.attacker.rsa.private),
      })),
      expect: REJECTED,
    },
    ...(['sha384', 'sha512'] as const).map((hash) => ({
      name: `HS${hash.slice(3)} with the right secret`,
      intent: 'an algorithm of the same family that nobody allowed',
      at: 'widget' as const,
      make: widget((world) => ({
        header: { alg: `HS${hash.slice(3)}` },
        signer: hmac(hash, world.a.secret),
      })),
      expect: REJECTED,
    })),
    {
      name: 'HS512 in the header, an HS256 signature',
      intent: 'a verifier that has only one HMAC and does not read the header',
      at: 'widget',
      make: widget({ header: { alg: 'HS512' } }),
      expect: REJECTED,
    },
    ...(['sha384', 'sha512'] as const).map((hash) => ({
      name: `RS${hash.slice(3)} with the right key`,
      intent: 'an algorithm of the same family that nobody allowed',
      make: search((world) => ({
        header: { alg: `RS${hash.slice(3)}` },
        signer: rsa(hash, world.a.rsa.private),
      })),
      expect: REJECTED,
    })),
    {
      name: 'PS256 with the right key',
      intent: 'one key, two algorithms',
      make: search((world) => ({
        header: { alg: 'PS256' },
        signer: ps256(world.a.rsa.private),
      })),
      expect: REJECTED,
    },
    {
      name: 'RS256 in the header, a PSS signature with the right key',
      intent: 'a verifier that tries every padding',
      make: search((world) => ({ signer: ps256(world.a.rsa.private) })),
      expect: REJECTED,
    },
    {
      name: 'ES256 with a key of the attacker',
      intent: 'a curve where RSA is expected',
      make: search((world) => ({
        header: { alg: 'ES256', kid: KID },
        signer: es256(world.attacker.ec),
      })),
      expect: REJECTED,
    },
    {
      name: 'ES256, r and s zero',
      intent: 'the signature of every message for every key (CVE-2022-21449)',
      make: search({ header: { alg: 'ES256' }, signer: () => Buffer.alloc(64) }),
      expect: REJECTED,
    },
    {
      name: 'RS256 with a key of the attacker',
      intent: 'any sound signature',
      make: search((world) => ({ signer: rs256(world.attacker.rsa.private) })),
      expect: REJECTED,
    },
    {
      name: 'RS256 with the signature of another token',
      intent: 'a signature that is sound, for other bytes',
      make: search((world) => ({
        claims: { userAttributes: { userId: 'usr_admin' } },
        signer: () => Buffer.from(searchToken(world).split('.')[2] as string, 'base64url'),
      })),
      expect: REJECTED,
    },
    {
      name: 'RS256, claims changed, alg "none" beside it',
      intent: 'the unsigned header over claims that were edited',
      make: search((world) => ({
        header: { alg: 'none' },
        payload: { ...searchClaims(world), filters: undefined },
        signer: () => Buffer.from(searchToken(world).split('.')[2] as string, 'base64url'),
      })),
      expect: REJECTED,
    },
  ],
)

const WEAK = [
  '',
  ' ',
  '\0',
  'secret',
  'password',
  'changeme',
  'your-256-bit-secret',
  'undefined',
  'null',
  '[object Object]',
]

/** Secrets that somebody has once left in place. */
export const weakSecrets: AttackGroup = group('weak secrets', { at: 'widget', control: widget() }, [
  ...WEAK.map((secret) => ({
    name: `HS256 with the secret ${JSON.stringify(secret)}`,
    intent: 'a secret that was never set, or never changed',
    make: widget({ signer: hs256(secret) }),
    expect: REJECTED,
  })),
  {
    name: 'HS256 with the tenant id as secret',
    intent: 'a secret that stands in the token itself',
    make: widget((world) => ({ signer: hs256(world.a.id) })),
    expect: REJECTED,
  },
  {
    name: 'HS256 with the start of the secret',
    intent: 'a secret that was cut off somewhere',
    make: widget((world) => ({ signer: hs256(world.a.secret.slice(0, 32)) })),
    expect: REJECTED,
  },
  {
    name: 'HS256 with the bytes that the secret is base64url of',
    intent: 'a secret that is decoded on one side only',
    make: widget((world) => ({ signer: hs256(Buffer.from(world.a.secret, 'base64url')) })),
    expect: REJECTED,
  },
  {
    name: 'HS256 with the empty secret against public keys',
    intent: 'a key function that finds no secret and hands on an empty one (CVE-2026-44351)',
    at: 'search',
    make: search({ header: { alg: 'HS256' }, signer: hs256('') }),
    expect: REJECTED,
  },
])
