import { createAuthenticator, supportWidget } from '@countersign/core'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { countersign, type Variables } from '../src/hono.ts'
import { createApp } from '../src/hono-service.ts'
import {
  acme,
  docs,
  effectiveFilters,
  post,
  search,
  serve,
  signedFilters,
  support,
} from './customer.ts'

const app = createApp([docs])
const listener = getRequestListener(app.fetch)

async function ask(headers: object, body: object | string): Promise<[number, unknown]> {
  const url = await serve((req, res) => void listener(req, res))
  return post(`${url}/search`, headers, body)
}

it('gives handlers the bound body, through c.req.json() too', async () => {
  expect(await ask(search(), { filters: { attributes: { env: 'prod' } } })).toMatchObject([
    200,
    {
      userId: '123456789',
      filters: signedFilters,
      body: {
        filters: effectiveFilters,
      },
    },
  ])
})

it('refuses as the other adapters do', async () => {
  const { 'user-token': token, authorization } = search()
  expect(await ask({ authorization }, {})).toMatchObject([401, { code: 'token_missing' }])
  expect(await ask({ authorization, 'user-token': `${token}x` }, {})).toMatchObject([
    401,
    { code: 'token_rejected' },
  ])
  expect(await ask(search(), { integrationId: 'int_other' })).toMatchObject([
    403,
    { code: 'tenant_mismatch' },
  ])
  expect(await ask(search(), '{"filters"')).toMatchObject([400, { code: 'body_invalid' }])
  expect(await ask({ ...search(), 'content-type': 'text/plain' }, '{}')).toMatchObject([
    415,
    { code: 'body_unsupported' },
  ])
})

it('leaves bodies alone for a profile that binds none', async () => {
  const authenticator = createAuthenticator({ profile: supportWidget(), tenants: [acme] })
  const plain = new Hono<{ Variables: Variables }>()
  plain.use(countersign(authenticator))
  plain.post('/echo', async (c) => c.json([c.get('identity').userId, await c.req.text()]))
  const handle = getRequestListener(plain.fetch)
  const url = await serve((req, res) => void handle(req, res))
  const headers = { ...support(), 'content-type': 'text/plain' }
  expect(await post(`${url}/echo`, headers, 'as it is')).toEqual([200, ['usr_42', 'as it is']])
})

it('passes a preflight, and a request without a body', async () => {
  const url = await serve((req, res) => void listener(req, res))
  const preflight = await fetch(`${url}/search`, {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(404) // nobody answers preflights here, but nobody refuses them either
  expect((await fetch(`${url}/search`, { headers: search() })).status).toBe(404)
})
