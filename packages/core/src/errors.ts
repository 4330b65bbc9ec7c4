/** Every code that a refusal can carry. The table is closed: new codes are a breaking change. */
export type AuthErrorCode =
  | 'token_missing'
  | 'api_key_rejected'
  | 'request_invalid'
  | 'token_rejected'
  | 'token_expired'
  | 'token_not_active'
  | 'token_lifetime'
  | 'claims_invalid'
  | 'token_revoked'
  | 'tenant_mismatch'
  | 'filters_missing'
  | 'filter_conflict'
  | 'insufficient_role'
  | 'insufficient_plan'
  | 'body_invalid'
  | 'body_unsupported'
  | 'keys_unavailable'
  | 'body_not_parsed'
  | 'identity_missing'

/**
 * What a client does next. `refresh`: get one new token and try once more. `retry`: send the same token
 * again after `retryAfter` seconds. `stop`: this token will not pass here.
 */
export type AuthAction = 'refresh' | 'retry' | 'stop'

/** One place in a request body that broke the grammar; the pointer names known members and indices only. */
export interface BodyFault {
  /** RFC 6901 JSON pointer into the body. */
  readonly pointer: string
  /** What is wrong there: a constant text. */
  readonly detail: string
}

interface Row {
  readonly status: number
  readonly action: AuthAction
  /** The RFC 6750 section 3.1 error of the challenge; `bare`: a challenge without one; `null`: no challenge. */
  readonly challenge: 'invalid_token' | 'invalid_request' | 'insufficient_scope' | 'bare' | null
  readonly retryAfter?: number
  readonly title: string
  readonly detail: string
}

// The texts are constants: nothing of a request, a token or a tenant can reach a client through them.
const TABLE: Readonly<Record<AuthErrorCode, Row>> = {
  token_missing: {
    status: 401,
    action: 'refresh',
    challenge: 'bare',
    title: 'Token missing',
    detail: 'This resource needs a token.',
  },
  api_key_rejected: {
    status: 401,
    action: 'stop',
    challenge: 'invalid_token',
    title: 'API key rejected',
    detail: 'The API key is missing or not accepted.',
  },
  request_invalid: {
    status: 400,
    action: 'stop',
    challenge: 'invalid_request',
    title: 'Request invalid',
    detail: 'The authentication headers are malformed, repeated or too large.',
  },
  token_rejected: {
    status: 401,
    action: 'refresh',
    challenge: 'invalid_token',
    title: 'Token rejected',
    detail: 'The token is not accepted.',
  },
  token_expired: {
    status: 401,
    action: 'refresh',
    challenge: 'invalid_token',
    title: 'Token expired',
    detail: 'The token has expired.',
  },
  token_not_active: {
    status: 401,
    action: 'retry',
    challenge: 'invalid_token',
    retryAfter: 10,
    title: 'Token not active yet',
    detail: 'The token is not valid yet.',
  },
  token_lifetime: {
    status: 401,
    action: 'stop',
    challenge: 'invalid_token',
    title: 'Token lives too long',
    detail: 'The token lives longer than is allowed here.',
  },
  claims_invalid: {
    status: 401,
    action: 'stop',
    challenge: 'invalid_token',
    title: 'Claims invalid',
    detail: 'A claim of the token is missing, malformed or not meant for this service.',
  },
  token_revoked: {
    status: 401,
    action: 'refresh',
    challenge: 'invalid_token',
    title: 'Token revoked',
    detail: 'The token has been revoked.',
  },
  tenant_mismatch: {
    status: 403,
    action: 'stop',
    challenge: 'insufficient_scope',
    title: 'Tenant mismatch',
    detail: 'The request and the token do not name the same tenant.',
  },
  filters_missing: {
    status: 403,
    action: 'stop',
    challenge: 'insufficient_scope',
    title: 'Signed filters missing',
    detail: 'The token does not carry the filters that are required here.',
  },
  filter_conflict: {
    status: 403,
    action: 'stop',
    challenge: 'insufficient_scope',
    title: 'Filter conflict',
    detail: 'The filters of the request contradict those of the token.',
  },
  insufficient_role: {
    status: 403,
    action: 'stop',
    challenge: 'insufficient_scope',
    title: 'Insufficient role',
    detail: 'The user does not have a role that is required here.',
  },
  insufficient_plan: {
    status: 403,
    action: 'stop',
    challenge: 'insufficient_scope',
    title: 'Insufficient plan',
    detail: 'The plan of the user does not include this.',
  },
  body_invalid: {
    status: 400,
    action: 'stop',
    challenge: null,
    title: 'Body invalid',
    detail: 'The request body is not an object, or its filters or user attributes are malformed.',
  },
  body_unsupported: {
    status: 415,
    action: 'stop',
    challenge: null,
    title: 'Body unsupported',
    detail: 'Request bodies of this content type are not accepted here.',
  },
  keys_unavailable: {
    status: 503,
    action: 'retry',
    challenge: null,
    retryAfter: 5,
    title: 'Temporarily unavailable',
    detail: 'The request cannot be authenticated at the moment.',
  },
  body_not_parsed: {
    status: 500,
    action: 'stop',
    challenge: null,
    title: 'Body not parsed',
    detail: 'The service is not set up to authenticate request bodies.',
  },
  identity_missing: {
    status: 500,
    action: 'stop',
    challenge: null,
    title: 'Identity missing',
    detail: 'The service is not set up to authenticate this request.',
  },
}

/** What is said to the operator beside a code. Constants and configured names only, never a value from a request. */
export interface AuthErrorContext {
  /** Which rule failed, in a few words, for the operator's log. */
  readonly reason?: string | undefined
  /** The name of the claim that failed, as the profile spells it. */
  readonly claim?: string | undefined
  /** Faults of a request body. */
  readonly errors?: readonly BodyFault[] | undefined
}

// A member of a problem document tells where its code is explained (RFC 9457 section 3.1.1).
const DOCS = 'https://github.com/countersign/countersign/blob/main/docs/errors.md#'

/**
 * Why a request was refused. One class and one closed table of codes; `docs/errors.md` explains each.
 *
 * `toJSON()` is the RFC 9457 problem document a client may see. `reason` and `claim` are for the
 * operator's log and are not part of it. `cause` is never set: causes hold payloads and keys.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  /** What went wrong; stable, part of the API. */
  readonly code: AuthErrorCode
  /** The HTTP status. */
  readonly status: number
  /** The same status under the name that Fastify and http-errors read. */
  readonly statusCode: number
  /** What a client does next. */
  readonly action: AuthAction
  /** Seconds to wait before the same token is sent again; with `action: 'retry'` only. */
  readonly retryAfter?: number
  /** Response headers in lower case: the RFC 6750 challenge, `cache-control`, `retry-after`. */
  readonly headers: Readonly<Record<string, string>>
  /** A constant text for the client. */
  readonly detail: string
  /** Whether `message` may be shown to a client, as http-errors and Koa read it. */
  readonly expose: boolean
  /** Which rule failed: a constant text, for the operator's log. */
  readonly reason: string | undefined
  /** The claim that failed, as the profile spells it, for the operator's log. */
  readonly claim: string | undefined
  /** Faults of the request body, with `body_invalid` only. */
  readonly errors?: readonly BodyFault[]

  readonly #genuine = true

  /** Tells a genuine error from what only looks like one: no proxy or prototype can fake it, or throw when asked. */
  static isGenuine(value: unknown): value is AuthError {
    return typeof value === 'object' && value !== null && #genuine in value && value.#genuine
  }

  constructor(code: AuthErrorCode, context: AuthErrorContext = {}) {
    const row = TABLE[code]
    super(row.detail)
    this.code = code
    this.status = row.status
    this.statusCode = row.status
    this.action = row.action
    if (row.retryAfter !== undefined) this.retryAfter = row.retryAfter
    this.headers = HEADERS[code]
    this.detail = row.detail
    this.expose = row.status < 500
    this.reason = context.reason
    this.claim = context.claim
    if (context.errors !== undefined) this.errors = Object.freeze([...context.errors])
  }

  /** The problem document (RFC 9457): what the client sees and nothing else. */
  toJSON(): Record<string, unknown> {
    const row = TABLE[this.code]
    return {
      type: DOCS + this.code,
      title: row.title,
      status: row.status,
      detail: row.detail,
      code: this.code,
      action: row.action,
      ...(row.retryAfter !== undefined && { retryAfter: row.retryAfter }),
      ...(this.errors !== undefined && { errors: this.errors }),
    }
  }
}

function headersOf(row: Row): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (row.challenge !== null) {
    // RFC 6750 section 3.1: without credentials, the challenge carries no error code.
    headers['www-authenticate'] =
      row.challenge === 'bare'
        ? 'Bearer realm="countersign"'
        : `Bearer realm="countersign", error="${row.challenge}", error_description="${row.detail}"`
  }
  if (row.retryAfter !== undefined) headers['retry-after'] = String(row.retryAfter)
  return Object.freeze(headers)
}

const HEADERS = Object.fromEntries(
  Object.entries(TABLE).map(([code, row]) => [code, headersOf(row)]),
) as Record<AuthErrorCode, Readonly<Record<string, string>>>
