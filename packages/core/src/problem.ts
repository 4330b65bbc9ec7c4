import type { AuthError } from './errors.ts'

/** A refusal as any HTTP server can send it. */
export interface Problem {
  readonly status: number
  /** In lower case; with content type and length. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The HTTP answer for a refusal: `application/problem+json` (RFC 9457) and an RFC 6750 challenge.
 * The same error always gives the same bytes.
 */
export function toProblem(error: AuthError): Problem {
  const body = JSON.stringify(error)
  return {
    status: error.status,
    headers: {
      ...error.headers,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  }
}

/** The same answer as a Fetch `Response`, for Hono, Next.js route handlers and the like. */
export function toResponse(error: AuthError): Response {
  const { status, headers, body } = toProblem(error)
  return new Response(body, { status, headers })
}
