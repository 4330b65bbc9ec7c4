import type { AuthenticatorOptions, Tenant, TenantDirectory } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { searchToken, SEARCH_TENANTS } from '../fixtures/search.ts'
import { createClock } from '../fixtures/clock.ts'
import { widgetToken, WIDGET_TENANTS } from '../fixtures/widget.ts'
import { serving, type AppDescription, type Host } from '../hosts/host.ts'
import { bearer, posting, userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send } from './raw-client.ts'
import { search, widget } from './services.ts'

const acme = WIDGET_TENANTS.find(({ id }) => id === 'ten_acme') as Tenant
const docs = SEARCH_TENANTS.find(({ id }) => id === 'int_docs') as Tenant
const never = new Promise<never>(() => undefined)

const LOOKUPS: Readonly<Record<string, () => unknown>> = {
  throws() {
    throw new Error('down')
  },
  'throws something that is no error'() {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- what careless code can throw
    throw undefined
  },
  'throws what looks like a 401'() {
    throw Object.assign(new Error('down'), { status: 401, code: 'token_expired' })
  },
  rejects: () => Promise.reject(new Error('down')),
  hangs: () => never,
  'gives a broken record': () => ({ ...acme, ...docs, keys: [] }),
  'gives something that is no record': () => 'ten_acme',
}

const REVOCATIONS: Readonly<Record<string, () => unknown>> = {
  throws() {
    throw new Error('down')
  },
  rejects: () => Promise.reject(new Error('down')),
  hangs: () => never,
  'says nothing': () => undefined,
  'says something else': () => 'no',
}

/** Law 7: an outage is 503 with Retry-After; never 401, never a pass. */
export function describeOutages(host: Host): void {
  describe('outages', () => {
    it.each(Object.entries(LOOKUPS))('a directory that %s', async (_name, look) => {
      const tenants = { find: look, findByApiKeyHash: look } as TenantDirectory
      const byId = { tenants, lookupTimeout: 100 }
      await refused(host, { ...widget(byId) }, bearer(widgetToken()))
      // Where a request may be anonymous, an outage must not make it so.
      await refused(host, { ...widget(byId), optional: true }, bearer(widgetToken()))
      await refused(
        host,
        { ...search(byId), optional: true },
        posting(userToken(searchToken()), {}),
        'User-Token',
      )
    })

    it.each(Object.entries(REVOCATIONS))('a revocation store that %s', async (_name, isRevoked) => {
      const revocation = { isRevoked } as unknown as AuthenticatorOptions['revocation'] & object
      await refused(host, widget({ revocation, lookupTimeout: 100 }), bearer(widgetToken()))
    })

    it('is over when it is over', async () => {
      let down = true
      const find = (): Tenant => {
        if (down) throw new Error('down')
        return acme
      }
      const clock = createClock()
      const auth = widget({ tenants: { find }, now: clock.now })
      await serving(host, service({ auth }), async (app) => {
        expectProblem(await send(app, bearer(widgetToken())), 'keys_unavailable')
        down = false
        // A directory that failed is left alone for a moment.
        expectProblem(await send(app, bearer(widgetToken())), 'keys_unavailable')
        clock.advance(5)
        expect((await send(app, bearer(widgetToken()))).status).toBe(200)
      })
    })
  })
}

function service(rest: Pick<AppDescription, 'auth'>): AppDescription {
  return { ...rest, routes: [{ path: '/echo', handler: () => ({ json: { passed: true } }) }] }
}

async function refused(
  host: Host,
  auth: NonNullable<AppDescription['auth']>,
  request: ReturnType<typeof bearer>,
  vary?: string,
): Promise<void> {
  await serving(host, service({ auth }), async (app) => {
    // A second request must not find the first one's failure remembered as a verdict.
    for (let i = 0; i < 2; i += 1)
      expectProblem(await send(app, request), 'keys_unavailable', { vary })
  })
}
