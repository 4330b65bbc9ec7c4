import { createAuthenticator, type Identity } from '@countersign/core'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createClock } from '../fixtures/clock.ts'
import { API_KEYS, searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import { serving, type Exchange, type Host } from '../hosts/host.ts'
import { bearer, posting, userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send } from './raw-client.ts'
import { echo, search, widget } from './services.ts'

/** What a handler holds in its hands: section 6 and law 8. */
export function describeIdentities(host: Host): void {
  describe('identities', () => {
    it('frozen to the bottom, whether the token was seen before or not', async () => {
      const seen: Exchange[] = []
      const handler = (exchange: Exchange) => {
        seen.push(exchange)
        return echo(exchange)
      }
      await serving(host, { auth: search(), routes: [{ path: '/', handler }] }, async (app) => {
        const good = { path: '/', ...posting(userToken(searchToken()), { filters: null }) }
        await send(app, good)
        await send(app, good)
      })
      expect(seen).toHaveLength(2)
      for (const { attached } of seen) expect(unfrozen(attached)).toEqual([])
    })

    it('one request cannot change what the next one sees', async () => {
      const handler = (exchange: Exchange) => {
        const answer = echo(exchange)
        const json = structuredClone(answer.json)
        const body = exchange.body as Record<string, Record<string, unknown>>
        for (const name of ['filters', 'userAttributes'])
          for (const key of Object.keys(body[name] ?? {}))
            (body[name] as object as Record<string, unknown>)[key] = 'changed'
        return { json }
      }
      await serving(host, { auth: search(), routes: [{ path: '/', handler }] }, async (app) => {
        const good = { path: '/', ...posting(userToken(searchToken()), {}) }
        const first = await send(app, good)
        expect(first.status).toBe(200)
        expect((await send(app, good)).body).toBe(first.body)
      })
    })

    it('the body that a handler sees is a new object', async () => {
      let prototype: unknown
      const handler = ({ body }: Exchange) => {
        prototype = Object.getPrototypeOf(body)
        return { json: null }
      }
      await serving(host, { auth: search(), routes: [{ path: '/', handler }] }, async (app) => {
        await send(app, { path: '/', ...posting(userToken(searchToken()), { a: 1 }) })
      })
      expect(prototype).toBe(Object.prototype)
    })

    it('a token seen before expires all the same', async () => {
      const clock = createClock()
      await serving(
        host,
        { auth: widget({ now: clock.now }), routes: [{ path: '/echo', handler: echo }] },
        async (app) => {
          const good = bearer(widgetToken())
          expect((await send(app, good)).status).toBe(200)
          clock.advance(3629)
          expect((await send(app, good)).status).toBe(200)
          clock.advance(1)
          expectProblem(await send(app, good), 'token_expired')
        },
      )
    })

    it('an authenticator may be shared, and may stand for the options', async () => {
      const authenticator = createAuthenticator(widget())
      const routes = [{ path: '/echo', handler: echo }]
      for (const auth of [authenticator, { authenticator, optional: true }])
        await serving(host, { auth, routes }, async (app) => {
          const answer = await request(app.url)
            .get('/echo')
            .set('Authorization', `Bearer ${widgetToken()}`)
            .expect(200)
          expect(answer.body).toMatchObject({ typed: 'the attached one' })
          await request(app.url)
            .get('/echo')
            .expect(auth === authenticator ? 401 : 200)
        })
    })

    it("an identity of another authenticator is not this one's", async () => {
      let own: Identity | undefined
      const handler = (exchange: Exchange) => {
        own = exchange.identity()
        return { json: null }
      }
      await serving(host, { auth: search(), routes: [{ path: '/', handler }] }, async (app) => {
        await send(app, { path: '/', ...userToken(searchToken(), API_KEYS.int_docs) })
      })
      expect(own).toMatchObject({ tenantId: 'int_docs', bodyBound: true })
      const other = createAuthenticator(search())
      expect(other.bindBody(own as Identity, {})).toMatchObject({
        ok: false,
        error: { code: 'identity_missing' },
      })
    })

    it.each([
      ['optional', { ...widget(), optional: 'yes' }],
      ['errors', { ...widget(), errors: 'log' }],
      ['credentialsRequired', { ...widget(), credentialsRequired: false }],
      ['tenants', { ...widget(), tenants: undefined }],
      ['profile', { tenants: [] }],
    ])('a wrong option is named at creation: %s', async (name, auth) => {
      const starting = Promise.resolve().then(() => host.start({ auth: auth as never, routes: [] }))
      await expect(starting).rejects.toThrow(TypeError)
      await expect(starting).rejects.toThrow(`"${name}"`)
    })
  })
}

/** The paths of what can still be changed. */
function unfrozen(value: unknown, path = 'identity'): string[] {
  if (typeof value !== 'object' || value === null) return []
  return [
    ...(Object.isFrozen(value) ? [] : [path]),
    ...Object.entries(value).flatMap(([key, child]) => unfrozen(child, `${path}.${key}`)),
  ]
}
