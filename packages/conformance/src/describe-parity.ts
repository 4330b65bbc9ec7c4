import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useServices } from './contract/answers.ts'
import { contractCases } from './contract/contract-cases.ts'
import { randomRequest } from './contract/random-requests.ts'
import { ourHeaders, send, type RawAnswer, type RawRequest } from './contract/raw-client.ts'
import type { ServiceName } from './contract/services.ts'
import type { Host, RunningApp } from './hosts/host.ts'

/** Law 5: the same request gets the same answer in every framework. */
export function describeParity(hosts: readonly Host[]): void {
  describe('parity (law 5)', () => {
    const services = hosts.map((host) => [host.name, useServices(host)] as const)

    it.each(contractCases.map((row) => [`${row.service}: ${row.name}`, row] as const))(
      '%s',
      async (_name, { service, request }) => {
        await expectSame(services, service, request)
      },
    )

    it('any headers, any body', async () => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
      const numRuns = Number(process.env['RUNS'] ?? 200)
      process.stdout.write(`parity: SEED=${seed} RUNS=${numRuns}\n`)
      const seen = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(randomRequest, async ({ service, request }) => {
          const verdict = await expectSame(services, service, request)
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
        }),
        { seed, numRuns },
      )
      // A generator that only ever makes refusals, or one of them, would prove little.
      if (numRuns >= 200) {
        expect(seen.get('passed')).toBeGreaterThan(0)
        expect(seen.size).toBeGreaterThan(4)
      }
    })
  })
}

type Services = readonly (readonly [host: string, (name: ServiceName) => RunningApp])[]

/** Sends a request to every host; tells what it came to. */
async function expectSame(
  services: Services,
  service: ServiceName,
  request: RawRequest,
): Promise<string> {
  const answers = await Promise.all(
    services.map(
      async ([host, running]) => [host, judge(await send(running(service), request))] as const,
    ),
  )
  const [first, ...others] = answers
  if (first === undefined) throw new Error('no host')
  for (const [host, answer] of others)
    expect(answer, `${host} against ${first[0]}`).toStrictEqual(first[1])
  return first[1].verdict
}

/** What law 5 compares: of a refusal every byte of ours, of an answer what the handler saw. */
function judge(answer: RawAnswer): { readonly verdict: string } & Record<string, unknown> {
  const { status, body } = answer
  const parsed = JSON.parse(body) as { code?: unknown }
  if (status === 200) return { verdict: 'passed', status, vary: answer.headers.vary, seen: parsed }
  // An answer of the framework's own would be one that law 5 does not speak of.
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  return { verdict: String(parsed.code), status, headers: ourHeaders(answer), body }
}
