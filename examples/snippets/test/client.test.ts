import { createHash } from 'node:crypto'
import { searchIntegration, supportWidget } from '@countersign/core'
import { countersign } from '@countersign/express'
import express from 'express'
import jwt from 'jsonwebtoken'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSearch } from '../src/client-search.ts'
import { allow } from '../src/client-cors.ts'
import { showStatus } from '../src/client-status.ts'
import { tokensOf } from '../src/client-tabs.ts'
import { AISupportWidget, start } from '../src/client-widget.ts'
import { connect } from '../src/client.ts'
import { generateToken } from '../src/sign-search.ts'
import { createWidgetToken } from '../src/sign-support.ts'
import { acme, docs, mia, privateKey, secret, serve } from './customer.ts'

const page = 'https://app.example'
const expired = jwt.sign({ tenantId: 'ten_acme', userId: 'usr_42', exp: 1_000_000_000 }, secret)
const stranger = createWidgetToken(mia, 'a secret of nobody in particular, of more than 32 bytes')
const realFetch = globalThis.fetch
let signed = 0
let answer = () => Response.json({ token: createWidgetToken(mia, secret) })

// The page's own site, for what a page asks with a relative URL.
beforeEach(() => {
  signed = 0
  vi.stubGlobal('fetch', (input: string | Request, init?: RequestInit) => {
    if (input !== '/api/support/token') return realFetch(input, init)
    expect(init).toEqual({ method: 'POST', credentials: 'include' })
    signed += 1
    return Promise.resolve(answer())
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  answer = () => Response.json({ token: createWidgetToken(mia, secret) })
})

async function gateway(): Promise<string> {
  const app = express()
  allow(app, page)
  const auth = countersign({ profile: supportWidget(), tenants: [acme] })
  app.use('/v1', auth, express.json())
  app.post('/v1/chat', (req, res) => {
    const { question } = req.body as { question: string }
    res.json({ user: auth.identity(req).userId, question })
  })
  return serve(app)
}

describe('the client', () => {
  it('refreshes what has expired, and what the gateway refuses', async () => {
    for (const token of [undefined, expired, stranger]) {
      const url = await gateway()
      const { send, tokens } = connect(url, token)
      const response = await send(`${url}/v1/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"question":"why"}',
      })
      expect(await response.json()).toEqual({ user: 'usr_42', question: 'why' })
      tokens.close()
    }
    expect(signed).toBe(3)
  })

  it('shows what happens', async () => {
    const url = await gateway()
    const { send, tokens } = connect(url, stranger)
    const light = { className: '', title: '' }
    showStatus(tokens, light)
    await send(`${url}/v1/chat`)
    expect(light).toEqual({ className: 'fresh', title: '' })
    answer = () => new Response('', { status: 401 })
    await expect(tokens.refresh()).rejects.toThrow('No new token: failed')
    expect(light).toEqual({ className: 'failed', title: 'no new token: failed' })
    tokens.set(jwt.sign({ tenantId: 'ten_acme', userId: 'usr_42' }, secret, { expiresIn: '2h' }))
    await send(`${url}/v1/chat`)
    expect(light).toEqual({ className: 'stopped', title: 'refused: token_lifetime' })
  })
})

it('tabs of one user have one token, and tabs of another one theirs', async () => {
  let tokens = 0
  const next = async () => `token-${(tokens += 1)}`
  const mine = [1, 2].map(() => tokensOf({ tenantId: 'ten_acme', id: 'usr_42' }, next))
  const other = tokensOf({ tenantId: 'ten_acme', id: 'usr_43' }, next)
  const [first, second] = mine
  const arrived = new Promise((resolve) => second?.subscribe(resolve))
  expect(await first?.get()).toBe('token-1')
  await arrived
  expect(await second?.get()).toBe('token-1')
  expect(await other.get()).toBe('token-2')
  for (const source of [...mine, other]) source.close()
})

describe('the widget of the documents', () => {
  it('asks with its token, and with the next one', async () => {
    const url = await gateway()
    const widget = AISupportWidget.init({
      tenantKey: 'ten_acme',
      jwt: stranger,
      onTokenRefresh: async () => createWidgetToken(mia, secret),
      gateway: url,
    })
    expect(await (await widget.ask('why')).json()).toEqual({ user: 'usr_42', question: 'why' })
    widget.signOut()
    await expect(widget.ask('why')).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('starts as they show it', async () => {
    const sent: Request[] = []
    const toSite = globalThis.fetch
    vi.stubGlobal('fetch', async (input: string | Request, init?: RequestInit) => {
      if (typeof input === 'string') return toSite(input, init)
      sent.push(input)
      return Response.json({})
    })
    await start(expired).ask('why')
    expect(signed).toBe(1)
    expect(sent.map(({ url }) => url)).toEqual(['https://gateway.example/v1/chat'])
    expect(sent[0]?.headers.get('x-tenant-key')).toBe('ten_acme')
  })
})

it('the search service: the token in its own header, beside the API key', async () => {
  const app = express()
  const apiKey = 'an-API-key'
  const hash = `sha256:${createHash('sha256').update(apiKey).digest('hex')}`
  const tenants = [{ ...docs, apiKeyHashes: [hash] }]
  app.use(countersign({ profile: searchIntegration(), tenants }))
  app.get('/search', (req, res) => void res.json({ user: req.identity?.userId }))
  const url = await serve(app)
  const send = createSearch(async () => generateToken(privateKey), apiKey, url)
  expect(await (await send(`${url}/search`)).json()).toEqual({ user: '123456789' })
})

it('CORS: a page may send the headers, and read what the client reads', async () => {
  const url = await gateway()
  const headers = {
    origin: page,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-tenant-key',
  }
  const preflight = await fetch(`${url}/v1/chat`, { method: 'OPTIONS', headers })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')).toEqual([
    'authorization',
    'x-tenant-key',
    'content-type',
  ])
  const refused = await fetch(`${url}/v1/chat`, { method: 'POST', headers: { origin: page } })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('access-control-expose-headers')).toBe('Date, Retry-After')
  expect(refused.headers.get('access-control-allow-origin')).toBe(page)
  const other = await fetch(`${url}/v1/chat`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  })
  expect(other.headers.has('access-control-allow-origin')).toBe(false)
})
