import { createAuthenticator, searchIntegration, supportWidget } from '@countersign/core'
import { createSigner, type SupportWidgetClaims } from '@countersign/signer'
import express, { type RequestHandler } from 'express'
import { getRequestListener } from '@hono/node-server'
import type { Middleware } from 'koa'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explain } from '../src/signer-errors.ts'
import { createApp as createExpress } from '../src/signer-express.ts'
import { createApp as createFastify } from '../src/signer-fastify.ts'
import { createApp as createHono } from '../src/signer-hono.ts'
import { createApp as createKoa } from '../src/signer-koa.ts'
import { createEndpoint } from '../src/signer-origins.ts'
import { onTokenRefresh } from '../src/signer-page.ts'
import { acme, apiKey, docs, privateKey, secret, serve } from './customer.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-signer-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => {
  process.env['ACME_SECRET'] = secret
  process.env['PRIVATE_KEY_FILE'] = join(folder, 'private_key.pem')
  writeFileSync(process.env['PRIVATE_KEY_FILE'], privateKey)
})

const gateway = createAuthenticator({ profile: supportWidget(), tenants: [acme] })

describe('the guide to signing', () => {
  it('support widget: the gateway accepts what is signed', async () => {
    const { tokenFor } = await import('../src/signer-support.ts')
    const identity = await gateway.verify(await tokenFor({ id: 'usr_42', roles: ['user'] }))
    expect(identity).toMatchObject({ userId: 'usr_42', userRoles: ['user'], plan: 'pro' })
  })

  it('search integration: the gateway accepts what is signed', async () => {
    const { tokenFor } = await import('../src/signer-search.ts')
    const search = createAuthenticator({ profile: searchIntegration(), tenants: [docs] })
    const token = await tokenFor({ id: '42', modules: ['module1'] })
    expect(await search.verify(token, { apiKey })).toMatchObject({
      userId: '42',
      filters: { attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1'] } }] } },
    })
  })

  it('keys: a secret and a pair that a signer takes', async () => {
    const {
      keyId,
      privateKey: own,
      publicKey,
      secret: ours,
    } = await import('../src/signer-keys.ts')
    expect(ours).toMatch(/^[0-9a-f]{64}$/)
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/)
    const signer = createSigner({
      profile: 'search-integration',
      integrationId: 'int_docs',
      issuer: 'https://auth.mydomain.com',
      privateKey: own,
      keyId,
    })
    expect(signer.expiresIn).toBe(86_400)
  })

  it('errors: an undefined value in a filter is named', async () => {
    const { signer } = await import('../src/signer-search.ts')
    const lines: string[] = []
    await explain(signer, (line) => void lines.push(line))
    expect(lines).toEqual(['undefined_value at /filters/attributes/modules/$in'])
  })
})

const signer = createSigner({ profile: 'support-widget', tenantId: 'ten_acme', secret })
const COOKIE = 'sid=mia'
const readSession = (cookie?: string | null): Promise<{ id: string } | undefined> =>
  Promise.resolve(cookie === COOKIE ? { id: 'usr_42' } : undefined)

const expressSession: RequestHandler = (req, _res, next) => {
  const user = req.headers.cookie === COOKIE ? { id: 'usr_42', roles: ['user'] } : undefined
  Object.assign(req, { session: { user } })
  next()
}
const koaSession: Middleware = async (ctx, next) => {
  ctx.state['user'] = await readSession(ctx.headers.cookie)
  await next()
}

const sites: Record<string, () => Promise<RequestListener>> = {
  Express: () => Promise.resolve(createExpress(signer, expressSession)),
  Koa() {
    const handle = createKoa(signer, koaSession).callback()
    return Promise.resolve((req, res) => void handle(req, res))
  },
  async Fastify() {
    const app = createFastify(signer, readSession)
    await app.ready()
    return (req, res) => app.routing(req, res)
  },
  Hono() {
    const handle = getRequestListener(createHono(signer, readSession).fetch)
    return Promise.resolve((req, res) => void handle(req, res))
  },
}

describe.each(Object.entries(sites))('the token endpoint of the guide: %s', (_name, load) => {
  const ask = async (headers: object, method = 'POST'): Promise<Response> =>
    fetch(`${await serve(await load())}/api/support/token`, { method, headers: { ...headers } })
  const own = { 'sec-fetch-site': 'same-origin' }

  it('gives whoever is signed in a token that the gateway accepts', async () => {
    const { token } = (await (await ask({ ...own, cookie: COOKIE })).json()) as { token: string }
    expect((await gateway.verify(token)).userId).toBe('usr_42')
  })

  it('refuses nobody, other sites, and GET', async () => {
    expect((await ask(own)).status).toBe(401)
    expect((await ask({ 'sec-fetch-site': 'cross-site', cookie: COOKIE })).status).toBe(403)
    expect((await ask({ ...own, cookie: COOKIE }, 'GET')).status).toBe(405)
  })
})

describe('the rest of the endpoint’s guide', () => {
  it('origins and onError', async () => {
    const log = vi.fn()
    const getUser = ({ headers }: IncomingMessage): SupportWidgetClaims => {
      if (headers.cookie === undefined) throw new Error('the session store is down')
      return { userId: 'usr_42' }
    }
    const url = await serve(express().use(createEndpoint(signer, getUser, log)))
    const ask = (headers: object): Promise<Response> =>
      fetch(url, { method: 'POST', headers: { origin: 'https://docs.acme.example', ...headers } })
    const answer = await ask({ cookie: COOKIE })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://docs.acme.example',
    ])
    expect((await ask({})).status).toBe(503)
    expect(log).toHaveBeenCalledOnce()
  })

  it.each([
    [{ status: 200, body: { token: 'ey…', expiresIn: 3600 } }, 'ey…'],
    [{ status: 401, body: {} }, 'nobody is signed in'],
    [{ status: 503, body: {} }, 'no token: 503'],
  ])('a page: %j', async ({ status, body }, expected) => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json(body, { status }))
    const result = await onTokenRefresh().catch((error: unknown) => (error as Error).message)
    fetched.mockRestore()
    expect(result).toBe(expected)
  })
})
