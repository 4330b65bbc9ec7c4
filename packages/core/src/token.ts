import { LRUCache } from 'lru-cache'
import { AuthError } from './errors.ts'
import { member, parseJsonObject, type JsonObject } from './json.ts'

/** A token in the one spelling that is accepted: three canonical base64url segments (RFC 7515 section 7.1). */
export interface CompactToken {
  readonly text: string
  readonly header: JsonObject
  /** The second segment, not decoded: a JWS may sign any bytes, a JWT only an object. */
  readonly payload: string
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

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Whether a part of a text, of base64url characters, is the one spelling of the bytes it stands for: no character is left
 * over, and the bits that the last one has to spare are zero (RFC 4648 section 3.5). Two spellings of one token would be
 * two cache entries and one revocation (law 6).
 */
function isCanonical(text: string, start: number, end: number): boolean {
  const last = text.charAt(end - 1)
  switch ((end - start) % 4) {
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

/** Parses the first segment of a token: one plain JSON object, or `undefined`. */
export type HeaderParser = (segment: string) => JsonObject | undefined

const KEPT_HEADERS = 100
const KEPT_HEADER_LENGTH = 512

/** A parser that remembers what it has parsed: a tenant's tokens mostly have one header between them. */
export function createHeaderParser(depth: number): HeaderParser {
  const kept = new LRUCache<string, JsonObject>({ max: KEPT_HEADERS })
  // To compare one text is quicker than to look one up.
  let last: { segment: string; header: JsonObject } | undefined
  return (segment) => {
    if (segment === last?.segment) return last.header
    const header = kept.get(segment) ?? parseJsonObject(Buffer.from(segment, 'base64url'), depth)
    if (header === undefined || segment.length > KEPT_HEADER_LENGTH) return header
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
  // No padding, no white space, nothing that lenient decoders skip.
  const isCompact =
    COMPACT.test(text) &&
    isCanonical(text, 0, first) &&
    isCanonical(text, first + 1, second) &&
    isCanonical(text, second + 1, text.length)
  if (!isCompact) throw rejected('not a canonical compact JWS')
  const header = parseHeader(text.slice(0, first))
  if (header === undefined) throw rejected('the header is not a plain JSON object')
  return {
    text,
    header,
    payload: text.slice(first + 1, second),
    signed: text.slice(0, second),
    signature: text.slice(second + 1),
  }
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
  const claims = parseJsonObject(Buffer.from(payload, 'base64url'), limits.depth)
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

function rejected(reason: string): AuthError {
  return new AuthError('token_rejected', { reason })
}
