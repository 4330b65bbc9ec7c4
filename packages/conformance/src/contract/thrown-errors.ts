import { AuthError, type AuthErrorCode } from '@countersign/core'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import { serving, type AppDescription, type Host } from '../hosts/host.ts'
import { bearer, posting, userToken } from './case.ts'
import { challengeOf, ERROR_TABLE } from './problem.ts'
import { send, type RawRequest } from './raw-client.ts'
import { echo, search, widget } from './services.ts'

const down = {
  find() {
    throw new Error('down')
  },
}

const CASES: readonly {
  readonly name: string
  readonly app: Omit<AppDescription, 'onError'>
  readonly request: RawRequest
  readonly code: AuthErrorCode
}[] = [
  {
    name: 'no token',
    app: { auth: { ...widget(), errors: 'throw' }, routes: [{ path: '/echo', handler: echo }] },
    request: {},
    code: 'token_missing',
  },
  {
    name: 'a bad token',
    app: { auth: { ...widget(), errors: 'throw' }, routes: [{ path: '/echo', handler: echo }] },
    request: bearer('a.b.c'),
    code: 'token_rejected',
  },
  {
    name: 'a bad token, before the body',
    app: { auth: { ...search(), errors: 'throw' }, order: 'around-parser', routes: [] },
    request: userToken('a.b.c'),
    code: 'token_rejected',
  },
  {
    name: 'an outage',
    app: { auth: { ...widget({ tenants: down }), errors: 'throw' }, routes: [] },
    request: bearer(widgetToken()),
    code: 'keys_unavailable',
  },
  {
    name: 'a body of another tenant',
    app: {
      auth: { ...search(), errors: 'throw' },
      order: 'around-parser',
      routes: [{ path: '/echo', handler: echo }],
    },
    request: posting(userToken(searchToken()), { integrationId: 'int_other' }),
    code: 'tenant_mismatch',
  },
  {
    name: 'a guard',
    app: {
      auth: { ...widget(), errors: 'throw' },
      routes: [{ path: '/echo', guards: { roles: ['admin'] }, handler: echo }],
    },
    request: bearer(widgetToken()),
    code: 'insufficient_role',
  },
]

/** Section 6, `errors: 'throw'`. */
export function describeThrownErrors(host: Host): void {
  describe("errors: 'throw'", () => {
    it.each(CASES.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
      const seen: unknown[] = []
      const app = { ...row.app, onError: (error: unknown) => seen.push(error) }
      const answer = await serving(host, app, (running) => send(running, row.request))

      const { status, retryAfter, detail } = ERROR_TABLE[row.code]
      expect(seen).toHaveLength(1)
      const [error] = seen
      expect(error).toBeInstanceOf(AuthError)
      const challenge = challengeOf(row.code)
      expect(error).toMatchObject({
        code: row.code,
        status,
        statusCode: status,
        message: detail,
        expose: status < 500,
        headers: {
          'cache-control': 'no-store',
          ...(challenge !== undefined && { 'www-authenticate': challenge }),
          ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        },
      })
      expect((error as Error).cause).toBeUndefined()

      // The framework answers in its own way, and still with the status and the challenge.
      expect(answer.status).toBe(status)
      expect(answer.headers['www-authenticate']).toBe(challenge)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['content-type']).not.toContain('problem+json')
    })

    it('a request that passes is not changed', () =>
      serving(
        host,
        { auth: { ...widget(), errors: 'throw' }, routes: [{ path: '/echo', handler: echo }] },
        async (app) => {
          const answer = await request(app.url)
            .get('/echo')
            .set('Authorization', `Bearer ${widgetToken()}`)
            .expect(200)
          expect(answer.body).toMatchObject({ typed: 'the attached one' })
        },
      ))
  })
}
