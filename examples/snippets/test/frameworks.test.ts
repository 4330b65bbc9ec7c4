import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthenticator, searchIntegration, type Tenant } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp as createRoutes } from '../src/fastify-routes.ts'
import {
  apiKeyHash,
  docs,
  effectiveFilters,
  get,
  post,
  publicKey,
  search,
  secret,
  serve,
  signedFilters,
  support,
} from './customer.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-snippets-'))
afterAll(() => rmSync(folder, { recursive: true }))

// The file as the README prints it, with keys where it has none.
beforeAll(() => {
  const shown = readFileSync(fileURLToPath(new URL('../src/tenants.json', import.meta.url)), 'utf8')
  const text = shown
    .replaceAll(/"-----BEGIN[^"]+"/g, JSON.stringify(publicKey))
    .replace('sha256:2f1c…', apiKeyHash)
    .replace('sha256:9b40…', `sha256:${'9b40'.repeat(16)}`)
  const path = join(folder, 'tenants.json')
  writeFileSync(path, text)
  process.env['TENANTS_FILE'] = path
  process.env['ACME_SECRET'] = secret
})

type Load = () => Promise<RequestListener>

const supportServices: Record<string, Load> = {
  express: async () => (await import('../src/express.ts')).app,
  koa: async () => {
    const { app } = await import('../src/koa.ts')
    const handle = app.callback()
    return (req, res) => void handle(req, res)
  },
  fastify: async () => {
    const { app } = await import('../src/fastify.ts')
    await app.ready()
    return (req, res) => app.routing(req, res)
  },
}

const searchServices: Record<string, Load> = {
  express: async () => (await import('../src/express-search.ts')).app,
  koa: async () => {
    const { app } = await import('../src/koa-search.ts')
    const handle = app.callback()
    return (req, res) => void handle(req, res)
  },
  fastify: async () => {
    const { app } = await import('../src/fastify-search.ts')
    await app.ready()
    return (req, res) => app.routing(req, res)
  },
}

describe.each(Object.entries(supportServices))(
  'the support service of the README: %s',
  (_, load) => {
    it('answers a good token', async () => {
      const url = await serve(await load())
      expect(await get(`${url}/v1/me`, support())).toEqual([
        200,
        { userId: 'usr_42', userRoles: ['user'], plan: 'pro' },
      ])
    })

    it('refuses a request without a token', async () => {
      const url = await serve(await load())
      expect(await get(`${url}/v1/me`)).toMatchObject([401, { code: 'token_missing' }])
    })
  },
)

describe.each(Object.entries(searchServices))('the search service of the README: %s', (_, load) => {
  it('gives the handler the signed filter, whatever the body says', async () => {
    const url = await serve(await load())
    const body = { integrationId: 'int_docs', filters: { attributes: { env: 'prod' } } }
    expect(await post(`${url}/search`, search(), body)).toEqual([
      200,
      {
        userId: '123456789',
        filters: signedFilters,
        body: {
          integrationId: 'int_docs',
          filters: effectiveFilters,
          userAttributes: { userId: '123456789', userEmail: 'me@mydomain.com' },
        },
      },
    ])
  })

  it('refuses another integration in the body', async () => {
    const url = await serve(await load())
    expect(await post(`${url}/search`, search(), { integrationId: 'int_open' })).toMatchObject([
      403,
      { code: 'tenant_mismatch' },
    ])
  })
})

describe('what else the README says', () => {
  it('Express: auth.unbound takes an upload and leaves its body alone', async () => {
    const { app } = await import('../src/express-search.ts')
    const url = await serve(app)
    const headers = { ...search(), 'content-type': 'application/octet-stream' }
    expect(await post(`${url}/upload`, headers, 'x'.repeat(100))).toEqual([
      200,
      { tenantId: 'int_docs', bytes: 100 },
    ])
    expect(await post(`${url}/upload`, {}, 'x')).toMatchObject([401, { code: 'api_key_rejected' }])
  })

  it('Fastify: routes say for themselves what they need', async () => {
    const tenant: Tenant = {
      id: 'int_docs',
      issuer: 'https://auth.mydomain.com',
      keys: [{ alg: 'RS256', publicKey }],
    }
    const app = await createRoutes([tenant])
    await app.ready()
    const url = await serve((req, res) => app.routing(req, res))
    const { 'user-token': token } = search()
    const health = await fetch(`${url}/health`)
    expect([health.status, await health.text()]).toEqual([200, 'up'])
    expect(await get(`${url}/suggest`, { 'user-token': token })).toEqual([
      200,
      { kind: 'verified' },
    ])
    expect(await get(`${url}/suggest`)).toEqual([200, { kind: 'anonymous' }])
    expect(await get(`${url}/suggest`, { 'user-token': 'null' })).toMatchObject([
      401,
      { code: 'token_rejected' },
    ])
    expect(await post(`${url}/upload`, { 'user-token': token }, {})).toEqual([
      200,
      { bound: false },
    ])
    expect(await get(`${url}/nothing-here`)).toMatchObject([401, { code: 'token_missing' }])
  })

  it('optional has no effect on a profile with API keys: the tenant of the key decides', async () => {
    const at = async (requireUser: boolean): Promise<string> => {
      const tenants = [{ ...docs, requireUser }]
      const { authenticate } = createAuthenticator({ profile: searchIntegration(), tenants })
      const headers = { authorization: search().authorization }
      const outcome = await authenticate({ headers }, { optional: true })
      return outcome.ok ? outcome.identity.kind : outcome.error.code
    }
    expect(await at(true)).toBe('token_missing')
    expect(await at(false)).toBe('anonymous')
  })
})
