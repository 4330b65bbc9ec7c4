import {
  createHash,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { isObject, parseJsonObject } from './json.ts'
import { isRocaModulus } from './roca.ts'

/** Signature algorithms with a public key (RFC 7518 section 3.1, RFC 8037). */
export type AsymmetricAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** Every algorithm that a profile can allow. `none` is not one. */
export type Algorithm = 'HS256' | AsymmetricAlgorithm

/** A public JSON Web Key (RFC 7517). */
export type PublicJwk = Readonly<JsonWebKey> & {
  readonly alg?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
}

/**
 * A key of a tenant, or where a set of them is fetched. Its kind is what its property says and never guessed from its
 * bytes; a key serves one algorithm. `kid` picks it first when a token names it; `notBefore` and `notAfter` (seconds since
 * the epoch; the second is exclusive) bound when it verifies at all, for a rotation without downtime.
 */
export type TenantKey = {
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
} & (
  | ({
      /** 1 to 256 characters, none of them a control character. */
      readonly kid?: string | undefined
    } & OneKey)
  | {
      /** What the keys of the set may be used for: not empty, each once. */
      readonly algorithms: readonly AsymmetricAlgorithm[]
      /**
       * Where the tenant publishes its keys (RFC 7517 section 5). `https`, at most 2048 characters, without credentials and
       * without a fragment; redirects are not followed. The keys of the set have a `kid` of their own.
       */
      readonly jwksUrl: string
      readonly kid?: undefined
      readonly alg?: undefined
    }
)

type OneKey =
  | {
      readonly alg: 'HS256'
      /** The shared secret, at least 32 bytes (RFC 7518 section 3.2). A string stands for its UTF-8 bytes. */
      readonly secret: string | Uint8Array
    }
  | {
      readonly alg: AsymmetricAlgorithm
      /** PEM text that begins with `-----BEGIN PUBLIC KEY-----` (SPKI). */
      readonly publicKey: string
    }
  | {
      readonly alg: AsymmetricAlgorithm
      /** A public JSON Web Key; `use` and `key_ops`, where present, must allow signatures to be verified. */
      readonly jwk: PublicJwk
    }

/** A key as it verifies. */
export interface PreparedKey {
  readonly kid: string | undefined
  /** How events call it: its `kid`, else its place in the record. */
  readonly label: string
  readonly alg: Algorithm
  readonly notBefore: number
  readonly notAfter: number
  readonly material: KeyObject
  /** Tells whether two keys are the same, without holding them. */
  readonly fingerprint: string
}

export const ASYMMETRIC: readonly AsymmetricAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA']
export const ALGORITHMS: readonly Algorithm[] = ['HS256', ...ASYMMETRIC]

const KINDS = ['secret', 'publicKey', 'jwk', 'jwksUrl'] as const
const KNOWN: readonly string[] = ['kid', 'alg', 'algorithms', 'notBefore', 'notAfter', ...KINDS]
const MIN_SECRET_BYTES = 32
const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192 // the cost of a verification grows with the modulus
const MIN_RSA_EXPONENT = 65537n

/** The members of a key, and which one says what kind it is. @throws Error with the reason as its message */
export function readKeyMembers(key: unknown): {
  own: Readonly<Record<string, unknown>>
  kind: (typeof KINDS)[number]
} {
  if (!isObject(key)) throw new Error('a key is not an object')
  const own = Object.assign(Object.create(null) as Record<string, unknown>, key)
  for (const name of Object.keys(own))
    if (!KNOWN.includes(name)) throw new Error(`a key has an unknown member "${name}"`)

  const [kind, another] = KINDS.filter((name) => own[name] !== undefined)
  if (kind === undefined || another !== undefined)
    throw new Error('a key needs exactly one of secret, publicKey, jwk and jwksUrl')
  return { own, kind }
}

/**
 * Imports a key, or says why it cannot be trusted. A reason may name a member, but never holds a value.
 *
 * @param place what the key is called where it has no `kid`
 * @throws Error with the reason as its message
 */
export function prepareKey(key: unknown, place = '#1'): PreparedKey {
  const { own, kind } = readKeyMembers(key)
  if (kind === 'jwksUrl') throw new Error('a key set stands where a key belongs')
  if (own['algorithms'] !== undefined)
    throw new Error('algorithms goes with a jwksUrl; a key has one alg')

  const kid = own['kid']
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256))
    throw new Error('the kid of a key is not a string of 1 to 256 characters')
  // It goes into events, and from there into logs.
  if (kid !== undefined && /[\p{Cc}\p{Zl}\p{Zp}]/u.test(kid))
    throw new Error('the kid of a key has a control character')

  const alg = own['alg'] as Algorithm
  if (!ALGORITHMS.includes(alg))
    throw new Error(`the alg of a key is not one of ${ALGORITHMS.join(', ')}`)
  if ((alg === 'HS256') !== (kind === 'secret'))
    throw new Error('HS256 goes with a secret, every other alg with publicKey or jwk')

  const material =
    alg === 'HS256'
      ? importSecret(own['secret'])
      : importPublicKey(alg, kind === 'jwk' ? own['jwk'] : undefined, own['publicKey'])
  return Object.freeze({
    kid,
    label: kid ?? place,
    alg,
    ...readWindow(own),
    material,
    fingerprint: fingerprintOf(alg, material),
  })
}

/** Whether a key may verify at an instant (seconds since the epoch). */
export function isActive(key: Pick<PreparedKey, 'notBefore' | 'notAfter'>, now: number): boolean {
  return now >= key.notBefore && now < key.notAfter
}

/** What a token says of the key that signed it. */
export interface NamedKey {
  readonly alg: string
  readonly kid: string | undefined
}

const NO_KEYS: readonly PreparedKey[] = []

/** The keys that may have signed: those of the algorithm that are active, the ones that the token names first. */
export function keysInOrder(
  keys: readonly PreparedKey[],
  { alg, kid }: NamedKey,
  now: number,
): readonly PreparedKey[] {
  const only = keys.length === 1 ? keys[0] : undefined
  if (only !== undefined) return mayVerify(only, alg, now) ? keys : NO_KEYS
  return namedFirst(
    keys.filter((key) => mayVerify(key, alg, now)),
    kid,
  )
}

function mayVerify(key: PreparedKey, alg: string, now: number): boolean {
  return key.alg === alg && isActive(key, now)
}

function namedFirst(keys: readonly PreparedKey[], kid: string | undefined): readonly PreparedKey[] {
  if (kid === undefined) return keys
  const named = keys.filter((key) => key.kid === kid)
  return named.length === 0 ? keys : [...named, ...keys.filter((key) => key.kid !== kid)]
}

/** When a key counts. @throws Error with the reason as its message */
export function readWindow(
  own: Readonly<Record<string, unknown>>,
): Pick<PreparedKey, 'notBefore' | 'notAfter'> {
  return {
    notBefore: instant(own['notBefore'], 'notBefore', -Infinity),
    notAfter: instant(own['notAfter'], 'notAfter', Infinity),
  }
}

function instant(value: unknown, name: string, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error(`the ${name} of a key is not a number of seconds`)
  return value
}

function importSecret(secret: unknown): KeyObject {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array))
    throw new Error('a secret is neither a string nor a Uint8Array')
  // A copy: later writes to the caller's bytes must not change the key.
  const bytes = Buffer.from(secret as string)
  if (bytes.length < MIN_SECRET_BYTES)
    throw new Error(`a secret is shorter than ${MIN_SECRET_BYTES} bytes (RFC 7518 section 3.2)`)
  // CVE-2015-9235 and its many children: a public key is no secret, in whatever spelling.
  if (looksLikeAKey(bytes))
    throw new Error('a secret holds the text or bytes of a PEM, JWK or DER key')
  return createSecretKey(bytes)
}

function looksLikeAKey(bytes: Buffer): boolean {
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  if (/-----BEGIN|^ssh-|^ecdsa-sha2-/.test(text)) return true
  const json = parseJsonObject(text, 64)
  if (json !== undefined && ('kty' in json || 'keys' in json)) return true
  return isDerKey(bytes) || isDerKey(Buffer.from(text, 'base64'))
}

// Every DER key is a SEQUENCE that is as long as it says.
function isDerKey(bytes: Buffer): boolean {
  if (bytes.length < MIN_SECRET_BYTES || bytes[0] !== 0x30) return false
  const first = bytes.readUInt8(1)
  const size = first < 0x80 ? 0 : first & 0x7f
  if (size > 4) return false
  const length = size === 0 ? first : bytes.readUIntBE(2, size)
  return 2 + size + length === bytes.length
}

function importPublicKey(alg: AsymmetricAlgorithm, jwk: unknown, pem: unknown): KeyObject {
  const key = jwk === undefined ? importPem(pem) : importJwk(alg, jwk)
  checkStrength(alg, key)
  return key
}

function importPem(pem: unknown): KeyObject {
  if (typeof pem !== 'string') throw new Error('a publicKey is not PEM text')
  // createPublicKey derives the public half of a private key without a word.
  if (/PRIVATE KEY-----/.test(pem))
    throw new Error('a private key stands where a public key belongs')
  if (!/^\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*$/.test(pem))
    throw new Error('a publicKey is not one SPKI PEM ("-----BEGIN PUBLIC KEY-----")')
  try {
    return createPublicKey({ key: pem, format: 'pem', type: 'spki' })
  } catch {
    throw new Error('a publicKey cannot be read as SPKI')
  }
}

function importJwk(alg: AsymmetricAlgorithm, jwk: unknown): KeyObject {
  if (!isObject(jwk)) throw new Error('a jwk is not an object')
  const own = Object.assign(Object.create(null) as Record<string, unknown>, jwk)
  if (own['kty'] === 'oct' || own['k'] !== undefined)
    throw new Error('a jwk is symmetric: give it as a secret')
  if (own['d'] !== undefined) throw new Error('a private key stands where a public key belongs')
  if (own['alg'] !== undefined && own['alg'] !== alg) throw new Error('a jwk is for another alg')
  if (own['use'] !== undefined && own['use'] !== 'sig')
    throw new Error('the use of a jwk is not "sig"')
  const operations = own['key_ops']
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    throw new Error('the key_ops of a jwk do not include "verify"')
  try {
    return createPublicKey({ key: own as JsonWebKey, format: 'jwk' })
  } catch {
    throw new Error('a jwk cannot be read')
  }
}

function checkStrength(alg: AsymmetricAlgorithm, key: KeyObject): void {
  const details = key.asymmetricKeyDetails ?? {}
  switch (alg) {
    case 'RS256':
    case 'PS256': {
      if (key.asymmetricKeyType !== 'rsa') throw new Error(`${alg} needs an RSA key`)
      const bits = details.modulusLength ?? 0
      if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
        throw new Error(`an RSA key is not of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`)
      if ((details.publicExponent ?? 0n) < MIN_RSA_EXPONENT)
        throw new Error(`the public exponent of an RSA key is below ${MIN_RSA_EXPONENT}`)
      const { n = '' } = key.export({ format: 'jwk' })
      if (isRocaModulus(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)))
        throw new Error('an RSA key is one that can be factored (ROCA, CVE-2017-15361)')
      return
    }
    case 'ES256':
      if (key.asymmetricKeyType !== 'ec' || details.namedCurve !== 'prime256v1')
        throw new Error('ES256 needs a P-256 key')
      return
    case 'EdDSA':
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('EdDSA needs an Ed25519 key')
  }
}

function fingerprintOf(alg: Algorithm, key: KeyObject): string {
  const bytes = key.type === 'secret' ? key.export() : key.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(`${alg}:`).update(bytes).digest('base64url')
}
