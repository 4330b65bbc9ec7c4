import { defineProfile, type Profile } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { NOW } from '../fixtures/clock.ts'
import { ISSUER, KEYS, SEARCH_TENANTS, searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import {
  serving,
  type Answer,
  type AppDescription,
  type Exchange,
  type Host,
} from '../hosts/host.ts'
import { bearer, posting } from './case.ts'
import { expectProblem } from './problem.ts'
import { send, type RawRequest } from './raw-client.ts'
import { echo, keyless, search, widget } from './services.ts'

const routes = [{ path: '/echo', handler: echo }]
const widgetOutside: AppDescription = { auth: widget(), inner: keyless(), routes }

/** The second document's rules in a header of another name. */
const gatewayProfile: Profile = defineProfile({
  name: 'gateway',
  algorithms: ['RS256'],
  token: { header: 'x-gateway-token', scheme: null },
  tenant: { claim: 'integrationId', hint: null, apiKey: null },
  issuer: ISSUER,
  audience: null,
  type: null,
  maxLifetime: 86_400,
  user: { id: 'sub', email: null, roles: 'roles', plan: null },
  filters: { claim: 'filters', body: 'filters' },
  userAttributes: null,
  body: { tenant: ['integrationId'], when: 'when-present' },
})

/** Section 6: registered again within a scope, both must pass and the inner identity is attached. */
export function describeNesting(host: Host): void {
  describe('two authentications, one within the other', () => {
    it('both pass: the inner identity is attached', () =>
      serving(host, widgetOutside, async (app) => {
        const answer = await send(app, bearer(widgetToken(), ['User-Token', searchToken()]))
        expect(JSON.parse(answer.body)).toMatchObject({
          identity: { tenantId: 'int_docs', userId: 'usr_9' },
          typed: 'the attached one',
        })
      }))

    it("the inner identity is not the outer one's: its type would be a lie", async () => {
      let code: unknown
      const handler = (exchange: Exchange): Answer => {
        try {
          exchange.outerIdentity()
        } catch (error) {
          code = (error as { code?: unknown }).code
        }
        return echo(exchange)
      }
      const app = { ...widgetOutside, routes: [{ path: '/echo', handler }] }
      await serving(host, app, async (running) => {
        const answer = await send(running, bearer(widgetToken(), ['User-Token', searchToken()]))
        expect(answer.status).toBe(200)
      })
      expect(code).toBe('identity_missing')
    })

    it.each([
      ['the outer is missing', undefined, searchToken(), 'token_missing'],
      ['the inner is missing', widgetToken(), undefined, 'token_missing'],
      ['the outer is bad', 'a.b.c', searchToken(), 'token_rejected'],
      ['the inner is bad', widgetToken(), 'a.b.c', 'token_rejected'],
    ] as const)('%s: refused', (_name, outer, inner, code) =>
      serving(host, widgetOutside, async (app) => {
        const headers: [string, string][] = []
        if (outer !== undefined) headers.push(['Authorization', `Bearer ${outer}`])
        if (inner !== undefined) headers.push(['User-Token', inner])
        const answer = await send(app, { headers })
        const isInner = outer === headers[0]?.[1].slice('Bearer '.length) && outer !== 'a.b.c'
        expectProblem(answer, code, { vary: isInner ? 'User-Token' : undefined })
      }),
    )

    it.each(['after-parser', 'around-parser'] as const)(
      'the body is bound to both (%s)',
      async (order) => {
        const auth = {
          profile: gatewayProfile,
          tenants: SEARCH_TENANTS,
          now: search().now as () => number,
        }
        await serving(host, { auth, inner: keyless(), order, routes }, async (app) => {
          const { privateKey } = KEYS.int_docs
          const outer = searchToken({ filters: { attributes: { region: 'eu' } } }, privateKey)
          const inner = searchToken({ filters: { attributes: { env: 'dev' } } }, privateKey)
          const request = posting(
            {
              headers: [
                ['X-Gateway-Token', outer],
                ['User-Token', inner],
              ],
            },
            { filters: { attributes: { region: 'us', env: 'prod', lang: 'en' } } },
          )
          const answer = await send(app, request)
          const { body } = JSON.parse(answer.body) as {
            body: { filters: { attributes: { $and: unknown[] } } }
          }
          expect(body.filters.attributes.$and).toHaveLength(3)
          expect(body.filters.attributes.$and).toEqual(
            expect.arrayContaining([{ region: 'eu' }, { env: 'dev' }, { lang: 'en' }]),
          )
          expect(answer.headers.vary).toBe('X-Gateway-Token, User-Token')
        })
      },
    )
  })

  describe('the outer binds bodies, and its identity is not the one that counts', () => {
    const gateway = { profile: gatewayProfile, tenants: SEARCH_TENANTS, now: (): number => NOW }
    const orders = ['after-parser', 'around-parser'] as const

    it.each(orders)('the inner, which binds none, is attached (%s)', (order) =>
      serving(host, { auth: keyless(), inner: widget(), order, routes }, async (app) => {
        const signed = bearer(widgetToken(), ['User-Token', searchToken()])
        for (const request of [signed, posting(signed, { integrationId: 'int_docs' })]) {
          const answer = await send(app, request)
          expect(answer.status).toBe(200)
          expect(JSON.parse(answer.body)).toMatchObject({
            identity: { tenantId: 'ten_acme', userId: 'usr_7', bodyBound: false },
            typed: 'the attached one',
          })
        }
        expectProblem(
          await send(app, posting(signed, { integrationId: 'int_other' })),
          'tenant_mismatch',
          { vary: 'User-Token' },
        )
      }),
    )

    it('the inner, told to leave the body unbound, is attached', () =>
      serving(
        host,
        { auth: gateway, inner: keyless(), innerUnbound: true, routes },
        async (app) => {
          const answer = await send(app, posting(bothTokens([]), { lang: 'en' }))
          expect(answer.status).toBe(200)
          expect(JSON.parse(answer.body)).toMatchObject({
            identity: { userId: 'usr_9', bodyBound: false },
            typed: 'the attached one',
          })
        },
      ))

    it.each<[string, Pick<AppDescription, 'inner' | 'innerUnbound' | 'order'>]>([
      ['one that binds no body', { inner: widget() }],
      ['the same, around the parser', { inner: widget(), order: 'around-parser' }],
      ['one that binds it too', { inner: keyless() }],
      ['one that leaves it unbound', { inner: keyless(), innerUnbound: true }],
    ])('a role that only the outer token has does not count for %s', (_name, inner) => {
      const admin = [{ path: '/echo', guards: { roles: ['admin'] }, handler: echo }]
      return serving(host, { auth: gateway, ...inner, routes: admin }, async (app) => {
        const request = bothTokens(['admin'])
        expectProblem(await send(app, request), 'insufficient_role', { vary: varies(inner) })
        expectProblem(await send(app, posting(request, {})), 'insufficient_role', {
          vary: varies(inner),
        })
      })
    })

    it('a role that only the inner token has does', () => {
      const editors = [{ path: '/echo', guards: { roles: ['editor'] }, handler: echo }]
      return serving(host, { auth: gateway, inner: widget(), routes: editors }, async (app) => {
        expect((await send(app, posting(bothTokens(['user']), {}))).status).toBe(200)
      })
    })
  })
}

/** Three tokens, for whichever profile stands inside; the outer one's roles are given. */
function bothTokens(roles: readonly string[]): RawRequest {
  const outer = searchToken({ sub: 'gateway', roles }, KEYS.int_docs.privateKey)
  return bearer(widgetToken(), ['X-Gateway-Token', outer], ['User-Token', searchToken()])
}

function varies({ inner }: Pick<AppDescription, 'inner'>): string {
  const readsUserToken =
    inner !== undefined && 'profile' in inner && inner.profile.tenant.hint === null
  return readsUserToken ? 'X-Gateway-Token, User-Token' : 'X-Gateway-Token'
}
