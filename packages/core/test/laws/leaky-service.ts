// A process of its own: a real Express service around every service of the leak world, which prints whatever a careless
// operator would print. Run by law-4-nothing-leaks.test.ts, which reads all that comes out of it.
import { subscribe } from 'node:diagnostics_channel'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { countersign, requirePlan, requireRole } from '../../../express/src/index.ts'
import { createAuthenticator } from '../../src/index.ts'
import { createLeakWorld } from './leak-world.ts'

type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>
type ErrorHandler = (
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>
interface App {
  (req: IncomingMessage, res: ServerResponse): void
  use(...handlers: (string | Handler | ErrorHandler | App)[]): void
}
interface Express {
  (): App
  json(): Handler
}

// Express is a dependency of the adapter, not of the core.
const express = createRequire(new URL('../../../express/package.json', import.meta.url))(
  'express',
) as Express

function print(label: string, value: unknown): void {
  const shown = [
    inspect(value, { depth: Infinity, showHidden: true }),
    JSON.stringify(value),
    String(value),
  ]
  process.stdout.write(`${label}: ${shown.join('\n')}\n`)
  if (value instanceof Error) process.stdout.write(`${value.stack}\n`)
}

const { services } = createLeakWorld(Number(process.argv[2]))
subscribe('countersign:outcome', (event) => print('outcome', event))
subscribe('countersign:tenant', (event) => print('tenant', event))

const answer: Handler = (_req, res) => void res.end('passed')
const app = express()
for (const [name, options] of Object.entries(services)) {
  const authenticator = createAuthenticator(options)
  print(name, authenticator)
  const auth = countersign({ authenticator })
  const throwing = countersign({ authenticator, errors: 'throw' })
  const path = encodeURIComponent(name)

  const routes = express()
  routes.use('/admin', auth, requireRole('admin'), answer)
  routes.use('/pro', auth, requirePlan('pro'), answer)
  routes.use('/orphan', requireRole('admin'), answer)
  routes.use('/unparsed', auth, answer)
  routes.use(express.json(), auth, answer)
  app.use(`/answers/${path}`, routes)

  // Express's own answer, with its own way of showing errors.
  app.use(`/throws/${path}`, express.json(), throwing, answer)

  const printing = express()
  printing.use(express.json(), throwing, answer)
  const catcher: ErrorHandler = (error, _req, res, _next) => {
    print('caught', error)
    res.statusCode = 500
    res.end('caught')
  }
  printing.use(catcher)
  app.use(`/prints/${path}`, printing)
}

const server = createServer(app)
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
process.on('message', () => {
  for (const stream of [process.stdout, process.stderr]) stream.write('END OF OUTPUT\n')
})
process.on('disconnect', () => process.exit(0))
