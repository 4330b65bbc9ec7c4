// A whole rotation at a running service: nobody is refused, and the operator sees when the old key is not used any more.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  createAuthenticator,
  memoryDirectory,
  searchIntegration,
  supportWidget,
  type Tenant,
} from '@countersign/core'
import { countersign } from '@countersign/express'
import express from 'express'
import jwt from 'jsonwebtoken'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createGuarded, tenant as published } from '../src/key-set.ts'
import { uses } from '../src/key-uses.ts'
import { secret as oldSecret, serve } from './customer.ts'

const counts = (): object => Object.fromEntries([...uses].map(([name, { count }]) => [name, count]))
beforeEach(() => uses.clear())

/** Sends all tokens, twice: the second time they have been seen before. */
async function send(url: string, header: string, tokens: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const token of [...tokens, ...tokens]) {
    const value = header === 'authorization' ? `Bearer ${token}` : token
    statuses.push((await fetch(`${url}/me`, { headers: { [header]: value } })).status)
  }
  return statuses
}
const all = (count: number): number[] => Array.from({ length: 2 * count }, () => 200)

describe('a rotation in an Express service', () => {
  it('of secrets: old, both, new, without one refused request', async () => {
    const newSecret = `another ${oldSecret}`
    const old = { kid: '2026', alg: 'HS256', secret: oldSecret } as const
    const fresh = { kid: '2027', alg: 'HS256', secret: newSecret } as const
    const withKeys = (...keys: Tenant['keys']): Tenant => ({ id: 'ten_acme', keys })
    const tenants = memoryDirectory([withKeys(old)])
    const app = express().use(countersign({ profile: supportWidget(), tenants }))
    app.get('/me', (_req, res) => void res.end())
    const url = await serve(app)
    const sign = (secret: string, userId: string, keyid?: string): string =>
      jwt.sign({ tenantId: 'ten_acme', userId }, secret, {
        algorithm: 'HS256',
        expiresIn: '1h',
        ...(keyid !== undefined && { keyid }),
      })
    const early = sign(oldSecret, 'early', '2026')

    expect(await send(url, 'authorization', [early])).toEqual(all(1))
    expect(counts()).toEqual({ 'ten_acme 2026': 2 })

    // Both: the customer's servers change one after the other, and some name no key.
    tenants.set(withKeys(fresh, old))
    const between = [
      early,
      sign(newSecret, 'a', '2027'),
      sign(oldSecret, 'b'),
      sign(newSecret, 'c'),
    ]
    expect(await send(url, 'authorization', between)).toEqual(all(4))
    expect(counts()).toEqual({ 'ten_acme 2026': 6, 'ten_acme 2027': 4 })

    // The old key is not used any more: that is when it can go.
    uses.clear()
    const late = [sign(newSecret, 'a', '2027'), sign(newSecret, 'd')]
    expect(await send(url, 'authorization', late)).toEqual(all(2))
    expect(counts()).toEqual({ 'ten_acme 2027': 4 })
    tenants.set(withKeys(fresh))
    expect(await send(url, 'authorization', late)).toEqual(all(2))
    expect(await send(url, 'authorization', [early])).toEqual([401, 401])
  })

  it('of keys in a set: the service is told nothing, and refuses nobody', async () => {
    const pairs = ['old', 'new'].map((kid) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } }
    })
    const [old, fresh] = pairs as [(typeof pairs)[0], (typeof pairs)[0]]
    const customer = { keys: [old.jwk], asked: 0 }
    const host = await serve((_req, res) => {
      customer.asked += 1
      res.end(JSON.stringify({ keys: customer.keys }))
    })
    let now = Date.now()
    const authenticator = createAuthenticator({
      profile: searchIntegration({ apiKey: false }),
      tenants: [published],
      now: () => now,
      fetch: async (url, init) => fetch(host + new URL(url).pathname, init),
    })
    const app = express().use(countersign({ authenticator }))
    app.get('/me', (_req, res) => void res.end())
    const url = await serve(app)
    const sign = (
      { kid, privateKey }: { kid: string; privateKey: KeyObject },
      jti: string,
    ): string => {
      const iat = Math.floor(now / 1000)
      const claims = { iss: 'https://auth.mydomain.com', aud: 'https://api.inkeep.com' }
      const payload = { ...claims, integrationId: 'int_docs', jti, iat, exp: iat + 3600 }
      return jwt.sign(payload, privateKey, { algorithm: 'RS256', keyid: kid })
    }
    const early = sign(old, 'early')

    expect(await send(url, 'user-token', [early])).toEqual(all(1))

    // Both are published, and one server signs with the new key already.
    customer.keys = [fresh.jwk, old.jwk]
    now += 10_000
    const between = [early, sign(fresh, 'a'), sign(old, 'b')]
    expect(await send(url, 'user-token', between)).toEqual(all(3))
    expect(counts()).toEqual({ 'int_docs old': 6, 'int_docs new': 2 })

    // An hour later every token of the old key has expired, and nobody uses it.
    now += 3_600_000
    uses.clear()
    const late = [sign(fresh, 'c'), sign(fresh, 'd')]
    expect(await send(url, 'user-token', late)).toEqual(all(2))
    expect(counts()).toEqual({ 'int_docs new': 4 })
    customer.keys = [fresh.jwk]
    now += 600_000
    expect(await send(url, 'user-token', late)).toEqual(all(2))
    expect(await send(url, 'user-token', [sign(old, 'e')])).toEqual([401, 401])
    expect(customer.asked).toBe(4) // at first, for the new kid, an hour later, ten minutes later
  })
})

it('the fetch of the guide asks the hosts that it allows, and no other', async () => {
  const asked: string[] = []
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return Promise.resolve(new Response('{"keys":[]}'))
  })
  const hashOf = (key: string): string[] => [
    `sha256:${createHash('sha256').update(key).digest('hex')}`,
  ]
  const inside = 'https://169.254.169.254/latest/meta-data'
  const evil = { id: 'int_evil', keys: [{ algorithms: ['RS256'], jwksUrl: inside }] } as const
  const authenticator = createGuarded([
    { ...published, apiKeyHashes: hashOf('docs') },
    { ...published, ...evil, apiKeyHashes: hashOf('evil') },
  ])
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (const [apiKey, integrationId] of [
    ['docs', 'int_docs'],
    ['evil', 'int_evil'],
  ]) {
    const token = jwt.sign({ integrationId }, privateKey, { algorithm: 'RS256', expiresIn: '1h' })
    const headers = { authorization: `Bearer ${apiKey}`, 'user-token': token }
    expect(await authenticator.authenticate({ headers })).toMatchObject({
      ok: false,
      error: { code: 'keys_unavailable' },
    })
  }
  expect(asked).toEqual(['https://auth.mydomain.com/.well-known/jwks.json'])
})
