import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createAuthenticator,
  memoryDirectory,
  supportWidget,
  type AuthError,
} from '@countersign/core'
import jwt from 'jsonwebtoken'
import { createApp as createCustom } from '../src/custom-claims.ts'
import { createApp as createThrowing } from '../src/errors.ts'
import { revocation, revoked, runJob, watchConnection } from '../src/jobs.ts'
import { createApp as createOptional } from '../src/optional.ts'
import { rotate } from '../src/rotation.ts'
import { createWidgetToken } from '../src/sign-support.ts'
import { acme, get, mia, secret, serve, support } from './customer.ts'

describe('the snippets of the README', () => {
  it('guards: any of the roles, and the plan', async () => {
    process.env['ACME_SECRET'] = secret
    const { app } = await import('../src/guards.ts')
    const url = await serve(app)
    expect(await get(`${url}/v1/reports`, support())).toMatchObject([
      403,
      { code: 'insufficient_role' },
    ])
    expect(await get(`${url}/v1/reports`, support({ ...mia, roles: ['owner'] }))).toEqual([
      200,
      { reports: [] },
    ])
  })

  it('optional: without a token, and never with a bad one', async () => {
    const url = await serve(createOptional([acme]))
    expect(await get(`${url}/articles`)).toEqual([200, { for: 'everyone' }])
    expect(await get(`${url}/articles`, support())).toEqual([200, { for: 'usr_42' }])
    expect(await get(`${url}/articles`, { authorization: 'Bearer null' })).toMatchObject([
      401,
      { code: 'token_rejected' },
    ])
  })

  it('errors: "throw" hands over the error, and the reason stays in the log', async () => {
    const lines: string[] = []
    const url = await serve(createThrowing([acme], (line) => void lines.push(line)))
    const response = await fetch(`${url}/v1/me`)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="countersign"')
    expect(await response.json()).toEqual({ code: 'token_missing', action: 'refresh' })
    expect(lines).toEqual(['token_missing: no token'])
  })

  it('custom claims: the output of the schema, and a refusal where it does not fit', async () => {
    const url = await serve(createCustom([acme]))
    const sign = (locale?: string): object => ({
      authorization: `Bearer ${jwt.sign({ tenantId: 'ten_acme', userId: 'u', locale }, secret, { algorithm: 'HS256', expiresIn: '1h' })}`,
    })
    expect(await get(`${url}/greeting`, sign('de'))).toEqual([200, { greeting: 'Hallo' }])
    expect(await get(`${url}/greeting`, sign())).toEqual([200, { greeting: 'Hello' }])
    expect(await get(`${url}/greeting`, sign('xx'))).toMatchObject([
      401,
      { code: 'claims_invalid' },
    ])
  })

  it('rotation: each secret in its time, both for an hour', async () => {
    const newSecret = `another ${secret}`
    const midnight = Date.UTC(2027, 0, 1)
    const at = async (ms: number, key: string): Promise<string> => {
      const { authenticate } = createAuthenticator({
        profile: supportWidget(),
        tenants: [rotate(secret, newSecret)],
        now: () => ms,
      })
      const iat = ms / 1000
      const claims = { tenantId: 'ten_acme', userId: 'u', iat, exp: iat + 600 }
      const token = jwt.sign(claims, key, { algorithm: 'HS256' })
      const outcome = await authenticate({ headers: { authorization: `Bearer ${token}` } })
      return outcome.ok ? 'ok' : outcome.error.code
    }
    expect(await at(midnight - 1000, secret)).toBe('ok')
    expect(await at(midnight - 1000, newSecret)).toBe('token_rejected')
    expect(await at(midnight + 1000, secret)).toBe('ok')
    expect(await at(midnight + 1000, newSecret)).toBe('ok')
    expect(await at(midnight + 3_600_000, secret)).toBe('token_rejected')
  })
})

describe('the guide to jobs and connections', () => {
  const token = createWidgetToken(mia, secret)

  it('verify: a job for the user of a token', async () => {
    const authenticator = createAuthenticator({ profile: supportWidget(), tenants: [acme] })
    expect(await runJob(authenticator, token)).toBe('done for usr_42')
    await expect(runJob(authenticator, `${token}x`)).rejects.toMatchObject({
      code: 'token_rejected',
    } satisfies Partial<AuthError>)
    const down = createAuthenticator({
      profile: supportWidget(),
      tenants: { find: () => Promise.reject(new Error('down')) },
    })
    expect(await runJob(down, token)).toBe('again later')
  })

  describe('a connection', () => {
    const connect = async (now = Date.now()) => {
      vi.useFakeTimers({ now, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
      const directory = memoryDirectory([acme])
      const authenticator = createAuthenticator({ profile: supportWidget(), tenants: directory })
      const ended = new AbortController()
      const closes: unknown[][] = []
      const socket = { close: (...args: unknown[]): void => void closes.push(args) }
      const identity = await authenticator.verify(token)
      watchConnection(authenticator, identity, socket, ended.signal)
      return { directory, ended, closes, identity }
    }
    afterEach(() => void vi.useRealTimers())

    it('is closed at exp', async () => {
      const { closes, identity } = await connect()
      await vi.advanceTimersByTimeAsync(identity.expiresAt * 1000 - Date.now() - 1)
      expect(closes).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      expect(closes).toEqual([[4401, 'token_expired']])
    })

    it('is closed at once where exp is past, within the tolerance', async () => {
      const { closes } = await connect(Date.now() + 3_601_000)
      expect(closes).toEqual([[4401, 'token_expired']])
    })

    it('is closed with what its refusal asks for', async () => {
      const { closes, directory } = await connect()
      directory.set({ ...acme, maxLifetime: 60 })
      await vi.advanceTimersByTimeAsync(30_000)
      expect(closes).toEqual([[4403, 'token_lifetime']])
    })

    it('is not watched once it has ended', async () => {
      const { closes, ended } = await connect()
      ended.abort()
      expect(vi.getTimerCount()).toBe(0)
      await vi.advanceTimersByTimeAsync(3_700_000)
      expect(closes).toEqual([])
    })
  })

  it('revocation: by jti, for a token that was seen before too', async () => {
    const authenticator = createAuthenticator({
      profile: supportWidget(),
      tenants: [acme],
      revocation,
    })
    const claims = { tenantId: 'ten_acme', userId: 'u', jti: 'one' }
    const signed = jwt.sign(claims, secret, { algorithm: 'HS256', expiresIn: '1h' })
    expect((await authenticator.verify(signed)).userId).toBe('u')
    revoked.add('ten_acme one')
    onTestFinished(() => revoked.clear())
    await expect(authenticator.verify(signed)).rejects.toMatchObject({ code: 'token_revoked' })
  })
})
