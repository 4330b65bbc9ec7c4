import { describe, expect, it } from 'vitest'
import { AuthError, type AuthErrorCode } from '../src/errors.ts'
import { toProblem, toResponse } from '../src/problem.ts'

type Row = [
  code: AuthErrorCode,
  status: number,
  action: string,
  title: string,
  detail: string,
  challenge: string,
  retryAfter?: number,
]
const invalid = 'Bearer realm="countersign", error="invalid_token", error_description='
const scope = 'Bearer realm="countersign", error="insufficient_scope", error_description='

const ROWS: readonly Row[] = [
  ['token_missing', 401, 'refresh', 'Token missing', 'This resource needs a token.', 'bare'],
  [
    'api_key_rejected',
    401,
    'stop',
    'API key rejected',
    'The API key is missing or not accepted.',
    invalid,
  ],
  [
    'request_invalid',
    400,
    'stop',
    'Request invalid',
    'The authentication headers are malformed, repeated or too large.',
    'Bearer realm="countersign", error="invalid_request", error_description=',
  ],
  ['token_rejected', 401, 'refresh', 'Token rejected', 'The token is not accepted.', invalid],
  ['token_expired', 401, 'refresh', 'Token expired', 'The token has expired.', invalid],
  [
    'token_not_active',
    401,
    'retry',
    'Token not active yet',
    'The token is not valid yet.',
    invalid,
    10,
  ],
  [
    'token_lifetime',
    401,
    'stop',
    'Token lives too long',
    'The token lives longer than is allowed here.',
    invalid,
  ],
  [
    'claims_invalid',
    401,
    'stop',
    'Claims invalid',
    'A claim of the token is missing, malformed or not meant for this service.',
    invalid,
  ],
  ['token_revoked', 401, 'refresh', 'Token revoked', 'The token has been revoked.', invalid],
  [
    'tenant_mismatch',
    403,
    'stop',
    'Tenant mismatch',
    'The request and the token do not name the same tenant.',
    scope,
  ],
  [
    'filters_missing',
    403,
    'stop',
    'Signed filters missing',
    'The token does not carry the filters that are required here.',
    scope,
  ],
  [
    'filter_conflict',
    403,
    'stop',
    'Filter conflict',
    'The filters of the request contradict those of the token.',
    scope,
  ],
  [
    'insufficient_role',
    403,
    'stop',
    'Insufficient role',
    'The user does not have a role that is required here.',
    scope,
  ],
  [
    'insufficient_plan',
    403,
    'stop',
    'Insufficient plan',
    'The plan of the user does not include this.',
    scope,
  ],
  [
    'body_invalid',
    400,
    'stop',
    'Body invalid',
    'The request body is not an object, or its filters or user attributes are malformed.',
    '',
  ],
  [
    'body_unsupported',
    415,
    'stop',
    'Body unsupported',
    'Request bodies of this content type are not accepted here.',
    '',
  ],
  [
    'keys_unavailable',
    503,
    'retry',
    'Temporarily unavailable',
    'The request cannot be authenticated at the moment.',
    '',
    5,
  ],
  [
    'body_not_parsed',
    500,
    'stop',
    'Body not parsed',
    'The service is not set up to authenticate request bodies.',
    '',
  ],
  [
    'identity_missing',
    500,
    'stop',
    'Identity missing',
    'The service is not set up to authenticate this request.',
    '',
  ],
]

function bytesOf([code, status, action, title, detail, , retryAfter]: Row, more = ''): string {
  const retry = retryAfter === undefined ? '' : `,"retryAfter":${retryAfter}`
  return (
    `{"type":"https://github.com/countersign/countersign/blob/main/docs/errors.md#${code}",` +
    `"title":"${title}","status":${status},"detail":"${detail}","code":"${code}",` +
    `"action":"${action}"${retry}${more}}`
  )
}

function headersOf(row: Row, length: number): Record<string, string> {
  const [, , , , detail, challenge, retryAfter] = row
  const bare = 'Bearer realm="countersign"'
  return {
    'cache-control': 'no-store',
    ...(challenge !== '' && {
      'www-authenticate': challenge === 'bare' ? bare : `${challenge}"${detail}"`,
    }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(length),
  }
}

describe.each(ROWS.map((row) => ({ code: row[0], row })))('$code', ({ code, row }) => {
  const body = bytesOf(row)

  it('is answered with these bytes and no others', () => {
    const context = { reason: 'canary-reason', claim: 'canary-claim' }
    const problem = toProblem(new AuthError(code, context))
    expect(problem).toEqual({ status: row[1], headers: headersOf(row, body.length), body })
    expect(toProblem(new AuthError(code))).toEqual(problem)
  })

  it('is the same as a Fetch Response', async () => {
    const response = toResponse(new AuthError(code))
    expect(response.status).toBe(row[1])
    expect(Object.fromEntries(response.headers)).toEqual(headersOf(row, body.length))
    expect(await response.text()).toBe(body)
  })
})

describe('faults of a body', () => {
  it('are listed, and the length counts bytes', () => {
    const errors = [{ pointer: '/filters/attributes', detail: 'Not a filter – of the grammar.' }]
    const { body, headers } = toProblem(new AuthError('body_invalid', { errors }))
    const row = ROWS.find(([code]) => code === 'body_invalid') as Row
    expect(body).toBe(bytesOf(row, `,"errors":${JSON.stringify(errors)}`))
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
    expect(Number(headers['content-length'])).toBe(body.length + 2)
  })
})
