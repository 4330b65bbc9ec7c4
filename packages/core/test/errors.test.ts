import { describe, expect, it } from 'vitest'
import { AuthError, type AuthErrorCode } from '../src/errors.ts'

// Design section 7, the closed table.
const TABLE: readonly [
  code: AuthErrorCode,
  status: number,
  challenge: string | null,
  action: string,
  retryAfter?: number,
][] = [
  ['token_missing', 401, '', 'refresh'],
  ['api_key_rejected', 401, 'invalid_token', 'stop'],
  ['request_invalid', 400, 'invalid_request', 'stop'],
  ['token_rejected', 401, 'invalid_token', 'refresh'],
  ['token_expired', 401, 'invalid_token', 'refresh'],
  ['token_not_active', 401, 'invalid_token', 'retry', 10],
  ['token_lifetime', 401, 'invalid_token', 'stop'],
  ['claims_invalid', 401, 'invalid_token', 'stop'],
  ['token_revoked', 401, 'invalid_token', 'refresh'],
  ['tenant_mismatch', 403, 'insufficient_scope', 'stop'],
  ['filters_missing', 403, 'insufficient_scope', 'stop'],
  ['filter_conflict', 403, 'insufficient_scope', 'stop'],
  ['insufficient_role', 403, 'insufficient_scope', 'stop'],
  ['insufficient_plan', 403, 'insufficient_scope', 'stop'],
  ['body_invalid', 400, null, 'stop'],
  ['body_unsupported', 415, null, 'stop'],
  ['keys_unavailable', 503, null, 'retry', 5],
  ['body_not_parsed', 500, null, 'stop'],
  ['identity_missing', 500, null, 'stop'],
]

describe('the table of codes', () => {
  it.each(TABLE)('%s: %i, %j, %s', (code, status, challenge, action, retryAfter) => {
    const error = new AuthError(code)
    expect(error).toMatchObject({ name: 'AuthError', code, status, statusCode: status, action })
    expect(error.retryAfter).toBe(retryAfter)
    expect(error.expose).toBe(status < 500)
    expect(error.message).toBe(error.detail)

    const headers: Record<string, string> = { 'cache-control': 'no-store' }
    if (challenge === '') headers['www-authenticate'] = 'Bearer realm="countersign"'
    else if (challenge !== null)
      headers['www-authenticate'] =
        `Bearer realm="countersign", error="${challenge}", error_description="${error.detail}"`
    if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
    expect(error.headers).toEqual(headers)
    expect(Object.isFrozen(error.headers)).toBe(true)
  })

  it('has details that fit in a quoted string (RFC 6750 section 3)', () => {
    for (const [code] of TABLE)
      expect(new AuthError(code).detail).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  })
})

describe('AuthError', () => {
  it('is an Error without a cause', () => {
    const error = new AuthError('token_rejected', { reason: 'r' })
    expect(error).toBeInstanceOf(Error)
    expect('cause' in error).toBe(false)
    expect(error.stack).toContain('errors.test.ts')
  })

  it('keeps reason and claim for the operator, out of the document', () => {
    const error = new AuthError('claims_invalid', { reason: 'is another', claim: 'iss' })
    expect(error).toMatchObject({ reason: 'is another', claim: 'iss' })
    expect(JSON.stringify(error)).not.toMatch(/another|iss"/)
    expect(new AuthError('claims_invalid')).toMatchObject({ reason: undefined, claim: undefined })
  })

  it('is the problem document as JSON (RFC 9457)', () => {
    expect(new AuthError('token_not_active').toJSON()).toEqual({
      type: 'https://github.com/countersign/countersign/blob/main/docs/errors.md#token_not_active',
      title: 'Token not active yet',
      status: 401,
      detail: 'The token is not valid yet.',
      code: 'token_not_active',
      action: 'retry',
      retryAfter: 10,
    })
    expect(Object.keys(new AuthError('token_missing').toJSON())).toEqual([
      'type',
      'title',
      'status',
      'detail',
      'code',
      'action',
    ])
  })

  it('has a frozen copy of the faults of a body', () => {
    const errors = [{ pointer: '/filters', detail: 'd' }]
    const error = new AuthError('body_invalid', { errors })
    errors.push({ pointer: '/x', detail: 'later' })
    expect(error.errors).toEqual([{ pointer: '/filters', detail: 'd' }])
    expect(Object.isFrozen(error.errors)).toBe(true)
    expect(error.toJSON()['errors']).toEqual([{ pointer: '/filters', detail: 'd' }])
    expect(new AuthError('body_invalid').toJSON()).not.toHaveProperty('errors')
  })
})
