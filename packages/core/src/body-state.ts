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
 * @param body where the framework keeps the parsed body; `request.body` by default
 */
export function bodyState(
  request: BodyRequest,
  body: unknown = request.body,
): 'none' | 'parsed' | 'unread' {
  if ('bodyUsed' in request) return request.body === null ? 'none' : 'unread'
  if (!carriesBody(request)) return isNothing(body) ? 'none' : 'parsed'
  if (body === undefined) return 'unread'
  if (request.readableDidRead === true || request.readableEnded === true) return 'parsed'
  // A body that is there, though the stream was never read, was put there by hand; an empty one was not.
  return isNothing(body) ? 'unread' : 'parsed'
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
