/* oxlint-disable typescript/no-extraneous-class -- a module of Nest is an empty class */
// A NestJS service on Express behind the search profile. It calls itself, checks the answers, and goes on serving or,
// with `--once`, ends. An .mts file, so that the other examples are compiled without Nest's kind of decorators.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
// #region service
import { searchIntegration, type Identity } from '@countersign/core'
import { countersign } from '@countersign/express'
import {
  Body,
  Controller,
  Module,
  Post,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { json, type Request } from 'express'
// #endregion
import jwt from 'jsonwebtoken'

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const apiKey = randomBytes(16).toString('hex')
const apiKeyHashes = [`sha256:${createHash('sha256').update(apiKey).digest('hex')}`]
const issuer = 'https://auth.acme.example'
const tenants = [
  { id: 'int_docs', issuer, keys: [{ alg: 'RS256' as const, publicKey }], apiKeyHashes },
]

// #region service
const auth = countersign({ profile: searchIntegration(), tenants })

/** Who is asking, as an argument of a handler. */
const CurrentIdentity = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  auth.identity(context.switchToHttp().getRequest<Request>()),
)

@Controller('search')
class SearchController {
  @Post()
  search(@CurrentIdentity() identity: Identity, @Body() body: { filters?: unknown }) {
    return { user: identity.userId, filters: body.filters }
  }
}

@Module({ controllers: [SearchController] })
class AppModule {}

// Nest would run its own body parser after everything that app.use() adds, so it is switched off.
const app = await NestFactory.create(AppModule, { bodyParser: false, logger: ['error'] })
app.use(auth.beforeBody, json(), auth.afterBody)
await app.listen(process.env['PORT'] ?? 0, '127.0.0.1')
// #endregion
const url = await app.getUrl()

const claims = {
  integrationId: 'int_docs',
  filters: { attributes: { env: 'dev' } },
  userAttributes: { userId: '123456789' },
}
const options = { audience: 'https://api.inkeep.com', issuer, expiresIn: '24h' } as const
const token = jwt.sign(claims, privateKey, { algorithm: 'RS256', ...options })
const both = { authorization: `Bearer ${apiKey}`, 'user-token': token }
const prod = { filters: { attributes: { env: 'prod' } } }

await expect('201 {"user":"123456789","filters":{"attributes":{"env":"dev"}}}', both, prod)
await expect('403 tenant_mismatch', both, { integrationId: 'int_other' })
await expect('401 token_missing', { authorization: `Bearer ${apiKey}` }, prod)
await expect('401 token_rejected', { ...both, 'user-token': `${token}x` }, prod)
await expect('401 api_key_rejected', { 'user-token': token }, prod)

if (process.argv.includes('--once')) await app.close()
else console.log(`Serving on ${url}`)

async function expect(answer: string, headers: object, body: object): Promise<void> {
  const response = await fetch(`${url}/search`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const content = (await response.json()) as { code?: string }
  const line = `${response.status} ${content.code ?? JSON.stringify(content)}`
  console.log(line)
  assert.equal(line, answer)
}
