import type { IncomingHttpHeaders } from 'node:http'
import { AuthError } from './errors.ts'
import { isPlainObject, member, type JsonObject } from './json.ts'
import type { Profile } from './profile.ts'

/** What phase 1 reads of a request. An `http.IncomingMessage` fits as it is; a Fetch `Request` does too. */
export interface AuthRequest {
  /** Where values are read, without regard to case. */
  readonly headers: IncomingHttpHeaders | Headers
  /** Names and values in turn, as they came; used only to count them. */
  readonly rawHeaders?: readonly string[] | undefined
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** What a request says about itself; nothing in it is believed yet. */
export interface Credentials {
  /** The token with the scheme of the profile before it, where it has one: `Bearer eyJ…`, see {@link withScheme}. */
  readonly sent: string | undefined
  readonly hint: string | undefined
  readonly apiKey: string | undefined
}

/**
 * Reads the token, the tenant hint and the API key from their headers.
 *
 * @throws AuthError `request_invalid` for a header that is repeated, empty, or of another scheme;
 *   `api_key_rejected` for an API key that is absent or of another scheme
 */
export function readCredentials(request: AuthRequest, profile: Profile): Credentials {
  const { token, tenant } = profile
  const isWire = isOffTheWire(request)
  const header = readHeader(request, token.header, isWire) ?? readAnywhere(request, token.header)
  const hint = tenant.hint === null ? undefined : readHeader(request, tenant.hint, isWire)
  const key = tenant.apiKey === null ? undefined : readHeader(request, tenant.apiKey.header, isWire)
  return {
    apiKey: tenant.apiKey === null ? undefined : readApiKey(key, tenant.apiKey.scheme),
    sent: header === undefined ? undefined : readSent(header, token.scheme),
    hint,
  }
}

/** How a token is sent, in one spelling of its scheme. */
export function withScheme(token: string, scheme: string | null): string {
  return scheme === null ? token : `${scheme} ${token}`
}

/** The token of {@link withScheme}. */
export function withoutScheme(sent: string, scheme: string | null): string {
  return scheme === null ? sent : sent.slice(scheme.length + 1)
}

// Nearly always it is the header as it stands: a token seen before is found without making another text of it.
function readSent(header: string, scheme: string | null): string {
  if (scheme === null) return header
  if (!hasCredentials(header, scheme)) throw invalid('another scheme, or no credentials')
  return isSpelled(header, scheme) ? header : withScheme(withoutScheme(header, scheme), scheme)
}

function readApiKey(header: string | undefined, scheme: string): string {
  if (header === undefined || !hasCredentials(header, scheme))
    throw new AuthError('api_key_rejected', { reason: 'no API key' })
  return withoutScheme(header, scheme)
}

/**
 * Whether a header has credentials of a scheme: the scheme, compared without case, one space, and something else (RFC 9110
 * section 11.4).
 *
 * @throws AuthError `request_invalid` for a scheme without credentials
 */
function hasCredentials(header: string, scheme: string): boolean {
  const { length } = scheme
  const isScheme =
    isSpelled(header, scheme) || header.slice(0, length).toLowerCase() === scheme.toLowerCase()
  if (!isScheme) return false
  if (header.length > length && header.charCodeAt(length) !== 0x20) return false
  if (isBlank(header, length + 1)) throw invalid('a scheme without credentials')
  return true
}

function isSpelled(header: string, scheme: string): boolean {
  // A loop is compiled in place; `startsWith` is called, which takes longer than the rest of reading a header.
  let same = 0
  while (same < scheme.length && header.charCodeAt(same) === scheme.charCodeAt(same)) same += 1
  return same === scheme.length
}

/** Whether the headers of a request are as Node makes them of what comes over its wire. */
function isOffTheWire({ headers, rawHeaders }: AuthRequest): boolean {
  return (
    rawHeaders !== undefined &&
    rawHeaders.length > 0 &&
    isPlainObject(headers) &&
    !isFetchHeaders(headers)
  )
}

/** {@link readAnywhere}, quicker for those: they are in lower case, so one look is enough. */
function readHeader(request: AuthRequest, name: string, isWire: boolean): string | undefined {
  if (!isWire) return readAnywhere(request, name)
  const { headers, rawHeaders } = request as { headers: JsonObject; rawHeaders: readonly string[] }
  const times = count(rawHeaders, name)
  if (times > 1) throw invalid('a header is repeated')
  const value = member(headers, name)
  if (typeof value === 'string') return notEmpty(value)
  return times === 0 && value === undefined ? undefined : readAnywhere(request, name)
}

/**
 * The one value of a header in any case and shape that is accepted, or `undefined` where it is absent. The name is in
 * lower case.
 *
 * Node joins repeated headers with a comma, or keeps the first: both hide the second from a reader of
 * `headers`, so `rawHeaders` counts them, and where there is none, a comma does.
 *
 * @throws AuthError `request_invalid`
 */
function readAnywhere({ headers, rawHeaders }: AuthRequest, name: string): string | undefined {
  const value = isFetchHeaders(headers)
    ? (headers.get(name) ?? undefined)
    : ownHeader(headers, name)
  const repeated =
    rawHeaders === undefined ? value?.includes(',') === true : count(rawHeaders, name) > 1
  if (repeated) throw invalid('a header is repeated')
  return value === undefined ? undefined : notEmpty(value)
}

function notEmpty(value: string): string {
  if (isBlank(value)) throw invalid('a header is empty')
  return value
}

/** Whether there is nothing in a text, from a place on. */
function isBlank(text: string, from = 0): boolean {
  // What begins with a visible character need not be looked through.
  const first = text.charCodeAt(from)
  return !(first > 0x20 && first < 0x7f) && text.slice(from).trim() === ''
}

function isFetchHeaders(headers: IncomingHttpHeaders | Headers): headers is Headers {
  return typeof headers.get === 'function' && typeof headers.append === 'function'
}

function ownHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const values = valuesOf(headers, name)
  if (values.length > 1) throw invalid('a header is repeated')
  const value = values[0]
  if (value !== undefined && typeof value !== 'string') throw invalid('a header is not text')
  return value
}

const NONE: readonly unknown[] = []

/** The values of all own members of that name, in whatever case. */
function valuesOf(headers: IncomingHttpHeaders, name: string): readonly unknown[] {
  // In another shape (a Map, a list of pairs) a token would look absent, and absent can be anonymous.
  if (!isPlainObject(headers)) throw new TypeError('headers are neither a plain object nor Headers')
  let values = NONE
  // Object.keys would make a list of all headers, several times for each request.
  for (const key in headers) {
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue
    const value: unknown = Object.hasOwn(headers, key) ? headers[key] : undefined
    if (value !== undefined && value !== null) values = values.concat(value)
  }
  return values
}

function count(rawHeaders: readonly string[], name: string): number {
  let times = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const given = rawHeaders[i] as string
    if (given.length === name.length && (given === name || given.toLowerCase() === name)) times += 1
  }
  return times
}

/** Whether this is a CORS preflight (Fetch standard, "CORS-preflight request"): it carries no credentials. */
export function isPreflight(request: AuthRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    headerText(request, 'origin') !== undefined &&
    headerText(request, 'access-control-request-method') !== undefined &&
    !carriesBody(request)
  )
}

/** Whether a request announces a body (RFC 9112 section 6.3; in HTTP/2, a stream that is still open). */
export function carriesBody(request: AuthRequest): boolean {
  if (headerText(request, 'transfer-encoding') !== undefined) return true
  const length = headerText(request, 'content-length')
  if (length !== undefined) return Number(length) !== 0
  const { stream } = request as { stream?: { endAfterHeaders?: unknown } | null }
  return stream?.endAfterHeaders === false
}

/** The first value of a header that decides nothing about who is asking. */
export function headerText({ headers }: AuthRequest, name: string): string | undefined {
  const value: unknown = isFetchHeaders(headers) ? headers.get(name) : valuesOf(headers, name)[0]
  return typeof value === 'string' ? value : undefined
}

function invalid(reason: string): AuthError {
  return new AuthError('request_invalid', { reason })
}
