// A Fastify service behind both profiles. It calls itself, checks the answers, and goes on serving or, with `--once`, ends.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { searchIntegration, supportWidget } from '@countersign/core'
import { countersign, requireRole } from '@countersign/fastify'
import { fastify } from 'fastify'
import jwt from 'jsonwebtoken'

// What the customers' backends sign with, and what the service knows of it.
const secret = randomBytes(32).toString('hex')
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const apiKey = randomBytes(16).toString('hex')
const apiKeyHashes = [`sha256:${createHash('sha256').update(apiKey).digest('hex')}`]
const issuer = 'https://auth.acme.example'
const support = countersign({
  profile: supportWidget(),
  tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }],
})
const search = countersign({
  profile: searchIntegration(),
  tenants: [{ id: 'int_docs', issuer, keys: [{ alg: 'RS256', publicKey }], apiKeyHashes }],
})

const app = fastify()
app.get('/health', () => Promise.resolve({ status: 'up' }))
// In a scope of its own, each part of the service has rules of its own.
await app.register(async (scope) => {
  await scope.register(support)
  scope.get('/support/me', async (request) => ({ user: request.identity?.userId }))
  scope.get('/support/reports', { preHandler: requireRole('admin') }, async () => ({ reports: [] }))
})
await app.register(async (scope) => {
  await scope.register(search)
  scope.post<{ Body: { filters?: unknown } }>('/search', async ({ body }) => ({
    filters: body.filters, // the effective ones
  }))
})
const url = await app.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' })

const user = { tenantId: 'ten_acme', userId: 'usr_42', userRoles: ['user'] }
const widgetToken = jwt.sign(user, secret, { algorithm: 'HS256', expiresIn: '1h' })
const signed = { integrationId: 'int_docs', filters: { attributes: { env: 'dev' } } }
const options = { audience: 'https://api.inkeep.com', issuer, expiresIn: '24h' } as const
const userToken = jwt.sign(signed, privateKey, { algorithm: 'RS256', ...options })
const good = { authorization: `Bearer ${widgetToken}` }
const forged = { authorization: `Bearer ${jwt.sign(user, 'a guessed secret')}` }
const both = { authorization: `Bearer ${apiKey}`, 'user-token': userToken }
const prod = { filters: { attributes: { env: 'prod' } } }

await expect('200 {"status":"up"}', '/health', {})
await expect('200 {"user":"usr_42"}', '/support/me', good)
await expect('401 token_missing', '/support/me', {})
await expect('401 token_rejected', '/support/me', forged)
await expect('403 insufficient_role', '/support/reports', good)
await expect('200 {"filters":{"attributes":{"env":"dev"}}}', '/search', both, prod)
await expect('403 tenant_mismatch', '/search', both, { integrationId: 'int_other' })
await expect('401 api_key_rejected', '/search', { 'user-token': userToken }, prod)

if (process.argv.includes('--once')) await app.close()
else console.log(`Serving on ${url}`)

async function expect(answer: string, path: string, headers: object, body?: object) {
  const json = { 'content-type': 'application/json' }
  const post = body && { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(url + path, { headers: { ...headers, ...(body && json) }, ...post })
  const content = (await response.json()) as { code?: string }
  const line = `${response.status} ${content.code ?? JSON.stringify(content)}`
  console.log(path.padEnd(20), line)
  assert.equal(line, answer)
}
