/** An answer as any framework can send it. Header names are in lower case; `Vary: Origin` is added by who sends it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Why no token was given. */
export type RefusalCode =
  'method_not_allowed' | 'origin_refused' | 'not_signed_in' | 'signing_failed' | 'user_unavailable'

interface Row {
  readonly status: number
  /** As in every problem document of Countersign: whether it is of any use to ask again. */
  readonly action: 'retry' | 'stop'
  readonly retryAfter?: number
  readonly title: string
  readonly detail: string
}

// The texts are constants: nothing that getUser threw, and nothing of a request, can reach a page through them.
const TABLE: Readonly<Record<RefusalCode, Row>> = {
  method_not_allowed: {
    status: 405,
    action: 'stop',
    title: 'Method not allowed',
    detail: 'A token is asked for with POST.',
  },
  origin_refused: {
    status: 403,
    action: 'stop',
    title: 'Origin refused',
    detail: 'Pages of this origin cannot ask for a token here.',
  },
  not_signed_in: {
    status: 401,
    action: 'stop',
    title: 'Not signed in',
    detail: 'Nobody is signed in.',
  },
  signing_failed: {
    status: 500,
    action: 'stop',
    title: 'Signing failed',
    detail: 'A token for this user cannot be signed.',
  },
  user_unavailable: {
    status: 503,
    action: 'retry',
    retryAfter: 5,
    title: 'Temporarily unavailable',
    detail: 'Who is signed in cannot be found out at the moment.',
  },
}

const DOCS = 'https://github.com/countersign/countersign/blob/main/docs/guides/signing.md#'
// A token is a credential: no cache may keep it, nor the answer that somebody has none.
const NO_STORE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** A token, as the documents' widget reads it: `const { token } = await res.json()`. */
export function tokenAnswer(token: string, expiresIn: number): Answer {
  return {
    status: 200,
    headers: { ...NO_STORE, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ token, expiresIn }),
  }
}

/** A refusal: a problem document (RFC 9457). */
export function refusalAnswer(code: RefusalCode, headers: Record<string, string> = {}): Answer {
  const { status, action, retryAfter, title, detail } = TABLE[code]
  const problem = { type: DOCS + code, title, status, detail, code, action, retryAfter }
  return {
    status,
    headers: {
      ...NO_STORE,
      'content-type': 'application/problem+json; charset=utf-8',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      ...headers,
    },
    body: JSON.stringify(problem),
  }
}

/** A preflight that passes (Fetch standard, "CORS-preflight request"). */
export function preflightAnswer(requestHeaders: string | undefined): Answer {
  return {
    status: 204,
    headers: {
      ...NO_STORE,
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '600',
      // An origin that was named may send any header; what is no list of names is not repeated.
      ...(requestHeaders !== undefined &&
        /^[\w!#$%&'*+.^`|~-]+(?:, ?[\w!#$%&'*+.^`|~-]+)*$/.test(requestHeaders) && {
          'access-control-allow-headers': requestHeaders,
        }),
    },
    body: '',
  }
}

/** What lets a page of a named origin read an answer. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Date, Retry-After',
  }
}
