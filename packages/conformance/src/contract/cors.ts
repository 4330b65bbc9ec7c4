import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import { serving, type AppDescription, type Host } from '../hosts/host.ts'
import { userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send } from './raw-client.ts'
import { echo, search, widget } from './services.ts'

const CORS = {
  'access-control-allow-origin': 'https://widget.example',
  'access-control-allow-credentials': 'true',
  vary: 'Origin',
}

function service(auth: AppDescription['auth']): AppDescription {
  return {
    ...(auth !== undefined && { auth }),
    headers: CORS,
    routes: [{ path: '/echo', handler: echo }],
  }
}

/** Section 6: a browser must be able to read a refusal, and a preflight carries no credentials. */
export function describeCors(host: Host): void {
  describe('CORS', () => {
    it('headers set before survive a refusal', () =>
      serving(host, service(widget()), async (app) => {
        const answer = await send(app, {})
        expect(answer.headers).toMatchObject(CORS)
        expectProblem(answer, 'token_missing', { vary: 'Origin' })
      }))

    it('Vary is added to and not replaced, in a refusal and in an answer', () =>
      serving(host, service(search()), async (app) => {
        const refused = await send(app, userToken('a.b.c'))
        expect(refused.headers).toMatchObject({ ...CORS, vary: 'Origin, User-Token' })
        expectProblem(refused, 'token_rejected', { vary: 'Origin, User-Token' })
        const passed = await send(app, userToken(searchToken()))
        expect(passed.status).toBe(200)
        expect(passed.headers).toMatchObject({ ...CORS, vary: 'Origin, User-Token' })
      }))

    it.each([
      ['user-token', 'user-token'],
      ['Origin, USER-TOKEN', 'Origin, USER-TOKEN'],
      ['*', '*'],
    ])('Vary: %s needs no second mention', (vary, expected) =>
      serving(host, { ...service(search()), headers: { vary } }, async (app) => {
        const refused = await send(app, userToken('a.b.c'))
        expectProblem(refused, 'token_rejected', { vary: expected })
      }),
    )

    it('headers set before survive a refusal that the framework answers', async () => {
      // Koa drops every header before it answers an error itself: there they come from the error alone.
      const dropsHeaders = host.name.startsWith('Koa')
      await serving(host, service({ ...widget(), errors: 'throw' }), async (app) => {
        const answer = await request(app.url).get('/echo').expect(401)
        expect(answer.headers['access-control-allow-origin']).toBe(
          dropsHeaders ? undefined : 'https://widget.example',
        )
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="countersign"')
      })
    })

    it.each(['GET', 'POST'])(
      'a preflight for %s reaches what answers it, without identity',
      (method) =>
        serving(host, service(search()), async (app) => {
          const answer = await request(app.url)
            .options('/echo')
            .set('Origin', 'https://widget.example')
            .set('Access-Control-Request-Method', method)
            .set('Access-Control-Request-Headers', 'user-token')
            .expect(200)
          expect(answer.headers).toMatchObject(CORS)
          expect(answer.body).toStrictEqual({
            identity: null,
            body: null,
            typed: 'identity_missing',
          })
        }),
    )

    it.each([
      ['no Origin', { 'Access-Control-Request-Method': 'POST' }],
      ['no Access-Control-Request-Method', { Origin: 'https://widget.example' }],
      ['neither', {}],
    ])('OPTIONS with %s is authenticated', (_name, headers) =>
      serving(host, service(widget()), async (app) => {
        await request(app.url).options('/echo').set(headers).expect(401)
        const passed = await request(app.url)
          .options('/echo')
          .set(headers)
          .set('Authorization', `Bearer ${widgetToken()}`)
          .expect(200)
        expect(passed.body).toMatchObject({ identity: { userId: 'usr_7' } })
      }),
    )

    it('a GET dressed as a preflight is authenticated', () =>
      serving(host, service(widget()), async (app) => {
        await request(app.url)
          .get('/echo')
          .set('Origin', 'https://widget.example')
          .set('Access-Control-Request-Method', 'POST')
          .set('X-HTTP-Method-Override', 'OPTIONS')
          .expect(401)
      }))
  })
}
