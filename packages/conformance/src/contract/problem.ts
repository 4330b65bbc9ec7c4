import type { AuthErrorCode, BodyFault } from '@countersign/core'
import { expect } from 'vitest'
import type { RawAnswer } from './raw-client.ts'

interface Row {
  readonly status: number
  readonly action: 'refresh' | 'retry' | 'stop'
  readonly title: string
  readonly detail: string
  readonly challenge?: 'bare' | 'invalid_token' | 'invalid_request' | 'insufficient_scope'
  readonly retryAfter?: number
}

/** Design section 7, written out once more: what a client may rely on, member by member. */
export const ERROR_TABLE: Readonly<Record<AuthErrorCode, Row>> = {
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
    title: 'Body invalid',
    detail: 'The request body is not an object, or its filters or user attributes are malformed.',
  },
  body_unsupported: {
    status: 415,
    action: 'stop',
    title: 'Body unsupported',
    detail: 'Request bodies of this content type are not accepted here.',
  },
  keys_unavailable: {
    status: 503,
    action: 'retry',
    retryAfter: 5,
    title: 'Temporarily unavailable',
    detail: 'The request cannot be authenticated at the moment.',
  },
  body_not_parsed: {
    status: 500,
    action: 'stop',
    title: 'Body not parsed',
    detail: 'The service is not set up to authenticate request bodies.',
  },
  identity_missing: {
    status: 500,
    action: 'stop',
    title: 'Identity missing',
    detail: 'The service is not set up to authenticate this request.',
  },
}

const DOCS = 'https://github.com/countersign/countersign/blob/main/docs/errors.md#'

/** What else an answer holds, beside what its code says. */
export interface ProblemContext {
  readonly errors?: readonly BodyFault[] | undefined
  readonly vary?: string | undefined
  /** An answer to HEAD: the same headers, no body. */
  readonly head?: boolean | undefined
  readonly closes?: boolean | undefined
}

/** The problem document of a code, with all of its members. */
export function problemOf(
  code: AuthErrorCode,
  errors?: readonly BodyFault[],
): Readonly<Record<string, unknown>> {
  const { status, title, detail, action, retryAfter } = ERROR_TABLE[code]
  return {
    type: DOCS + code,
    title,
    status,
    detail,
    code,
    action,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(errors !== undefined && { errors }),
  }
}

/** The challenge of a code (RFC 6750 section 3), or `undefined`. */
export function challengeOf(code: AuthErrorCode): string | undefined {
  const { challenge, detail } = ERROR_TABLE[code]
  if (challenge === undefined) return undefined
  if (challenge === 'bare') return 'Bearer realm="countersign"'
  return `Bearer realm="countersign", error="${challenge}", error_description="${detail}"`
}

/** Holds a whole answer against its row: status, every header of ours, every member of the body. */
export function expectProblem(
  answer: RawAnswer,
  code: AuthErrorCode,
  { errors, vary, head = false, closes = false }: ProblemContext = {},
): void {
  const { status, retryAfter } = ERROR_TABLE[code]
  const problem = problemOf(code, errors)
  expect({ code: head ? code : codeOf(answer.body), status: answer.status }).toEqual({
    code,
    status,
  })
  if (head) expect(answer.body).toBe('')
  else expect(JSON.parse(answer.body)).toStrictEqual(problem)

  const { headers } = answer
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(headers['content-length']).toBe(String(Buffer.byteLength(JSON.stringify(problem))))
  expect(headers['www-authenticate']).toBe(challengeOf(code))
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['retry-after']).toBe(retryAfter === undefined ? undefined : String(retryAfter))
  expect(headers.vary).toBe(vary)
  expect(headers.connection).toBe(closes ? 'close' : 'keep-alive')
}

function codeOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { code?: unknown }).code
  } catch {
    return body
  }
}
