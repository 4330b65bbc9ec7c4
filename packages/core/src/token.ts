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

// Canonical base64url: no padding, no white space, and the bits that a last character has to spare are
// zero. Two spellings of one token would be two cache entries and one revocation (law 6).
const SEGMENT = '(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?'
const COMPACT = new RegExp(`^(?=[^.])${SEGMENT}\\.(?=[^.])${SEGMENT}\\.(?=.)${SEGMENT}$`)

/**
 * Reads the outer form of a token: size, canonical form, and a header that is one JSON object.
 *
 * @throws AuthError `request_invalid` when it is larger than `tokenBytes`; `token_rejected` otherwise
 */
export function readCompact(
  text: string,
  limits: { tokenBytes: number; depth: number },
): CompactToken {
  if (text.length > limits.tokenBytes)
    throw new AuthError('request_invalid', { reason: 'the token is too large' })
  if (!COMPACT.test(text)) throw rejected('not a canonical compact JWS')
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  const header = parseJsonObject(Buffer.from(text.slice(0, first), 'base64url'), limits.depth)
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
  for (const name of ['crit', 'b64', 'zip', 'enc'])
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
