import { createAuthenticator, searchIntegration, supportWidget } from '@countersign/core'
import { countersign, requireRole } from '@countersign/express'
import express from 'express'
import jwt from 'jsonwebtoken'
import { describe, expect, it } from 'vitest'
import { createClient } from '../src/client.ts'
import { createSearch } from '../src/search-client.ts'
import { generateToken } from '../src/sign-search.ts'
import { createWidgetToken } from '../src/sign-support.ts'
import { acme, apiKey, docs, mia, privateKey, secret, serve } from './customer.ts'

const user = { tenantId: 'ten_acme', userId: 'usr_42' }
const good = createWidgetToken(mia, secret)
const expired = jwt.sign({ ...user, exp: 1_000_000_000 }, secret)
const tooLong = jwt.sign(user, secret, { expiresIn: '2h' })
const early = jwt.sign({ ...user, nbf: 4_000_000_000, exp: 4_000_000_600 }, secret)

/** A support service, a client of it that has a clock of its own, and what happened between the two. */
class World {
  /** What the backend signs, in turn; the last one for good. */
  tokens = [good]
  revoked = false
  down = false
  ms = 0
  fetched = 0
  asked = 0
  readonly waits: number[] = []
  #url = ''
  readonly #send = createClient({
    fetchToken: async () => {
      this.fetched += 1
      return (this.tokens.length > 1 ? this.tokens.shift() : this.tokens[0]) ?? ''
    },
    now: () => this.ms,
    sleep: async (ms) => {
      this.waits.push(ms)
    },
  })

  async start(): Promise<this> {
    const authenticator = createAuthenticator({
      profile: supportWidget(),
      tenants: { find: () => (this.down ? Promise.reject(new Error('down')) : acme) },
      directoryCache: false,
      revocation: { isRevoked: () => this.revoked },
    })
    const app = express()
    app.use((_req, _res, next) => {
      this.asked += 1
      next()
    })
    app.use(countersign(authenticator))
    app.get('/reports', requireRole('admin'), (_req, res) => void res.json({}))
    app.get('/me', (_req, res) => void res.json({ code: 'ok' }))
    this.#url = await serve(app)
    return this
  }

  /** The code of the answer. */
  async ask(path = '/me'): Promise<string> {
    const response = await this.#send(this.#url + path)
    return ((await response.json()) as { code: string }).code
  }

  get counts(): { fetched: number; asked: number } {
    return { fetched: this.fetched, asked: this.asked }
  }
}

describe('refresh', () => {
  it('gets one new token, and sends the request once more', async () => {
    const world = await new World().start()
    world.tokens = [expired, good]
    expect(await world.ask()).toBe('ok')
    expect(world.counts).toEqual({ fetched: 2, asked: 2 })
    expect(await world.ask()).toBe('ok')
    expect(world.counts).toEqual({ fetched: 2, asked: 3 })
  })

  it('fetches one token for all who wait for it', async () => {
    const world = await new World().start()
    await Promise.all([world.ask(), world.ask(), world.ask()])
    expect(world.counts).toEqual({ fetched: 1, asked: 3 })
  })

  it('refused again: no token and no request for 30 s, doubling to 10 min', async () => {
    const world = await new World().start()
    world.tokens = [expired]
    expect(await world.ask()).toBe('token_expired')
    expect(world.counts).toEqual({ fetched: 2, asked: 2 })
    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      const { fetched, asked } = world.counts
      world.ms += seconds * 1000 - 1
      expect(await world.ask()).toBe('token_expired')
      expect(world.counts).toEqual({ fetched, asked })
      world.ms += 1
      expect(await world.ask()).toBe('token_expired')
      expect(world.counts).toEqual({ fetched: fetched + 1, asked: asked + 1 })
    }
  })

  it('refused again for many requests at once: it holds once', async () => {
    const world = await new World().start()
    world.tokens = [expired]
    await Promise.all([world.ask(), world.ask(), world.ask(), world.ask()])
    world.ms += 30_000
    world.tokens = [good]
    expect(await world.ask()).toBe('ok')
  })

  it('starts from 30 s again after a success', async () => {
    const world = await new World().start()
    world.revoked = true
    await world.ask()
    world.ms += 30_000
    await world.ask()
    world.ms += 60_000
    world.revoked = false
    expect(await world.ask()).toBe('ok')
    world.revoked = true
    const { fetched } = world
    expect(await world.ask()).toBe('token_revoked')
    expect(world.fetched).toBe(fetched + 1)
    world.revoked = false
    world.ms += 29_999
    expect(await world.ask()).toBe('token_revoked')
    world.ms += 1
    expect(await world.ask()).toBe('ok')
  })
})

describe('retry', () => {
  it('sends the same token again after a while with jitter, five times at most', async () => {
    const world = await new World().start()
    world.down = true
    expect(await world.ask()).toBe('keys_unavailable')
    expect(world.counts).toEqual({ fetched: 1, asked: 6 })
    expect(world.waits).toHaveLength(5)
    for (const ms of world.waits) expect(ms).toBeGreaterThanOrEqual(5000)
    for (const ms of world.waits) expect(ms).toBeLessThanOrEqual(7500)
    expect(new Set(world.waits).size).toBeGreaterThan(1)
    world.down = false
    expect(await world.ask()).toBe('ok')
    expect(world.fetched).toBe(1)
  })

  it('waits as long as the problem says, and 5 s where it says nothing', async () => {
    const world = await new World().start()
    world.tokens = [early]
    expect(await world.ask()).toBe('token_not_active')
    for (const ms of world.waits) expect(ms).toBeGreaterThanOrEqual(10_000)

    let answers = 0
    const url = await serve((_req, res) => {
      answers += 1
      res.statusCode = answers === 1 ? 503 : 200
      if (answers === 1) res.setHeader('content-type', 'application/problem+json')
      res.end('{"action":"retry"}')
    })
    const waits: number[] = []
    const send = createClient({
      fetchToken: async () => good,
      sleep: async (ms) => void waits.push(ms),
    })
    expect((await send(url)).status).toBe(200)
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThanOrEqual(5000)
  })
})

describe('stop', () => {
  it('drops a token that is of no use, and holds', async () => {
    const world = await new World().start()
    world.tokens = [tooLong, good]
    expect(await world.ask()).toBe('token_lifetime')
    world.ms += 29_999
    expect(await world.ask()).toBe('token_lifetime')
    expect(world.counts).toEqual({ fetched: 1, asked: 1 })
    world.ms += 1
    expect(await world.ask()).toBe('ok')
    expect(world.counts).toEqual({ fetched: 2, asked: 2 })
  })

  it('keeps a token that may not go here, for where it may', async () => {
    const world = await new World().start()
    expect(await world.ask('/reports')).toBe('insufficient_role')
    expect(await world.ask()).toBe('ok')
    expect(world.counts).toEqual({ fetched: 1, asked: 2 })
  })
})

it('the search service: the token in its own header, beside the API key', async () => {
  const app = express()
  app.use(countersign({ profile: searchIntegration(), tenants: [docs] }))
  app.get('/search', (req, res) => void res.json({ user: req.identity?.userId }))
  const url = await serve(app)
  const send = createSearch(async () => generateToken(privateKey), apiKey)
  expect(await (await send(`${url}/search`)).json()).toEqual({ user: '123456789' })
})
