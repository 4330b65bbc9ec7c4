import type { Identity } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { polluted } from '../fixtures/pollution.ts'
import { widgetToken } from '../fixtures/widget.ts'
import {
  serving,
  type Answer,
  type AppDescription,
  type Exchange,
  type Host,
  type RunningApp,
} from '../hosts/host.ts'
import { bearer } from './case.ts'
import { contractCases } from './contract-cases.ts'
import { ourHeaders, send, type RawAnswer, type RawRequest } from './raw-client.ts'
import { echo, services, type ServiceName } from './services.ts'

const INTRUDER = {
  kind: 'verified',
  tenantId: 'ten_globex',
  userId: 'root',
  userRoles: ['admin'],
  plan: 'enterprise',
  bodyBound: true,
}

/** What a gadget elsewhere in the process may set, and what it would be taken for. */
const MEMBERS: readonly (readonly [name: string, value: unknown, as: string])[] = [
  ['countersign', false, 'a route that is open'],
  ['optional', true, 'a request that may be anonymous'],
  ['identity', INTRUDER, 'the identity that a step attaches'],
  ['body', 'unbound', 'a route whose body is not bound'],
  ['body', { integrationId: 'int_other' }, 'the body that a step puts in place'],
  ['body', { lang: 'en' }, 'a body that was parsed'],
  ['plan', 'enterprise', 'a plan that was signed'],
  ['tenantId', 'ten_globex', 'a tenant that was signed'],
  ['userId', 'root', 'a user that was signed'],
  ['throws', true, 'a refusal that the framework answers'],
  ['unbound', true, 'a request that was entered unbound'],
  ['absent', true, 'a body that was not sent'],
]

const IDENTITY = [
  'kind',
  'tenantId',
  'userId',
  'userEmail',
  'userRoles',
  'plan',
  'userAttributes',
  'filters',
  'issuedAt',
  'expiresAt',
  'custom',
  'bodyBound',
] as const

interface Sent {
  readonly row: string
  readonly app: RunningApp
  readonly request: RawRequest
  /** Before anything was polluted. */
  readonly answer: string
}

/** Law 1: what stands on `Object.prototype` is nobody's option, claim or verdict. */
export function describePollution(host: Host): void {
  describe(`a polluted prototype: ${host.name}`, () => {
    const sent: Sent[] = []
    const running: RunningApp[] = []

    beforeAll(async () => {
      for (const service of Object.keys(services) as ServiceName[]) {
        const app = await host.start(revealing(services[service]()))
        running.push(app)
        for (const [row, request] of requestsTo(service)) {
          const answer = summary(await send(app, request))
          sent.push({ row: `${service}: ${row}`, app, request, answer })
        }
      }
    })
    afterAll(() => Promise.all(running.map((app) => app.close())))

    it.each(MEMBERS)('Object.prototype.%s = %j is not %s', async (name, value) => {
      const changed: string[] = []
      const compared = sent.filter((one) => isParsedAsEver(host, name, one))
      // Once for all of them: each time it comes and goes, the engine throws away what it has compiled.
      const answers = await polluted(name, value, async () => {
        const received: RawAnswer[] = []
        for (const { app, request } of compared) received.push(await send(app, request))
        return received
      })
      for (const [at, { row, answer }] of compared.entries()) {
        const now = summary(answers[at] as RawAnswer)
        if (now !== answer) changed.push(`${row}: ${answer.slice(1, 4)} -> ${now.slice(1, 4)}`)
      }
      expect(changed).toEqual([])
    })

    // Frameworks copy headers with for-in, and clients add to what they find: so not enumerable, and as it was sent.
    it('Object.prototype.vary is not a header that a guard sets', async () => {
      const app = services['widget, guards']()
      await serving(host, app, async (service) => {
        const request = {
          method: 'GET',
          path: '/editors',
          body: undefined,
          ...bearer(widgetToken()),
        }
        const sending = (): Promise<RawAnswer> => send(service, request)
        const answer = await polluted('vary', 'X-Intruder', sending, { enumerable: false })
        expect(answer.status).toBe(200)
        expect(answer.rawHeaders.map((text) => text.toLowerCase())).not.toContain('vary')
      })
    })
  })
}

/** What is attached is read by name, as handlers do: JSON shows own members only. */
function reveal(exchange: Exchange): Answer {
  const { attached } = exchange
  const read = (name: string): unknown => (attached as Identity & Record<string, unknown>)[name]
  return {
    json: {
      identity: IDENTITY.map((name) => [name, read(name) ?? null]),
      echo: echo(exchange).json,
    },
  }
}

function revealing(app: AppDescription): AppDescription {
  return { ...app, routes: app.routes.map((route) => ({ ...route, handler: reveal })) }
}

/** The contract's requests, without those that have no identity: of nothing, a handler can read anything. */
function requestsTo(service: ServiceName): (readonly [name: string, request: RawRequest])[] {
  return contractCases
    .filter((row) => row.service === service)
    .filter(({ expected }) => 'code' in expected || expected.identity !== null)
    .map(({ name, request: { method, path, headers, body } }) => [
      name,
      { method, path, headers, body }, // spelled out, so that the client sends the same
    ])
}

function summary(answer: RawAnswer): string {
  return JSON.stringify([answer.status, ourHeaders(answer), answer.body])
}

/**
 * koa-bodyparser takes an inherited body for one that was parsed, and reads nothing: what its handlers then find is not
 * ours to mend, so with it only requests without a body are compared.
 */
function isParsedAsEver(host: Host, member: string, { row, request }: Sent): boolean {
  const isParsed = request.body !== undefined && !row.startsWith('search, no parser')
  return !(member === 'body' && host.name.startsWith('Koa') && isParsed)
}
