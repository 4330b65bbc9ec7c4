// The client against a real service, whose tokens a real backend signs. Both have the true time, and so has the client.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createAuthenticator,
  searchIntegration,
  supportWidget,
  type Tenant,
} from '@countersign/core'
import { countersign, requireRole } from '@countersign/express'
import { createKeyPair, createSecret, createSigner } from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/express'
import express, { type Express } from 'express'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { createFetch, createTokenSource, type TokenSource } from '../src/index.ts'
import { Clock, until } from './fixtures/clock.ts'
import { reasonOf } from './fixtures/world.ts'

const secret = createSecret()
const acme: Tenant = { id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }
const signer = createSigner({ profile: 'support-widget', tenantId: 'ten_acme', secret })
const longAgo = createSigner({ ...signerOptions(), now: () => Date.now() - 7_200_000 })
const later = createSigner({ ...signerOptions(), now: () => Date.now() + 600_000 })
const stranger = createSigner({ ...signerOptions(), secret: createSecret() })
const user = { userId: 'usr_42', userRoles: ['user'] }

function signerOptions() {
  return { profile: 'support-widget', tenantId: 'ten_acme', secret } as const
}

async function serve(app: Express): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A support service, the customer's site that signs for it, and a page. */
class Loop {
  readonly clock = new Clock()
  sign: () => Promise<string> = () => signer.sign(user)
  signedIn = true
  down = false
  revoked = false
  signed = 0
  asked = 0
  waits: number[] = []
  source!: TokenSource
  #fetch!: typeof globalThis.fetch
  #gateway = ''

  async start(token?: string): Promise<this> {
    this.clock.ms = Date.now()
    const gateway = express()
    gateway.use((_req, _res, next) => {
      this.asked += 1
      next()
    })
    const auth = countersign(
      createAuthenticator({
        profile: supportWidget(),
        tenants: { find: () => (this.down ? Promise.reject(new Error('down')) : acme) },
        directoryCache: false,
        revocation: { isRevoked: () => this.revoked },
      }),
    )
    gateway.use(auth)
    gateway.get('/reports', requireRole('admin'), (_req, res) => void res.json({ code: 'reports' }))
    gateway.get('/me', (req, res) => void res.json({ code: auth.identity(req).userId }))
    gateway.post('/chat', express.json(), (req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const word of (req.body as { text: string }).text.split(' '))
        res.write(`data: ${word}\n\n`)
      res.end()
    })
    this.#gateway = await serve(gateway)

    const site = express()
    const counted = { ...signer, sign: () => ((this.signed += 1), this.sign()) }
    site.all(
      '/api/support/token',
      tokenEndpoint(counted, () => (this.signedIn ? user : null), { allowMissingOrigin: true }),
    )
    const page = await serve(site)

    this.source = createTokenSource({
      token,
      onTokenRefresh: async () => {
        const res = await fetch(`${page}/api/support/token`, {
          method: 'POST',
          credentials: 'include',
        })
        if (!res.ok) throw new Error(`no token: ${res.status}`)
        return ((await res.json()) as { token: string }).token
      },
      now: this.clock.now,
      timer: this.clock.timer,
    })
    onTestFinished(() => this.source.close())
    this.source.subscribe((status) => {
      if (status.state !== 'retrying') return
      this.waits.push(status.delay)
      setImmediate(() => this.clock.advance(status.delay))
    })
    this.#fetch = createFetch(this.source, { origins: this.#gateway, tenantKey: 'ten_acme' })
    return this
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#fetch(this.#gateway + path, init)
  }

  /** The code of the answer. */
  async ask(path = '/me'): Promise<string> {
    return ((await (await this.fetch(path)).json()) as { code: string }).code
  }

  get counts(): { signed: number; asked: number } {
    return { signed: this.signed, asked: this.asked }
  }
}

describe('refresh', () => {
  it('an expired token: the user does not notice', async () => {
    const loop = await new Loop().start(await longAgo.sign(user))
    const answers = await Promise.all(Array.from({ length: 5 }, () => loop.ask()))
    expect(answers).toEqual(Array.from({ length: 5 }, () => 'usr_42'))
    expect(loop.counts).toEqual({ signed: 1, asked: 5 })
  })

  it('a token that the service refuses: one refresh for five parallel requests', async () => {
    const loop = await new Loop().start(await stranger.sign(user))
    const answers = await Promise.all(Array.from({ length: 5 }, () => loop.ask()))
    expect(new Set(answers)).toEqual(new Set(['usr_42']))
    expect(loop.signed).toBe(1)
  })

  it('refused again: no token and no request for 30 s, then once more', async () => {
    const loop = await new Loop().start(await signer.sign(user))
    loop.revoked = true
    expect(await loop.ask()).toBe('token_revoked')
    expect(loop.counts).toEqual({ signed: 1, asked: 2 })
    loop.clock.advance(29_000)
    expect(await loop.ask()).toBe('token_revoked')
    expect(loop.counts).toEqual({ signed: 1, asked: 2 })
    loop.clock.advance(1000)
    loop.revoked = false
    expect(await loop.ask()).toBe('usr_42')
    expect(loop.counts).toEqual({ signed: 2, asked: 3 })
  })

  it('nobody is signed in any more', async () => {
    const loop = await new Loop().start(await longAgo.sign(user))
    loop.signedIn = false
    expect(await reasonOf(loop.ask())).toMatchObject({
      reason: 'failed',
      cause: new Error('no token: 401'),
    })
    expect(loop.counts).toEqual({ signed: 0, asked: 0 })
  })

  it.each([
    ['a day ahead', 86_400_000],
    ['a day behind', -86_400_000],
  ])('the clock of the page is %s', async (_name, ahead) => {
    const loop = await new Loop().start(await signer.sign(user))
    loop.clock.ms += ahead
    for (let i = 0; i < 10; i += 1) expect(await loop.ask()).toBe('usr_42')
    expect(loop.signed).toBeLessThanOrEqual(1)
    const { signed } = loop
    loop.clock.advance(0.91 * 3_600_000)
    await loop.ask()
    await until(() => loop.signed === signed + 1)
  })
})

describe('retry', () => {
  it('the directory is cut, and comes back', async () => {
    const loop = await new Loop().start(await signer.sign(user))
    loop.down = true
    expect(await loop.ask()).toBe('keys_unavailable')
    expect(loop.counts).toEqual({ signed: 0, asked: 6 })
    expect(loop.waits).toHaveLength(5)
    for (const ms of loop.waits) expect(ms).toBeGreaterThanOrEqual(5000)
    for (const ms of loop.waits) expect(ms).toBeLessThanOrEqual(7500)
    loop.down = false
    expect(await loop.ask()).toBe('usr_42')
    expect(loop.signed).toBe(0)
  })

  it('a token that is not active yet', async () => {
    const loop = await new Loop().start(await later.sign(user))
    expect(await loop.ask()).toBe('token_not_active')
    for (const ms of loop.waits) expect(ms).toBeGreaterThanOrEqual(10_000)
    expect(loop.counts).toEqual({ signed: 0, asked: 6 })
  })
})

describe('stop', () => {
  it('another tenant’s token: no refresh, no retry, no storm', async () => {
    const other = createSigner({ ...signerOptions(), tenantId: 'ten_other' })
    const loop = await new Loop().start(await other.sign(user))
    const answers = await Promise.all(Array.from({ length: 5 }, () => loop.ask()))
    expect(new Set(answers)).toEqual(new Set(['tenant_mismatch']))
    expect(loop.counts).toEqual({ signed: 0, asked: 5 })
  })

  it('keeps a token that may not go here, for where it may', async () => {
    const loop = await new Loop().start(await signer.sign(user))
    expect(await loop.ask('/reports')).toBe('insufficient_role')
    expect(await loop.ask()).toBe('usr_42')
    expect(loop.counts).toEqual({ signed: 0, asked: 2 })
  })
})

test('a chat: the body is sent again after a refresh, and the answer comes as a stream', async () => {
  const loop = await new Loop().start(await stranger.sign(user))
  const answer = await loop.fetch('/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'one two' }),
  })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  expect(await answer.text()).toBe('data: one\n\ndata: two\n\n')
  expect(loop.counts).toEqual({ signed: 1, asked: 2 })
})

test('the search service: the token in its own header, beside the API key', async () => {
  const { publicKey, privateKey } = await createKeyPair()
  const issuer = 'https://auth.mydomain.com'
  const search = createSigner({
    profile: 'search-integration',
    integrationId: 'int_docs',
    issuer,
    privateKey,
  })
  const apiKey = createSecret()
  const hash = `sha256:${createHash('sha256').update(apiKey).digest('hex')}`
  const docs: Tenant = {
    id: 'int_docs',
    issuer,
    keys: [{ alg: 'RS256', publicKey }],
    apiKeyHashes: [hash],
  }
  const app = express()
  app.use(countersign({ profile: searchIntegration(), tenants: [docs] }))
  app.get('/search', (req, res) => void res.json({ user: req.identity?.userId }))
  const origins = await serve(app)
  const source = createTokenSource({
    onTokenRefresh: () => search.sign({ userAttributes: { userId: '123456789' } }),
  })
  const fetch = createFetch(source, { origins, header: 'User-Token', apiKey })
  expect(await (await fetch(`${origins}/search`)).json()).toEqual({ user: '123456789' })
  const wrong = createFetch(source, { origins, header: 'User-Token', apiKey: 'wrong' })
  expect(await (await wrong(`${origins}/search`)).json()).toMatchObject({
    code: 'api_key_rejected',
  })
})
