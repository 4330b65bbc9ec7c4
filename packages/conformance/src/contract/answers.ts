import { canonicalJson, parseFilters } from '@countersign/filters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host, RunningApp } from '../hosts/host.ts'
import type { Accepted, ContractCase } from './case.ts'
import { contractCases } from './contract-cases.ts'
import { expectProblem } from './problem.ts'
import { send, type RawAnswer } from './raw-client.ts'
import { services, type ServiceName } from './services.ts'

/** Sends the whole table: sections 4 to 7, row by row. */
export function describeAnswers(host: Host): void {
  describe('answers', () => {
    const running = useServices(host)

    it.each(contractCases.map((row) => [`${row.service}: ${row.name}`, row] as const))(
      '%s',
      async (_name, { service, request, expected }) => {
        const answer = await send(running(service), request)
        if ('code' in expected)
          expectProblem(answer, expected.code, { ...expected, vary: varyOf(service) })
        else expectAccepted(answer, expected, varyOf(service))
      },
    )

    it.each(
      contractCases
        .filter(isRefusedGet)
        .map((row) => [`${row.service}: ${row.name}`, row] as const),
    )('HEAD, %s', async (_name, { service, request, expected }) => {
      const answer = await send(running(service), { ...request, method: 'HEAD' })
      if ('code' in expected)
        expectProblem(answer, expected.code, { ...expected, vary: varyOf(service), head: true })
    })
  })
}

/** Starts one of each service for the tests of a `describe`. */
export function useServices(host: Host): (name: ServiceName) => RunningApp {
  const started = new Map<ServiceName, RunningApp>()
  beforeAll(async () => {
    for (const name of Object.keys(services) as ServiceName[])
      started.set(name, await host.start(services[name]()))
  })
  afterAll(() => Promise.all([...started.values()].map((app) => app.close())))
  return (name) => {
    const app = started.get(name)
    if (app === undefined) throw new Error(`service "${name}" was not started`)
    return app
  }
}

// Where the token is not in Authorization, a cache must know which header decides, on success too.
export function varyOf(service: ServiceName): string | undefined {
  return service.startsWith('search') ? 'User-Token' : undefined
}

// The clauses of an effective filter may stand in any order.
function inOneOrder(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('filters' in body)) return body
  try {
    return { ...body, filters: canonicalJson(parseFilters(body.filters, { source: 'body' })) }
  } catch {
    return body // not bound, and no filter at all
  }
}

function isRefusedGet({ request, expected }: ContractCase): boolean {
  return 'code' in expected && request.body === undefined && request.method === undefined
}

function expectAccepted(answer: RawAnswer, expected: Accepted, vary: string | undefined): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 })
  const seen = JSON.parse(answer.body) as { identity: unknown; body: unknown; typed: unknown }
  expect(seen.identity).toStrictEqual(expected.identity)
  expect(seen.typed).toBe(expected.identity === null ? 'identity_missing' : 'the attached one')
  expect(inOneOrder(seen.body)).toStrictEqual(inOneOrder(expected.body ?? null))
  expect(answer.headers.vary).toBe(expected.identity === null ? undefined : vary)
  expect(answer.headers['www-authenticate']).toBeUndefined()
}
