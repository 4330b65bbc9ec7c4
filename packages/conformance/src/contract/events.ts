import { createAuthenticator, type Identity, type Tenant } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { createClock } from '../fixtures/clock.ts'
import { collectOutcomes } from '../fixtures/events.ts'
import { SEARCH_TENANTS, searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import { serving, type AppDescription, type Exchange, type Host } from '../hosts/host.ts'
import { bearer, posting, postingText, userToken } from './case.ts'
import { send, type RawRequest } from './raw-client.ts'
import { echo, keyless, search, services, widget } from './services.ts'

const passed = { phase: 'authenticate', code: 'ok' } as const
const ofWidget = { profile: 'support-widget', tenantId: 'ten_acme' } as const
const ofSearch = { profile: 'search-integration', tenantId: 'int_docs' } as const
const docs = SEARCH_TENANTS.find(({ id }) => id === 'int_docs') as Tenant

/** Section 8: whatever refuses a request says so on `countersign:outcome`, once. */
export function describeEvents(host: Host): void {
  const eventsOf = async (
    app: AppDescription,
    request: RawRequest,
  ): Promise<{ events: ReturnType<typeof collectOutcomes>; status: number }> => {
    const events = collectOutcomes()
    const { status } = await serving(host, app, (running) => send(running, request))
    return { events, status }
  }

  describe(`events: ${host.name}`, () => {
    it.each([
      ['/admin', 'insufficient_role'],
      ['/enterprise', 'insufficient_plan'],
      ['/both', 'insufficient_plan'],
    ])('a guard that refuses, at %s: %s', async (path, code) => {
      const request = { ...bearer(widgetToken()), path }
      const { events, status } = await eventsOf(services['widget, guards'](), request)
      expect(status).toBe(403)
      expect(events).toMatchObject([
        { ...passed, ...ofWidget },
        { phase: 'guard', ...ofWidget, code, claim: undefined },
      ])
      expect(events[1]?.reason).toBe('not among those required')
      expect(events[1]?.duration).toBeGreaterThanOrEqual(0)
    })

    it('a guard that lets pass says nothing', async () => {
      const request = { ...bearer(widgetToken()), path: '/editors' }
      const { events, status } = await eventsOf(services['widget, guards'](), request)
      expect(status).toBe(200)
      expect(events).toMatchObject([{ ...passed, ...ofWidget }])
    })

    it('a guard before an anonymous request', async () => {
      const { events, status } = await eventsOf(services['widget, guards'](), { path: '/admin' })
      expect(status).toBe(401)
      expect(events).toMatchObject([
        passed,
        { phase: 'guard', profile: 'support-widget', tenantId: undefined, code: 'token_missing' },
      ])
    })

    it('a guard that no countersign() stands before', async () => {
      const { events, status } = await eventsOf(services['guards alone'](), { path: '/admin' })
      expect(status).toBe(500)
      expect(events).toMatchObject([
        { phase: 'guard', profile: undefined, tenantId: undefined, code: 'identity_missing' },
      ])
    })

    it('a guard behind two names the inner profile and tenant', async () => {
      const routes = [{ path: '/echo', guards: { roles: ['admin'] }, handler: echo }]
      const request = bearer(widgetToken(), ['User-Token', searchToken()])
      const { events } = await eventsOf({ auth: keyless(), inner: widget(), routes }, request)
      expect(events.at(-1)).toMatchObject({
        phase: 'guard',
        ...ofWidget,
        code: 'insufficient_role',
      })
    })

    it.each([
      ['JSON', posting(userToken(searchToken()), {}), 'body_not_parsed', 500],
      [
        'a form',
        postingText(userToken(searchToken()), 'a=1', 'application/x-www-form-urlencoded'),
        'body_unsupported',
        415,
      ],
      [
        'no type at all',
        postingText(userToken(searchToken()), 'a', undefined),
        'body_unsupported',
        415,
      ],
    ])('a body that nobody read: %s', async (_name, request, code, refusal) => {
      const { events, status } = await eventsOf(services['search, no parser'](), request)
      expect(status).toBe(refusal)
      expect(events).toMatchObject([
        { ...passed, ...ofSearch },
        { phase: 'bind', ...ofSearch, code },
      ])
      expect(events[1]?.reason).toEqual(expect.any(String))
    })

    it.each<[string, Record<string, unknown>]>([
      ['iss', { iss: 'https://leak.example' }],
      ['aud', { aud: 'https://leak.example' }],
      ['userAttributes', { userAttributes: ['leak'] }],
      ['userId', { userId: ['leak'] }],
      ['sub', { userAttributes: {}, sub: ['leak'] }],
      ['jti', { jti: ['leak'] }],
      ['filters', { filters: { leak: true } }],
    ])('claims_invalid names the claim, and never its value: %s', async (claim, claims) => {
      const request = userToken(searchToken(claims))
      const { events, status } = await eventsOf(services.search(), request)
      expect(status).toBe(401)
      expect(events).toMatchObject([
        { phase: 'authenticate', ...ofSearch, code: 'claims_invalid', claim },
      ])
      expect(JSON.stringify(events)).not.toContain('leak')
    })

    it('a recheck of what a handler kept', async () => {
      const clock = createClock()
      let record = docs
      const authenticator = createAuthenticator(
        search({
          tenants: { find: () => record, findByApiKeyHash: () => record },
          directoryCache: false,
          now: clock.now,
        }),
      )
      let kept: Identity | undefined
      const handler = (exchange: Exchange): { json: {} } => {
        kept = exchange.identity()
        return { json: {} }
      }
      await serving(
        host,
        { auth: authenticator, routes: [{ path: '/echo', handler }] },
        async (app) => {
          await send(app, posting(userToken(searchToken()), {}))
        },
      )
      const events = collectOutcomes()
      const recheck = async (): Promise<unknown> => authenticator.recheck(kept as Identity)
      expect(await recheck()).toMatchObject({ ok: true })
      record = { ...docs, issuer: 'https://another.example' }
      expect(await recheck()).toMatchObject({ ok: false })
      clock.advance(86_430)
      expect(await recheck()).toMatchObject({ ok: false })
      expect(events).toMatchObject([
        { phase: 'recheck', ...ofSearch, code: 'ok', claim: undefined },
        { phase: 'recheck', ...ofSearch, code: 'claims_invalid', claim: 'iss' },
        { phase: 'recheck', ...ofSearch, code: 'token_expired' },
      ])
    })
  })
}
