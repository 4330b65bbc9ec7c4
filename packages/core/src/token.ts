import { LRUCache } from 'lru-cache'
import { AuthError } from './errors.ts'
import { member, parseJsonObject, type JsonObject } from './json.ts'

/** A token in its one spelling: three canonical base64url segments (RFC 7515 section 7.1). */
export interface CompactToken {
  readonly header: JsonObject
  /** The second segment, decoded and not parsed: a JWS may sign any bytes, a JWT only an object. */
  readonly payload: Uint8Array
  /** What was signed: the first two segments and the dot between them (RFC 7515 section 5.1). */
  readonly signed: string
  /** The third segment, not decoded. */
  readonly signature: string
}

/** The header parameters that decide how a token is verified (RFC 7515 section 4.1). */
export interface TokenHeader {
  readonly alg: string
  readonly kid: string | undefined
}

// Two spellings of one token would be two cache entries and one revocation (law 6). The only one of a segment is what
// encoding its bytes gives: no padding, no white space, no spare bits, nothing that lenient decoders skip.
function decode(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  if (segment === '' || bytes.toString('base64url') !== segment) throw notCanonical()
  return bytes
}

const BASE64URL = /^[\w-]+$/

/**
 * The same of a segment that is not decoded: no character is left over, and the bits that the last one has to spare are zero
 * (RFC 4648 section 3.5).
 */
function isCanonical(segment: string): boolean {
  if (!BASE64URL.test(segment)) return false
  const last = segment.charAt(segment.length - 1)
  switch (segment.length % 4) {
    case 0:
      return true
    case 2:
      return 'AQgw'.includes(last)
    case 3:
      return 'AEIMQUYcgkosw048'.includes(last)
    default:
      return false
  }
}

/** Reads the first segment of a token. @throws AuthError `token_rejected` unless it is one plain JSON object */
export type HeaderParser = (segment: string) => JsonObject

const KEPT_HEADERS = 100
const KEPT_HEADER_LENGTH = 512

/** A parser that remembers what it has parsed: a tenant's tokens mostly have one header between them. */
export function createHeaderParser(depth: number): HeaderParser {
  const kept = new LRUCache<string, JsonObject>({ max: KEPT_HEADERS })
  // To compare one text is quicker than to look one up.
  let last: { segment: string; header: JsonObject } | undefined
  return (segment) => {
    if (segment === last?.segment) return last.header
    const header = kept.get(segment) ?? parseJsonObject(decode(segment), depth)
    if (header === undefined) throw rejected('the header is not a plain JSON object')
    if (segment.length > KEPT_HEADER_LENGTH) return header
    kept.set(segment, header)
    last = { segment, header }
    return header
  }
}

/**
 * Reads the outer form of a token: size, canonical form, and a header that is one JSON object.
 *
 * @throws AuthError `request_invalid` when it is larger than `tokenBytes`; `token_rejected` otherwise
 */
export function readCompact(
  text: string,
  limits: { tokenBytes: number },
  parseHeader: HeaderParser,
): CompactToken {
  if (text.length > limits.tokenBytes)
    throw new AuthError('request_invalid', { reason: 'the token is too large' })
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  const signature = text.slice(second + 1)
  // A fourth segment would be part of the third, which has no dot.
  if (first === -1 || second === -1 || !isCanonical(signature)) throw notCanonical()
  const payload = decode(text.slice(first + 1, second))
  const header = parseHeader(text.slice(0, first))
  return { header, payload, signed: text.slice(0, second), signature }
}

/**
 * Reads the payload as the claims of a JWT: one JSON object, in UTF-8, without repeated members
 * (RFC 7519 section 7.2). Nothing in it is to be believed before the signature was checked.
 *
 * @throws AuthError `token_rejected`
 */
export function readPayload(
  { payload }: Pick<CompactToken, 'payload'>,
  limits: { depth: number },
): JsonObject {
  const claims = parseJsonObject(payload, limits.depth)
  if (claims === undefined) throw rejected('the payload is not a plain JSON object')
  return claims
}

const UNREADABLE = ['crit', 'b64', 'zip', 'enc']

/**
 * Reads the header against what the profile allows. The algorithm is compared with the allowlist before any
 * key is looked at; a header that changes how the rest is read (`crit`, `b64`, `zip`, `enc`) is refused; keys
 * and addresses of keys in it (`jwk`, `jku`, `x5u`, `x5c`) are never used (RFC 8725 sections 3.1 and 3.10).
 *
 * @throws AuthError `token_rejected`
 */
export function readHeader(
  header: JsonObject,
  { algorithms, type }: { algorithms: readonly string[]; type: string | null },
): TokenHeader {
  const alg = member(header, 'alg')
  if (typeof alg !== 'string' || !algorithms.includes(alg))
    throw rejected('the algorithm is not allowed')
  for (const name of UNREADABLE)
    if (Object.hasOwn(header, name)) throw rejected(`the header has "${name}"`)
  const kid = member(header, 'kid')
  if (kid !== undefined && typeof kid !== 'string') throw rejected('kid is not a string')
  if (type !== null && mediaType(member(header, 'typ')) !== mediaType(type))
    throw rejected('the type is another')
  return { alg, kid }
}

// RFC 7515 section 4.1.9: compared without case, and "application/" may be left out.
function mediaType(typ: unknown): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}

function notCanonical(): AuthError {
  return rejected('not a canonical compact JWS')
}

function rejected(reason: string): AuthError {
  return new AuthError('token_rejected', { reason })
}
