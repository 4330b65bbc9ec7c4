import { createHmac, sign } from 'node:crypto'
import { encode, signature, token, type SigningKey } from '../laws/signing.ts'
import type { Random } from './random.ts'

/** A token as it was signed, with the key that signed it. */
export interface Signed {
  readonly key: SigningKey
  readonly text: string
}

/** Changes a token into one that may or may not verify. */
export type Mutation = (given: Signed, random: Random, pool: readonly Signed[]) => string

interface Parts {
  readonly header: string
  readonly payload: string
  readonly bytes: Buffer
}

function partsOf({ text }: Signed): Parts {
  const [header = '', payload = '', last = ''] = text.split('.')
  return { header, payload, bytes: Buffer.from(last, 'base64url') }
}

const join = (header: string, payload: string, bytes: Uint8Array): string =>
  `${header}.${payload}.${Buffer.from(bytes).toString('base64url')}`

/** Replaces the signature, decoded. */
const resigned =
  (change: (bytes: Buffer, random: Random, given: Signed) => Uint8Array): Mutation =>
  (given, random) => {
    const { header, payload, bytes } = partsOf(given)
    return join(header, payload, change(bytes, random, given))
  }

function flipBit(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) {
    const at = random.below(copy.length)
    copy[at] = (copy[at] as number) ^ (1 << random.below(8))
  }
  return copy
}

// The order of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3), and that of Ed25519 (RFC 8032 section 5.1).
const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
const toBytes = (number: bigint, length: number): Buffer =>
  Buffer.from(
    number
      .toString(16)
      .padStart(2 * length, '0')
      .slice(-2 * length),
    'hex',
  )

/** Changes that any two sound verifiers have to agree on. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  nothing: ({ text }) => text,
  'one bit of the signature': resigned(flipBit),
  'random bytes': resigned(({ length }, random) => random.bytes(length)),
  'all zeros': resigned(({ length }) => Buffer.alloc(length)),
  'all ones': resigned(({ length }) => Buffer.alloc(length, 0xff)),
  'cut off': resigned((bytes, random) => bytes.subarray(0, 1 + random.below(bytes.length))),
  'made longer': resigned((bytes, random) =>
    Buffer.concat([bytes, random.bytes(1 + random.below(40))]),
  ),
  'a zero before it': resigned((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
  'without its first byte': resigned((bytes) => bytes.subarray(1)),
  reversed: resigned((bytes) => Buffer.from(bytes).toReversed()),
  'its halves changed over': resigned((bytes) =>
    Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]),
  ),
  // Valid: an ECDSA signature has two forms.
  's of ECDSA negated': resigned((bytes, _random, { key }) => {
    if (key.alg !== 'ES256') return bytes
    const s = P256_ORDER - toNumber(bytes.subarray(32))
    return Buffer.concat([bytes.subarray(0, 32), toBytes(s, 32)])
  }),
  'r or s out of range': resigned((bytes, random) => {
    const copy = Buffer.from(bytes.subarray(0, 64))
    const number = random.pick([0n, 1n, P256_ORDER, P256_ORDER - 1n, ED25519_ORDER])
    toBytes(number, 32).copy(copy, random.pick([0, 32]))
    return copy
  }),
  // RFC 8032 section 5.1.7: S has to be below the order, else a signature has many forms.
  's of Ed25519 and its order': resigned((bytes, _random, { key }) => {
    if (key.alg !== 'EdDSA') return bytes
    const s = toNumber(Buffer.from(bytes.subarray(32)).toReversed()) + ED25519_ORDER
    return Buffer.concat([bytes.subarray(0, 32), toBytes(s, 32).toReversed()])
  }),
  'one bit of the payload': (given, random) => {
    const { header, payload, bytes } = partsOf(given)
    return join(
      header,
      flipBit(Buffer.from(payload, 'base64url'), random).toString('base64url'),
      bytes,
    )
  },
  'another header': (given, random) => {
    const { payload, bytes } = partsOf(given)
    const header = { alg: given.key.alg, kid: random.pick(['a', 'b', '']) }
    return join(encode(header), payload, bytes)
  },
  'the signature of another token': (given, random, pool) => {
    const { header, payload } = partsOf(given)
    return join(header, payload, partsOf(random.pick(pool)).bytes)
  },
  'signed by another key of any algorithm': (given, random, pool) => {
    const { header, payload } = partsOf(given)
    const input = `${header}.${payload}`
    return `${input}.${signature(input, random.pick(pool).key)}`
  },
  'signed again': ({ key }, random) => token({ n: random.below(1000) }, key),
  'another hash, another salt': (given, random) => {
    const { header, payload } = partsOf(given)
    const input = Buffer.from(`${header}.${payload}`)
    const { private: key, alg } = given.key
    const hash = random.pick(['sha1', 'sha384', 'sha512'])
    if (typeof key === 'string')
      return join(header, payload, createHmac(hash, key).update(input).digest())
    if (alg === 'EdDSA') return given.text
    const saltLength = random.pick([0, 20, 32, 48])
    const options = alg === 'PS256' ? { key, padding: 6, saltLength } : { key }
    const made = sign(alg === 'PS256' ? 'sha256' : hash, input, {
      ...options,
      dsaEncoding: 'ieee-p1363',
    })
    return join(header, payload, made)
  },
  'as DER': (given) => {
    const { header, payload } = partsOf(given)
    const { private: key, alg } = given.key
    if (alg !== 'ES256' || typeof key === 'string') return given.text
    return join(header, payload, sign('sha256', Buffer.from(`${header}.${payload}`), key))
  },
}
