import type { IncomingMessage, ServerResponse } from 'node:http'
import { countersign } from '@countersign/express'
import express from 'express'
import express4 from 'express4'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { keyless, search, widget } from '../../src/contract/services.ts'
import { describeTwoHalves } from '../../src/contract/two-halves.ts'
import { API_KEYS, searchToken } from '../../src/fixtures/search.ts'
import { widgetToken } from '../../src/fixtures/widget.ts'
import { listen } from '../../src/hosts/listen.ts'

const frameworks = [
  ['Express 5', express],
  ['Express 4', express4],
] as const

for (const [name, framework] of frameworks)
  describeTwoHalves(name, (halves, handler) => {
    const auth = countersign(search())
    const parts = {
      before: auth.beforeBody,
      parser: framework.json(),
      after: auth.afterBody,
      auth,
      unbound: auth.unbound,
    }
    const app = framework()
    for (const half of halves) app.use(parts[half])
    app.use((req, res) => {
      res.json(handler({ attached: req.identity, identity: () => auth.identity(req) }))
    })
    return listen(app)
  })

describe.each(frameworks)('%s', (_name, framework) => {
  it("a tenant function sees the whole path in a mounted router, and the router's own stays", async () => {
    const seen: unknown[] = []
    const auth = countersign(
      widget({
        tenant({ url }) {
          seen.push(url)
          return url?.split('/')[2]
        },
      }),
    )
    const app = framework()
    const router = framework.Router()
    router.use(auth)
    router.get('/ten_acme/chat', (req, res) => {
      res.json({ url: req.url, userId: auth.identity(req).userId })
    })
    app.use('/v1', router)
    const { url, close } = await listen(app)
    const answer = await request(url)
      .get('/v1/ten_acme/chat?q=1')
      .set('Authorization', `Bearer ${widgetToken()}`)
      .expect(200)
    expect(answer.body).toEqual({ url: '/ten_acme/chat?q=1', userId: 'usr_7' })
    await request(url)
      .get('/v1/ten_globex/chat')
      .set('Authorization', `Bearer ${widgetToken()}`)
      .expect(403)
    expect(seen).toEqual(['/v1/ten_acme/chat?q=1', '/v1/ten_globex/chat'])
    await close()
  })

  it('what stands outside of the mount is not protected, and has no identity', async () => {
    const app = framework()
    app.use('/v1', countersign(widget()))
    app.get('/health', (req, res) => {
      res.json({ identity: req.identity ?? null })
    })
    const { url, close } = await listen(app)
    expect((await request(url).get('/health').expect(200)).body).toEqual({ identity: null })
    await request(url).get('/v1').expect(401)
    await request(url).get('/v1/').expect(401)
    await request(url).get('/V1/x').expect(401)
    await close()
  })

  describe('urlencoded bodies are bound too', () => {
    async function post(body: string): Promise<request.Response> {
      const app = framework()
      app.use(framework.urlencoded({ extended: true }), countersign(search()))
      app.post('/', (req, res) => {
        res.json({ body: req.body as unknown, filters: req.identity?.filters })
      })
      const { url, close } = await listen(app)
      const answer = await request(url)
        .post('/')
        .set('Authorization', `Bearer ${API_KEYS.int_docs}`)
        .set('User-Token', searchToken({ filters: { attributes: { env: 'dev' } } }))
        .type('form')
        .send(body)
      await close()
      return answer
    }

    it('filters[attributes][env]=prod gives way to what was signed', async () => {
      const answer = await post('filters[attributes][env]=prod&integrationId=int_docs&q=a')
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({
        body: { filters: { attributes: { env: 'dev' } }, integrationId: 'int_docs', q: 'a' },
        filters: { attributes: { env: 'dev' } },
      })
    })

    it.each([
      ['another tenant', 'integrationId=int_other', 403, 'tenant_mismatch'],
      [
        'the tenant twice',
        'integrationId=int_docs&integrationId=int_other',
        403,
        'tenant_mismatch',
      ],
      ['the tenant as an object', 'integrationId[a]=int_docs', 403, 'tenant_mismatch'],
      ['an operator', 'filters[attributes][env][$ne]=dev', 400, 'body_invalid'],
      ['a list for an object', 'filters[]=a', 400, 'body_invalid'],
    ])('%s: refused', async (_case, body, status, code) => {
      const answer = await post(body)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject({ code })
    })
  })

  it.each([
    ['text/plain', 'filters'],
    ['application/xml', '<filters/>'],
    ['application/octet-stream', '{"filters":1}'],
    ['multipart/form-data; boundary=b', '--b\r\n\r\n{}\r\n--b--\r\n'],
  ])('%s, which express.json() leaves alone: 415', async (type, body) => {
    const app = framework()
    let calls = 0
    app.use(framework.json(), countersign(keyless()))
    app.post('/', (_req, res) => {
      calls += 1
      res.end()
    })
    const { url, close } = await listen(app)
    const answer = await request(url)
      .post('/')
      .set('User-Token', searchToken())
      .set('Content-Type', type)
      .send(body)
    expect(answer.status).toBe(415)
    expect(answer.body).toMatchObject({ code: 'body_unsupported' })
    expect(calls).toBe(0)
    await close()
  })

  it('no content type: 415', async () => {
    const app = framework()
    app.use(framework.json(), countersign(keyless()), (_req, res) => res.end())
    const { url, close } = await listen(app)
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'User-Token': searchToken() },
      body: new TextEncoder().encode('{}'),
    })
    expect(answer.status).toBe(415)
    await close()
  })
})

describe('next (section 6: called outside any try)', () => {
  const boom = new Error('boom')

  it.each(['a new token', 'a token seen before'])(
    '%s: what next throws comes out as it is',
    async (which) => {
      const auth = countersign(widget())
      const req = {
        method: 'GET',
        url: '/',
        headers: { authorization: `Bearer ${widgetToken()}` },
        rawHeaders: ['Authorization', `Bearer ${widgetToken()}`],
      } as unknown as IncomingMessage
      const res = { headersSent: false } as unknown as ServerResponse
      if (which === 'a token seen before') await auth(req, res, () => undefined)
      const calls: unknown[] = []
      const run = async (): Promise<void> => {
        await auth(req, res, (error) => {
          calls.push(error)
          throw boom
        })
      }
      await expect(run()).rejects.toBe(boom)
      expect(calls).toEqual([undefined])
    },
  )
})
