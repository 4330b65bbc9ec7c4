import { once } from 'node:events'
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request as ExpressRequest } from 'express'
import express4 from 'express4'
import fastify, { type FastifyRequest } from 'fastify'
import Koa, { type Context } from 'koa'
import { onTestFinished } from 'vitest'
import type { Signer, SupportWidgetClaims, TokenEndpointOptions } from '../../src/index.ts'
import { tokenEndpoint as forExpress } from '../../src/express.ts'
import { tokenEndpoint as forFastify } from '../../src/fastify.ts'
import { tokenEndpoint as forFetch } from '../../src/fetch.ts'
import { tokenEndpoint as forKoa } from '../../src/koa.ts'

export const PATH = '/api/support/token'

/** An endpoint without its framework: `getUser` gets the cookie of the request. */
export interface Site {
  readonly signer: Signer<SupportWidgetClaims>
  readonly getUser: (
    cookie: string | undefined,
  ) => SupportWidgetClaims | null | undefined | Promise<SupportWidgetClaims | null | undefined>
  readonly options?: TokenEndpointOptions
  /** What stands before the endpoint sets these headers. */
  readonly headers?: Record<string, string>
}

export interface Host {
  readonly name: string
  /** Whether bodies reach the endpoint unread, and its answer can end the connection. */
  readonly leavesBodies: boolean
  readonly start: (site: Site) => Promise<Server> | Server
}

const expressHost = (name: string, framework: typeof express): Host => ({
  name,
  leavesBodies: true,
  start({ signer, getUser, options, headers = {} }) {
    const app = framework()
    app.use((_req, res, next) => {
      res.set(headers)
      next()
    })
    app.all(
      PATH,
      forExpress(signer, (req: ExpressRequest) => getUser(req.get('cookie')), options),
    )
    return createServer(app)
  },
})

const koaHost: Host = {
  name: 'Koa 3',
  leavesBodies: true,
  start({ signer, getUser, options, headers = {} }) {
    const app = new Koa()
    const endpoint = forKoa(signer, (ctx: Context) => getUser(ctx.get('cookie')), options)
    app.use((ctx, next) => {
      ctx.set(headers)
      return ctx.path === PATH ? endpoint(ctx) : next()
    })
    const handle = app.callback()
    return createServer((req, res) => void handle(req, res))
  },
}

const fastifyHost: Host = {
  name: 'Fastify 5',
  leavesBodies: false,
  async start({ signer, getUser, options, headers = {} }) {
    const app = fastify()
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(headers)
      done()
    })
    const endpoint = forFastify(
      signer,
      (request: FastifyRequest) => getUser(request.headers.cookie),
      options,
    )
    app.all(PATH, endpoint)
    await app.ready()
    return app.server
  },
}

const fetchHost: Host = {
  name: 'Fetch',
  leavesBodies: false,
  start({ signer, getUser, options }) {
    const endpoint = forFetch(
      signer,
      (request) => getUser(request.headers.get('cookie') ?? undefined),
      options,
    )
    return createServer((req, res) => void answerWith(endpoint, req, res))
  },
}

/** What an adapter for Fetch does with Node's requests and responses. */
async function answerWith(
  endpoint: (request: Request) => Promise<Response>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const headers = new Headers()
  for (let i = 0; i < req.rawHeaders.length; i += 2)
    headers.append(req.rawHeaders[i] ?? '', req.rawHeaders[i + 1] ?? '')
  const request = new Request(`http://127.0.0.1${req.url ?? '/'}`, {
    method: req.method ?? 'GET',
    headers,
  })
  const response = await endpoint(request)
  res.writeHead(response.status, Object.fromEntries(response.headers))
  res.end(Buffer.from(await response.arrayBuffer()))
}

export const hosts: readonly Host[] = [
  expressHost('Express 5', express),
  expressHost('Express 4', express4),
  koaHost,
  fastifyHost,
  fetchHost,
]

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: () => unknown
}

/** One running endpoint. */
export interface Running {
  /** What a browser calls its origin. */
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Sends headers as they are: also those that no page could set, and several of one name. */
  readonly ask: (headers: Headers_, more?: { method?: string; body?: string }) => Promise<Answered>
}

/** Names and values in turn, or an object. */
type Headers_ = Record<string, string> | readonly string[]

/** Starts an endpoint, until the test ends. */
export async function start(host: Host, site: Site): Promise<Running> {
  const server = (await host.start(site)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    ask: (headers, more = {}) => ask(port, headers, more),
  }
}

function ask(
  port: number,
  headers: Headers_,
  { method = 'POST', body = '' }: { method?: string; body?: string },
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const given = Array.isArray(headers) ? headers : Object.entries(headers).flat()
    const names = given
      .filter((_, index) => index % 2 === 0)
      .map((name) => String(name).toLowerCase())
    const complete = [
      ...given,
      'connection',
      'keep-alive',
      ...(names.includes('host') ? [] : ['host', `127.0.0.1:${port}`]),
      ...(names.includes('content-length') || names.includes('transfer-encoding')
        ? []
        : ['content-length', String(Buffer.byteLength(body))]),
    ]
    const client = send(
      { host: '127.0.0.1', port, path: PATH, method, headers: complete as never, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            json: () => JSON.parse(text) as unknown,
          })
          client.destroy()
        })
      },
    )
    client.on('error', reject)
    client.flushHeaders()
    client.write(body)
    if (!names.includes('content-length') && !names.includes('transfer-encoding')) client.end()
  })
}
