// A consumer in TypeScript: compiled as NodeNext and for a bundler, without skipLibCheck, then run.
import assert from 'node:assert/strict'

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
import { canonicalJson, matches, mergeFilters, parseFilters } from '@countersign/filters'
import { countersign as koaAuth } from '@countersign/koa'
import Express from 'express'
import { fastify as createFastify } from 'fastify'
import Koa from 'koa'

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
