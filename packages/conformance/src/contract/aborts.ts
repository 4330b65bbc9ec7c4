import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import type { Tenant } from '@countersign/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../fixtures/clock.ts'
import { widgetToken, WIDGET_TENANTS } from '../fixtures/widget.ts'
import { serving, type Host, type RunningApp } from '../hosts/host.ts'
import { bearer } from './case.ts'
import { deferred } from './deferred.ts'
import { send } from './raw-client.ts'
import { widget } from './services.ts'

const acme = WIDGET_TENANTS.find(({ id }) => id === 'ten_acme') as Tenant

/** Clients that hang up while their tenant is looked up. */
export function describeAborts(host: Host): void {
  describe('a client that hangs up', () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    beforeEach(() => {
      unhandled.length = 0
      process.on('unhandledRejection', note)
      process.on('uncaughtException', note)
    })
    afterEach(() => {
      process.off('unhandledRejection', note)
      process.off('uncaughtException', note)
    })

    it('while the look-up hangs: no handler runs, nothing is left behind', async () => {
      const service = hangingService(100)
      await serving(host, service.app, async (app) => {
        const hangUp = await connectTo(app, service.asked)
        await hangUp()
        await service.aborted // the look-up has timed out, and is told so
        await nextTurns()
        expect(service.calls()).toBe(0)

        service.recover()
        expect((await send(app, bearer(widgetToken()))).status).toBe(200)
        expect(service.calls()).toBe(1)
      })
      expect(unhandled).toEqual([])
    })

    it('before the look-up answers: later requests work', async () => {
      const service = hangingService()
      await serving(host, service.app, async (app) => {
        const hangUp = await connectTo(app, service.asked)
        await hangUp()
        service.recover()
        await nextTurns()
        expect((await send(app, bearer(widgetToken()))).status).toBe(200)
      })
      expect(unhandled).toEqual([])
    })

    it('while others wait for the same look-up: they are answered', async () => {
      const service = hangingService()
      await serving(host, service.app, async (app) => {
        const hangUp = await connectTo(app, service.asked)
        const arrived = requests(app, 3)
        const others = [1, 2, 3].map(() => send(app, bearer(widgetToken())))
        await arrived
        await hangUp()
        service.recover()
        expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200, 200])
      })
      expect(unhandled).toEqual([])
    })
  })
}

/** A service whose directory gives no answer until it recovers. */
function hangingService(lookupTimeout = 10_000) {
  let calls = 0
  const asked = deferred<void>()
  const aborted = deferred<void>()
  const recovered = deferred<Tenant>()
  const clock = createClock()
  const find = (_id: string, { signal }: { signal: AbortSignal }): Promise<Tenant> => {
    signal.addEventListener('abort', () => aborted.resolve())
    asked.resolve()
    return recovered.promise
  }
  const handler = () => {
    calls += 1
    return { json: { passed: true } }
  }
  return {
    app: {
      auth: widget({ tenants: { find }, lookupTimeout, now: clock.now }),
      routes: [{ path: '/echo', handler }],
    },
    asked: asked.promise,
    aborted: aborted.promise,
    recover() {
      recovered.resolve(acme)
      clock.advance(5) // a directory that failed is left alone for a moment
    },
    calls: () => calls,
  }
}

/** Sends a request. What comes back hangs up, and waits until the server has seen that. */
async function connectTo(app: RunningApp, asked: Promise<void>): Promise<() => Promise<void>> {
  const incoming = once(app.server, 'request')
  const headers = { Authorization: `Bearer ${widgetToken()}` }
  const outgoing = request({
    host: '127.0.0.1',
    port: app.port,
    path: '/echo',
    agent: false,
    headers,
  })
  outgoing.on('error', () => undefined)
  outgoing.end()
  const [, response] = (await incoming) as [unknown, ServerResponse]
  await asked
  return async () => {
    const closed = once(response, 'close')
    outgoing.destroy()
    await closed
  }
}

function requests(app: RunningApp, times: number): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    app.server.on('request', () => {
      count += 1
      if (count === times) resolve()
    })
  })
}

/** A few turns of the event loop, for what hangs on promises and on the network. */
async function nextTurns(): Promise<void> {
  for (let i = 0; i < 10; i += 1)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}
