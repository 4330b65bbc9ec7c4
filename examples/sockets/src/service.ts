import { createServer, type Server } from 'node:http'
import { AuthError, toProblem, type Authenticator } from '@countersign/core'
import { countersign } from '@countersign/express'
import express from 'express'
import { systemClock, type Clock } from './clock.ts'
import { createDesk, type Answer } from './desk.ts'
import { attachSockets } from './sockets.ts'
import { serveStream } from './stream.ts'

export interface ServiceOptions {
  readonly authenticator: Authenticator
  readonly origins: readonly string[]
  /** The one that the authenticator goes by. */
  readonly clock?: Clock
  readonly answer?: Answer
  /** How many sockets, and how many requests, there can be at once. */
  readonly maxConnections?: number
}

export interface Service {
  readonly server: Server
  /** Ends every connection. */
  readonly close: () => void
}

/** Live support: a WebSocket on `/socket`, and on `/stream` the same conversation as server-sent events. */
export function createService(options: ServiceOptions): Service {
  const { authenticator, origins, clock = systemClock, maxConnections = 1000 } = options
  const desk = createDesk(options.answer ?? (async () => 'Somebody will be with you soon.'))
  const bench = { authenticator, desk, clock }
  const auth = countersign({ authenticator })

  const app = express()
  app.disable('x-powered-by')
  app.use((req, res, next) => {
    if (!req.url.includes('?')) return next()
    const { status, headers, body } = toProblem(new AuthError('request_invalid'))
    res.writeHead(status, headers).end(body)
  })
  app.get('/stream', auth, (req, res) =>
    serveStream(res, auth.identity(req), req.get('last-event-id'), bench),
  )

  const server = createServer(app)
  server.maxConnections = 2 * maxConnections
  const endSockets = attachSockets(server, { ...bench, origins, maxConnections })
  return {
    server,
    close() {
      endSockets()
      server.close().closeAllConnections()
    },
  }
}
