import * as forExpress from '@countersign/express'
import * as forFastify from '@countersign/fastify'
import * as forKoa from '@countersign/koa'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import request from 'supertest'
import { expect, it } from 'vitest'
import { widget } from '../../src/contract/services.ts'
import { widgetToken } from '../../src/fixtures/widget.ts'
import { listen } from '../../src/hosts/listen.ts'

// A promise that has to be waited for lets other work in between. Where the tenant is at hand there is none: what stands
// after an adapter runs before any microtask that was queued before it.

class Stopwatch {
  readonly seen: string[] = []
  #waited = false
  start(): void {
    this.#waited = false
    queueMicrotask(() => (this.#waited = true))
  }
  stop(): void {
    this.seen.push(this.#waited ? 'later' : 'at once')
  }
}

const frameworks: Record<string, (watch: Stopwatch) => Promise<Parameters<typeof listen>[0]>> = {
  async Express(watch) {
    const app = express()
    app.use((_req, _res, next) => {
      watch.start()
      next()
    })
    app.use(forExpress.countersign(widget()))
    app.use((_req, res) => {
      watch.stop()
      res.json({})
    })
    return app
  },
  async Koa(watch) {
    const app = new Koa()
    app.use((_ctx, next) => {
      watch.start()
      return next()
    })
    app.use(forKoa.countersign(widget()))
    app.use((ctx) => {
      watch.stop()
      ctx.body = {}
    })
    return app.callback()
  },
  async Fastify(watch) {
    const app = fastify()
    app.addHook('onRequest', (_request, _reply, done) => {
      watch.start()
      done()
    })
    await app.register(forFastify.countersign(widget()))
    app.addHook('onRequest', (_request, _reply, done) => {
      watch.stop()
      done()
    })
    app.get('/', async () => ({}))
    await app.ready()
    return app.routing
  },
}

it.each(Object.entries(frameworks))(
  '%s goes on at once, with a token seen before and at first sight',
  async (_name, open) => {
    const watch = new Stopwatch()
    const { server, close } = await listen(await open(watch))
    try {
      for (const userId of ['usr_1', 'usr_1', 'usr_2']) {
        const authorization = `Bearer ${widgetToken({ userId })}`
        expect((await request(server).get('/').set({ authorization })).status).toBe(200)
      }
      expect(watch.seen).toEqual(['at once', 'at once', 'at once'])
    } finally {
      await close()
    }
  },
)
