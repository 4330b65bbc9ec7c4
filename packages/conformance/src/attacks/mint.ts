import { constants, createHmac, sign, type KeyObject } from 'node:crypto'

/** Signs the first two segments. */
export type Signer = (input: Buffer) => Uint8Array

/** A part of a token: text and bytes go in as they are, anything else as JSON. */
export type Part = string | Uint8Array | object

export const hs256 = (secret: string | Uint8Array): Signer => hmac('sha256', secret)

export function hmac(hash: string, secret: string | Uint8Array): Signer {
  return (input) => createHmac(hash, secret).update(input).digest()
}

export function rsa(hash: string, key: KeyObject): Signer {
  return (input) => sign(hash, input, key)
}

export const rs256 = (key: KeyObject): Signer => rsa('sha256', key)

export function ps256(key: KeyObject): Signer {
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return (input) => sign('sha256', input, pss)
}

export function es256(key: KeyObject): Signer {
  return (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
}

/** Signs nothing: an empty third segment. */
export const nobody: Signer = () => new Uint8Array()

/** Base64url, as RFC 7515 has it. */
export function segment(part: Part): string {
  const bytes = typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)
  return Buffer.from(bytes as string).toString('base64url')
}

/** A compact JWS of any header and payload, whether or not they are sound. */
export function mint(header: Part, payload: Part, signer: Signer): string {
  return mintSegments(segment(header), segment(payload), signer)
}

/** As {@link mint}, of segments in any spelling: the signature covers what is written. */
export function mintSegments(header: string, payload: string, signer: Signer): string {
  return `${header}.${payload}.${segment(signer(Buffer.from(`${header}.${payload}`)))}`
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes in another spelling: a bit that the last character has to spare is set. */
export function respell(text: string): string {
  if (text.length % 4 === 0) throw new Error('this segment has no bits to spare')
  const last = ALPHABET.indexOf(text.at(-1) as string)
  return text.slice(0, -1) + ALPHABET[last + 1]
}

/** JSON text with more members than its object can have: `extra` is text such as `"alg":"none"`. */
export function withMember(object: object, extra: string): string {
  return `${JSON.stringify(object).slice(0, -1)},${extra}}`
}
