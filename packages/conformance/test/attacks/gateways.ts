import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countersign as forExpress } from '@countersign/express'
import { countersign as forFastify } from '@countersign/fastify'
import { countersign as forKoa, type IdentityState } from '@countersign/koa'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { seenOf, TARGETS, targetOptions, type World } from '../../src/attacks/index.ts'

/** A gateway that listens. */
export interface Running {
  readonly url: string
  close(): Promise<void>
}

const BODY_LIMIT = 2 ** 21

export async function listen(listener: RequestListener): Promise<Running> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Express 5: the token before the body, the body after it. */
export function expressGateway(world: World): Promise<Running> {
  const app = express()
  for (const target of TARGETS) {
    const auth = forExpress(targetOptions(target, world))
    const json = express.json({ limit: BODY_LIMIT })
    app.use(`/${target}`, auth.beforeBody, json, auth.afterBody, (req, res) => {
      res.json({ seen: seenOf(req.identity, req.body) })
    })
  }
  return listen(app)
}

export async function fastifyGateway(world: World): Promise<Running> {
  const app = fastify({ bodyLimit: BODY_LIMIT })
  for (const target of TARGETS)
    void app.register(
      async (scope) => {
        await scope.register(forFastify(targetOptions(target, world)))
        scope.all('/', async (request) => ({ seen: seenOf(request.identity, request.body) }))
      },
      { prefix: `/${target}` },
    )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, close: () => app.close() }
}

/** Koa, with the parser that a service would write itself. */
export function koaGateway(world: World): Promise<Running> {
  const app = new Koa<IdentityState>({ proxy: false })
  const gates = new Map(
    TARGETS.map((target) => [`/${target}`, forKoa(targetOptions(target, world))]),
  )
  app.use(async (ctx) => {
    const auth = gates.get(ctx.path)
    if (auth === undefined) return
    await auth.beforeBody(ctx, async () => {
      if (ctx.is('json')) {
        const chunks: Buffer[] = []
        for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
        ;(ctx.request as { body?: unknown }).body = JSON.parse(Buffer.concat(chunks).toString())
      }
      await auth.afterBody(ctx, async () => {
        const { body } = ctx.request as { body?: unknown }
        ctx.body = { seen: seenOf(ctx.state.identity, body) }
      })
    })
  })
  const handle = app.callback()
  return listen((req, res) => void handle(req, res))
}
