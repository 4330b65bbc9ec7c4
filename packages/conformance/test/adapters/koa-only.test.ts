import type { Identity } from '@countersign/core'
import { countersign } from '@countersign/koa'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import Koa2 from 'koa2'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { keyless, search, widget } from '../../src/contract/services.ts'
import { describeTwoHalves } from '../../src/contract/two-halves.ts'
import { searchToken } from '../../src/fixtures/search.ts'
import { widgetToken } from '../../src/fixtures/widget.ts'
import { listen } from '../../src/hosts/listen.ts'

const frameworks = [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const

for (const [name, Framework] of frameworks)
  describeTwoHalves(name, (halves, handler) => {
    const auth = countersign(search())
    const parts = {
      before: auth.beforeBody,
      parser: bodyParser(),
      after: auth.afterBody,
      auth,
      unbound: auth.unbound,
    }
    const app = new Framework()
    for (const half of halves) app.use(parts[half])
    app.use((ctx) => {
      const attached = (ctx.state as { identity?: Identity }).identity
      ctx.body = handler({ attached, identity: () => auth.identity(ctx) })
    })
    return listen(app.callback())
  })

describe.each(frameworks)('%s', (_name, Framework) => {
  it("errors: 'throw' sets the headers on the context too, for an error handler that keeps them", async () => {
    const app = new Framework()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        ctx.status = (error as { status: number }).status
        ctx.body = { mine: (error as { code: string }).code }
      }
    })
    app.use(countersign({ ...widget(), errors: 'throw' }))
    const { url, close } = await listen(app.callback())
    const answer = await request(url).get('/').expect(401)
    expect(answer.body).toEqual({ mine: 'token_missing' })
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer realm="countersign"',
      'cache-control': 'no-store',
    })
    await close()
  })

  it('middleware before it goes on after it, with what the handler answered', async () => {
    const order: string[] = []
    const app = new Framework()
    app.use(async (ctx, next) => {
      await next()
      order.push(`outer ${ctx.status}`)
    })
    app.use(countersign(widget()))
    app.use(async (ctx) => {
      await Promise.resolve()
      order.push('handler')
      ctx.body = 'ok'
    })
    const { url, close } = await listen(app.callback())
    await request(url).get('/').set('Authorization', `Bearer ${widgetToken()}`).expect(200, 'ok')
    await request(url).get('/').expect(401)
    expect(order).toEqual(['handler', 'outer 200', 'outer 401'])
    await close()
  })

  it.each([
    ['filters[attributes][env]=prod&integrationId=int_docs', 200, undefined],
    ['integrationId=int_other', 403, 'tenant_mismatch'],
    ['filters[attributes][env][$ne]=dev', 400, 'body_invalid'],
  ])('urlencoded bodies are bound too: %s', async (body, status, code) => {
    const app = new Framework()
    app.use(bodyParser())
    app.use(countersign(keyless()))
    app.use((ctx) => {
      ctx.body = (ctx.request as { body?: unknown }).body
    })
    const { url, close } = await listen(app.callback())
    const answer = await request(url)
      .post('/')
      .set('User-Token', searchToken({ filters: { attributes: { env: 'dev' } } }))
      .type('form')
      .send(body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject(
      code === undefined ? { filters: { attributes: { env: 'dev' } } } : { code },
    )
    await close()
  })

  it.each([
    ['text/plain', 'filters'],
    ['multipart/form-data; boundary=b', '--b\r\n\r\n{}\r\n--b--\r\n'],
  ])('%s, which the parser leaves alone: 415', async (type, body) => {
    const app = new Framework()
    let calls = 0
    app.use(bodyParser())
    app.use(countersign(keyless()))
    app.use((ctx) => {
      calls += 1
      ctx.body = 'passed'
    })
    const { url, close } = await listen(app.callback())
    await request(url)
      .post('/')
      .set('User-Token', searchToken())
      .set('Content-Type', type)
      .send(body)
      .expect(415)
    expect(calls).toBe(0)
    await close()
  })

  describe("a body that the parser leaves on Node's request as well", () => {
    type Halves = 'auth' | 'both halves' | 'unbound'

    /** What the handler finds in both places; `patch` is what koa-body does with `patchNode`. */
    async function bodies(halves: Halves, given: object | undefined, patch = true) {
      const auth = countersign(keyless())
      const found: Record<'request' | 'req', unknown>[] = []
      const app = new Framework()
      if (halves === 'both halves') app.use(auth.beforeBody)
      if (halves === 'unbound') app.use(auth.unbound)
      app.use(bodyParser())
      app.use((ctx, next) => {
        if (patch) Object.assign(ctx.req, { body: (ctx.request as { body?: unknown }).body })
        return next()
      })
      if (halves === 'auth') app.use(auth)
      if (halves === 'both halves') app.use(auth.afterBody)
      app.use((ctx) => {
        const { body } = ctx.request as { body?: unknown }
        found.push({ request: body, req: (ctx.req as { body?: unknown }).body })
        ctx.body = 'ok'
      })
      const { url, close } = await listen(app.callback())
      const token = searchToken({ filters: { attributes: { env: 'dev' } } })
      const sent = request(url).post('/').set('User-Token', token)
      const answer = await (given === undefined ? sent : sent.send(given))
      await close()
      return { found, status: answer.status }
    }

    const forged = {
      filters: { attributes: { env: 'prod' } },
      userAttributes: { userId: 'root' },
      q: 'a',
    }
    const bound = {
      filters: { attributes: { env: 'dev' } },
      userAttributes: { userId: 'usr_9' },
    }

    it.each(['auth', 'both halves'] as const)('is bound in both places: %s', async (halves) => {
      const { found } = await bodies(halves, forged)
      const effective = { ...bound, q: 'a' }
      expect(found).toMatchObject([{ request: effective, req: effective }])
    })

    it.each(['auth', 'both halves'] as const)(
      'is bound in both, absent too: %s',
      async (halves) => {
        const { found } = await bodies(halves, undefined)
        expect(found).toMatchObject([{ request: bound, req: bound }])
      },
    )

    it('is left alone in both where it is unbound', async () => {
      const { found } = await bodies('unbound', forged)
      expect(found).toEqual([{ request: forged, req: forged }])
    })

    it('is not put there where the parser did not', async () => {
      const { found } = await bodies('auth', forged, false)
      expect(found).toMatchObject([{ request: bound, req: undefined }])
    })

    it("is never let pass unbound where it is on Node's request only", async () => {
      const auth = countersign(keyless())
      const found: unknown[] = []
      const app = new Framework()
      app.use(bodyParser())
      app.use((ctx, next) => {
        const parsed = ctx.request as { body?: unknown }
        Object.assign(ctx.req, { body: parsed.body })
        delete parsed.body
        return next()
      })
      app.use(auth)
      app.use((ctx) => {
        found.push((ctx.req as { body?: unknown }).body)
        ctx.body = 'ok'
      })
      const { url, close } = await listen(app.callback())
      const answer = await request(url)
        .post('/')
        .set('User-Token', searchToken())
        .send({ integrationId: 'int_other' })
      await close()
      expect({ status: answer.status, found }).toEqual({ status: 500, found: [] })
    })

    it('is refused as ever where it names another tenant', async () => {
      const { found, status } = await bodies('auth', { integrationId: 'int_other' })
      expect({ found, status }).toEqual({ found: [], status: 403 })
    })
  })

  it('what next rejects with comes out as it is', async () => {
    const boom = Object.assign(new Error('boom'), { status: 401 })
    const seen: unknown[] = []
    const app = new Framework()
    app.on('error', () => undefined)
    app.use(async (_ctx, next) => {
      await next().catch((error: unknown) => {
        seen.push(error)
      })
    })
    app.use(countersign(widget()))
    app.use(() => Promise.reject(boom))
    const { url, close } = await listen(app.callback())
    const good = `Bearer ${widgetToken()}`
    for (let i = 0; i < 2; i += 1)
      await request(url).get('/').set('Authorization', good).expect(404)
    expect(seen).toEqual([boom, boom])
    expect(seen[0]).toBe(boom)
    await close()
  })
})
