import { carriesBody, headerText, type AuthRequest } from './request.ts'

/** A request as frameworks hand it on: `body` is where parsers put what they read. */
export interface BodyRequest extends AuthRequest {
  readonly body?: unknown
  readonly readableDidRead?: boolean
  readonly readableEnded?: boolean
}

/**
 * Whether a request's body was read.
 *
 * `none`: the request carries none. `parsed`: somebody read it, and `body` is what they made of it.
 * `unread`: it carries one that nobody has parsed. The parsers of Express 4 set `body` to `{}` also when they
 * do not read, so the stream is asked as well. A Fetch `Request` never holds a parsed body.
 *
 * @param parsed the parsed body, from where the framework keeps it; left out: `request.body`
 */
export function bodyState(
  request: BodyRequest,
  ...parsed: readonly [body?: unknown]
): 'none' | 'parsed' | 'unread' {
  // Given as `undefined`, it says that nobody parsed; only where it is left out does `request.body` stand for it.
  const body = parsed.length === 0 ? parsedBody(request) : parsed[0]
  if ('bodyUsed' in request) return request.body === null ? 'none' : 'unread'
  if (!carriesBody(request)) return isNothing(body) ? 'none' : 'parsed'
  if (body === undefined) return 'unread'
  if (request.readableDidRead === true || request.readableEnded === true) return 'parsed'
  // A body that is there, though the stream was never read, was put there by hand; an empty one was not.
  return isNothing(body) ? 'unread' : 'parsed'
}

/**
 * What a parser left on a request. A body on `Object.prototype` was parsed by nobody; it is not told by being inherited,
 * since the parsers of Express 4 copy what they find.
 */
export function parsedBody(holder: { readonly body?: unknown }): unknown {
  const { body } = holder
  return body === (Object.prototype as { body?: unknown }).body ? undefined : body
}

function isNothing(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0)
  )
}

/** Whether a body of this content type is JSON (RFC 8259, RFC 6839 section 3.1). */
export function isJson(request: AuthRequest): boolean {
  const type = headerText(request, 'content-type')
  return type !== undefined && /^\s*application\/(?:[^\s;]+\+)?json\s*(?:;|$)/i.test(type)
}
