// The two servers, as other pages and scripts see them.
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'

const json = { 'content-type': 'application/json' }

export function describeServers(stage: () => Stage): void {
  const siteUrl = (): string => stage().example.siteUrl
  const gatewayUrl = (): string => stage().example.gatewayUrl

  describe('the gateway', () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${gatewayUrl()}/v1/ask`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-tenant-key',
        },
      })

    it('answers the preflight of the site, which the browser then keeps', async () => {
      const { status, headers } = await preflight(siteUrl())
      expect(status).toBe(204)
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': siteUrl(),
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'Authorization, Content-Type, X-Tenant-Key',
        'access-control-max-age': '600',
        vary: 'Origin',
      })
      expect(headers.has('access-control-allow-credentials')).toBe(false)
    })

    it.each(['null', 'http://evil.example', 'suffix'])(
      'lets no page of %s read an answer',
      async (given) => {
        const origin = given === 'suffix' ? `${siteUrl()}.evil.example` : given
        const { headers } = await preflight(origin)
        expect(headers.has('access-control-allow-origin')).toBe(false)
        const refused = await fetch(`${gatewayUrl()}/v1/ask`, {
          method: 'POST',
          headers: { origin },
        })
        expect(refused.headers.has('access-control-allow-origin')).toBe(false)
        expect(refused.headers.get('vary')).toContain('Origin')
      },
    )

    it('has the headers of CORS on a refusal too', async () => {
      const headers = { origin: siteUrl() }
      const refused = await fetch(`${gatewayUrl()}/v1/ask`, { method: 'POST', headers })
      expect(refused.status).toBe(401)
      expect(await refused.json()).toMatchObject({ code: 'token_missing', action: 'refresh' })
      expect(refused.headers.get('access-control-allow-origin')).toBe(siteUrl())
      expect(refused.headers.get('access-control-expose-headers')).toBe(
        'WWW-Authenticate, Retry-After, Date',
      )
    })

    it('answers what is no question, and nothing of an error', async () => {
      const page = await fetch(siteUrl())
      const cookie = page.headers.get('set-cookie') ?? ''
      const headers = { cookie, origin: siteUrl() }
      const got = await fetch(`${siteUrl()}/api/support/token`, { method: 'POST', headers })
      const { token } = (await got.json()) as { token: string }
      const ask = async (body: string): Promise<number> => {
        const authorization = `Bearer ${token}`
        const init = { method: 'POST', body, headers: { ...json, authorization } }
        const response = await fetch(`${gatewayUrl()}/v1/ask`, init)
        expect(await response.text()).not.toMatch(/\bat |node_modules|Error:/)
        return response.status
      }
      expect(await ask('{"question":"How do I deploy?"}')).toBe(200)
      expect(await ask('{"question":""}')).toBe(400)
      expect(await ask('{"question":7}')).toBe(400)
      expect(await ask(`{"question":"${'x'.repeat(501)}"}`)).toBe(400)
      expect(await ask('{"question":')).toBe(400)
      expect(await ask('[]')).toBe(400)
      expect(await ask('{"question":"a","filters":{"attributes":{"$where":"1"}}}')).toBe(400)
      expect(await ask('{"question":"a","tenantId":"ten_globex"}')).toBe(403)
      expect(await ask(`{"question":"${'x'.repeat(20_000)}"}`)).toBe(413)
    })
  })

  describe('the site', () => {
    it('gives the page a strict policy and a cookie that scripts cannot read', async () => {
      const { headers } = await fetch(siteUrl())
      expect(headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).toContain(`connect-src 'self' ${gatewayUrl()};`)
      expect(policy).not.toMatch(/unsafe|\*|data:/)
    })

    it('signs for nobody without a session, and for no page of another origin', async () => {
      const ask = async (headers: Record<string, string>): Promise<number> =>
        (await fetch(`${siteUrl()}/api/support/token`, { method: 'POST', headers })).status
      const cookie = (await fetch(siteUrl())).headers.get('set-cookie') ?? ''
      expect(await ask({ origin: siteUrl() })).toBe(401)
      expect(await ask({ origin: siteUrl(), cookie: 'support_widget_session=guessed' })).toBe(401)
      expect(await ask({ origin: 'http://evil.example', cookie })).toBe(403)
      expect(await ask({ origin: siteUrl(), cookie })).toBe(200)
    })

    it('lets no other page press the buttons of the demonstration', async () => {
      const press = async (path: string, init: RequestInit): Promise<number> =>
        (await fetch(`${siteUrl()}/demo/${path}`, { method: 'POST', ...init })).status
      expect(await press('cut', {})).toBe(403)
      expect(await press('cut', { body: '{}', headers: { 'content-type': 'text/plain' } })).toBe(
        403,
      )
      expect(await press('constructor', { body: '{}', headers: json })).toBe(404)
      expect(await press('restore', { body: '{}', headers: json })).toBe(200)
      const { hostname, port } = new URL(siteUrl())
      const status = await new Promise((resolve, reject) => {
        const headers = { ...json, host: 'rebound.example', 'content-length': 2 }
        request({ hostname, port, path: '/demo/cut', method: 'POST', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .once('error', reject)
          .end('{}')
      })
      expect(status).toBe(403)
    })
  })
}
