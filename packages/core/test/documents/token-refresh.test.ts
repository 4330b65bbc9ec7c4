import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countersign } from '../../../express/src/index.ts'
import { supportWidget } from '../../src/index.ts'
import { CustomerBackend, documentCode } from './customer-backend.ts'

// The first document, "Token Refresh": "When a token expires, the widget calls your onTokenRefresh callback to get a fresh
// one." The customer's site, the gateway and the widget talk over real HTTP.

const SECRET = 'the shared secret, 32 bytes or more'
const TENANT = 'ten_your_key'
const user = { id: 'usr_123', roles: ['user'] }
const backend = new CustomerBackend()

interface WidgetOptions {
  readonly tenantKey: string
  readonly jwt: string
  readonly onTokenRefresh: () => Promise<string>
}

/** What a widget does, as far as the document says it. */
class Widget {
  readonly #origin: string
  readonly #options: WidgetOptions
  #jwt: string
  readonly answers: { status: number; body: unknown; challenge: string | null }[] = []

  constructor(origin: string, options: WidgetOptions) {
    this.#origin = origin
    this.#options = options
    this.#jwt = options.jwt
  }

  /** "The widget sends this JWT with every request"; "called automatically when the current token expires (401)". */
  async send(): Promise<number> {
    const status = await this.#once()
    if (status !== 401) return status
    this.#jwt = await this.#options.onTokenRefresh()
    return this.#once()
  }

  async #once(): Promise<number> {
    const response = await fetch(`${this.#origin}/gateway/chat`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#jwt}`,
        'x-tenant-key': this.#options.tenantKey,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ message: 'hello' }),
    })
    const challenge = response.headers.get('www-authenticate')
    this.answers.push({ status: response.status, body: await response.json(), challenge })
    return response.status
  }
}

type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>
interface App {
  (req: IncomingMessage, res: ServerResponse): void
  use(path: string, ...handlers: Handler[]): void
}
// Express is a dependency of the adapter, not of the core.
const express = createRequire(new URL('../../../express/package.json', import.meta.url))(
  'express',
) as () => App

let refreshes = 0
let secretOfBackend = SECRET
const app = express()
const auth = countersign({
  profile: supportWidget(),
  tenants: [{ id: TENANT, keys: [{ alg: 'HS256', secret: SECRET }] }],
})
app.use('/gateway', auth, (req, res) => {
  const { userId, tenantId } = auth.identity(req)
  res.end(JSON.stringify({ userId, tenantId }))
})
// The customer's own endpoint, behind the customer's own session.
app.use('/api/support/token', async (req, res) => {
  refreshes += 1
  expect(req.method).toBe('POST')
  const token = await backend.createWidgetToken(user, {
    tenantId: TENANT,
    jwtSecret: secretOfBackend,
  })
  res.end(JSON.stringify({ token }))
})
const server = createServer(app)
let origin = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  refreshes = 0
  secretOfBackend = SECRET
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  backend.close()
})

/** Runs the document's own script, as a page would. */
function start(initialToken: string): Widget {
  let options: WidgetOptions | undefined
  runInNewContext(documentCode('widget-init.js'), {
    initialToken,
    AISupportWidget: { init: (given: WidgetOptions) => void (options = given) },
    fetch: (path: string, init: RequestInit) => fetch(new URL(path, origin), init),
  })
  if (options === undefined) throw new Error('the script did not start the widget')
  return new Widget(origin, options)
}

test('a token that is alive is not refreshed', async () => {
  const widget = start(
    await backend.createWidgetToken(user, { tenantId: TENANT, jwtSecret: SECRET }),
  )
  expect(await widget.send()).toBe(200)
  expect(widget.answers).toEqual([
    { status: 200, body: { userId: 'usr_123', tenantId: TENANT }, challenge: null },
  ])
  expect(refreshes).toBe(0)
})

test('an expired token: 401 that says refresh, a new token, 200', async () => {
  // Signed by a backend an hour and a minute ago.
  const old = await backend.createWidgetToken(
    user,
    { tenantId: TENANT, jwtSecret: SECRET },
    -3_660_000,
  )
  const widget = start(old)
  expect(await widget.send()).toBe(200)
  expect(widget.answers).toMatchObject([
    {
      status: 401,
      body: { code: 'token_expired', action: 'refresh', status: 401 },
      challenge: expect.stringContaining('error="invalid_token"') as string,
    },
    { status: 200, body: { userId: 'usr_123', tenantId: TENANT }, challenge: null },
  ])
  expect(refreshes).toBe(1)

  // The new token serves the next request without asking again.
  expect(await widget.send()).toBe(200)
  expect(refreshes).toBe(1)
})

test('a backend with the wrong secret: one refresh, and then it stays refused', async () => {
  secretOfBackend = 'not the shared secret, but long enough'
  const widget = start('not a token')
  expect(await widget.send()).toBe(401)
  expect(widget.answers).toMatchObject([
    { body: { code: 'token_rejected', action: 'refresh' } },
    { body: { code: 'token_rejected', action: 'refresh' } },
  ])
  expect(refreshes).toBe(1)
})
