import { defineProfile, type Profile } from '@countersign/core'
import { describe, expect, it } from 'vitest'
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
import { send } from './raw-client.ts'
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
  user: { id: 'sub', email: null, roles: null, plan: null },
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
}
