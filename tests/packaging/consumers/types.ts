// A consumer in TypeScript: compiled as NodeNext and for a bundler, without skipLibCheck, then run.
import assert from 'node:assert/strict'

import {
  createFetch,
  createTokenSource,
  TokenRefreshError,
  type TokenSource,
  type TokenState,
} from '@countersign/client'
import {
  AuthError,
  createAuthenticator,
  defineProfile,
  memoryDirectory,
  searchIntegration,
  supportWidget,
  type Identity,
  type Tenant,
  type VerifiedIdentity,
} from '@countersign/core'
import { countersign as expressAuth } from '@countersign/express'
import { countersign as fastifyAuth } from '@countersign/fastify'
import {
  canonicalJson,
  explainMerge,
  matches,
  mergeFilters,
  parseFilters,
} from '@countersign/filters'
import { toElasticsearch, type ElasticsearchQuery } from '@countersign/filters/elasticsearch'
import { toPostgres, type SqlCondition } from '@countersign/filters/postgres'
import { countersign as koaAuth } from '@countersign/koa'
import {
  createSigner,
  SignerError,
  type Signer,
  type SupportWidgetClaims,
} from '@countersign/signer'
import { tokenEndpoint as expressEndpoint } from '@countersign/signer/express'
import { tokenEndpoint as fastifyEndpoint } from '@countersign/signer/fastify'
import { tokenEndpoint as fetchEndpoint } from '@countersign/signer/fetch'
import { tokenEndpoint as koaEndpoint } from '@countersign/signer/koa'
import Express, { type Request as ExpressRequest } from 'express'
import { fastify as createFastify, type FastifyRequest } from 'fastify'
import Koa, { type Context } from 'koa'

const tenant: Tenant = {
  id: 'ten_acme',
  keys: [{ alg: 'HS256', secret: 'an HMAC secret that only this test knows' }],
}
const tenants = memoryDirectory([tenant])

const authenticator = createAuthenticator({ profile: supportWidget(), tenants, clockTolerance: 5 })
const outcome = await authenticator.authenticate({ headers: {} })
assert.ok(!outcome.ok)
const error: AuthError = outcome.error
assert.equal(error.code, 'token_missing')
assert.equal(error.status, 401)

export function nameOf(identity: Identity): string | undefined {
  if (identity.kind === 'anonymous') return undefined
  const verified: VerifiedIdentity = identity
  const until: number = verified.expiresAt
  return until > 0 ? verified.userId : undefined
}

export const agentDesk = defineProfile({
  name: 'agent-desk',
  algorithms: ['ES256'],
  token: { header: 'authorization', scheme: 'Bearer' },
  tenant: { claim: 'org', hint: 'x-org', apiKey: null },
  issuer: 'tenant',
  audience: 'https://desk.example',
  type: null,
  maxLifetime: 900,
  user: { id: { claim: 'sub', required: true }, email: 'email', roles: 'roles', plan: null },
  filters: null,
  userAttributes: null,
  body: null,
})
export const search = searchIntegration({ apiKey: false, filters: { policy: 'strict' } })

const signed = parseFilters({ attributes: { env: 'dev' } }, { source: 'token' })
const { filters } = mergeFilters(signed, undefined, { policy: 'precedence' })
assert.ok(filters !== undefined && matches(filters, { env: 'dev' }))
assert.equal(typeof canonicalJson(filters), 'string')
const condition: SqlCondition = toPostgres(filters, { columns: { env: 'env' } })
assert.equal(condition.text, '"env" = any($1::text[])')
const query: ElasticsearchQuery = toElasticsearch(filters, { fields: { env: { type: 'string' } } })
assert.ok('term' in query)
assert.equal(explainMerge(signed).lines.length, 2)

const settings = { profile: supportWidget(), tenants }

const express = expressAuth(settings)
Express()
  .use('/v1', express)
  .get('/v1/me', (req, res) => {
    const identity = express.identity(req)
    res.json({ userId: identity.userId })
  })

const koa = koaAuth(settings)
new Koa().use(koa).use((ctx) => {
  ctx.body = { userId: koa.identity(ctx).userId }
})

const fastify = fastifyAuth(settings)
const app = createFastify()
await app.register(fastify)
app.get('/v1/me', (request) => Promise.resolve({ userId: fastify.identity(request).userId }))
await app.close()

const signer: Signer<SupportWidgetClaims> = createSigner({
  profile: 'support-widget',
  tenantId: 'ten_acme',
  secret: 'an HMAC secret that only this test knows',
})
const token: string = await signer.sign({
  userId: 'usr_1',
  userRoles: ['admin'],
  claims: { n: [1] },
})
assert.equal((await authenticator.verify(token)).userId, 'usr_1')
const error2: unknown = await signer.sign({ userId: '' }).catch((reason: unknown) => reason)
assert.ok(
  error2 instanceof SignerError && error2.code === 'bad_text' && error2.pointer === '/userId',
)

Express().all(
  '/token',
  expressEndpoint(signer, (req: ExpressRequest) => ({ userId: req.ip ?? 'nobody' })),
)
new Koa().use(koaEndpoint(signer, (ctx: Context) => ({ userId: ctx.ip })))
const site = createFastify()
site.all(
  '/token',
  fastifyEndpoint(signer, (request: FastifyRequest) => ({ userId: request.ip })),
)
await site.close()
const answer: Response = await fetchEndpoint(
  signer,
  () => null,
)(
  new Request('https://acme.example/token', {
    method: 'POST',
    headers: { origin: 'https://acme.example' },
  }),
)
assert.equal(answer.status, 401)

const source: TokenSource = createTokenSource({
  onTokenRefresh: async () => signer.sign({ userId: 'usr_1' }),
})
const states: TokenState[] = []
source.subscribe((status) => {
  states.push(status.state)
  if (status.state === 'failed') assert.ok(status.error instanceof TokenRefreshError)
  if (status.state === 'stopped') assert.equal(typeof status.status, 'number')
})
const send: typeof fetch = createFetch(source, {
  origins: ['https://gateway.example'],
  header: 'User-Token',
  apiKey: 'key',
  fetch: (request) => Promise.resolve(new Response(request.headers.get('user-token'))),
})
const sent = await (await send('https://gateway.example/v1', { method: 'POST', body: '{}' })).text()
assert.equal((await authenticator.verify(sent)).userId, 'usr_1')
assert.deepEqual(states, ['refreshing', 'fresh'])
source.close()
