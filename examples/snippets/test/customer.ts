// The customers of the snippets: what they sign with, and what the services know of it.
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tenant } from '@countersign/core'
import { canonicalJson, parseFilters } from '@countersign/filters'
import { onTestFinished } from 'vitest'
import { generateToken } from '../src/sign-search.ts'
import { createWidgetToken } from '../src/sign-support.ts'

export const secret = 'a secret of the customer Acme, of more than 32 bytes'
export const acme: Tenant = { id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }

export const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
export const apiKey = 'the API key of the integration'
export const apiKeyHash = `sha256:${createHash('sha256').update(apiKey).digest('hex')}`
export const docs: Tenant = {
  id: 'int_docs',
  issuer: 'https://auth.mydomain.com',
  keys: [{ alg: 'RS256', publicKey }],
  apiKeyHashes: [apiKeyHash],
}

export const mia = { id: 'usr_42', roles: ['user'] }

export function support(user = mia): { authorization: string } {
  return { authorization: `Bearer ${createWidgetToken(user, secret)}` }
}

export function search(): { authorization: string; 'user-token': string } {
  return { authorization: `Bearer ${apiKey}`, 'user-token': generateToken(privateKey) }
}

/** Serves until the test ends. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The status and the JSON of an answer. */
export async function get(url: string, headers: object = {}): Promise<[number, unknown]> {
  const response = await fetch(url, { headers: { ...headers } })
  return [response.status, await response.json()]
}

export async function post(
  url: string,
  headers: object,
  body: string | object,
): Promise<[number, unknown]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return [response.status, await response.json()]
}

/** What the search token says, and what has to become of every body that asks for `env: prod`. */
export const signedFilters = {
  attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
}
export const effectiveFilters: unknown = JSON.parse(
  canonicalJson(parseFilters(signedFilters, { source: 'token' })),
)
