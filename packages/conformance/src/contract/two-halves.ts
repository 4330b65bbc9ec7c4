import { describe, expect, it } from 'vitest'
import { collectOutcomes } from '../fixtures/events.ts'
import { searchToken } from '../fixtures/search.ts'
import type { Exchange, RunningApp } from '../hosts/host.ts'
import { posting, userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send } from './raw-client.ts'

/** A service in which only some of `auth.beforeBody`, the parser and `auth.afterBody` stand before the handler. */
export type HalvesApp = (
  halves: readonly ('before' | 'parser' | 'after' | 'auth' | 'unbound')[],
  handler: (exchange: Pick<Exchange, 'attached' | 'identity'>) => unknown,
) => Promise<RunningApp>

/** Section 6, for frameworks whose users place the phases themselves. */
export function describeTwoHalves(name: string, start: HalvesApp): void {
  describe(`${name}: the two halves`, () => {
    const request = posting(userToken(searchToken()), { integrationId: 'int_docs' })

    async function answered(halves: Parameters<HalvesApp>[0], given = request) {
      const seen: { attached: unknown; code: unknown }[] = []
      const app = await start(halves, (exchange) => {
        let code: unknown
        try {
          exchange.identity()
        } catch (error) {
          code = (error as { code?: unknown }).code
        }
        seen.push({ attached: exchange.attached, code })
        return { passed: true }
      })
      try {
        return { answer: await send(app, given), seen }
      } finally {
        await app.close()
      }
    }

    it('beforeBody alone attaches nothing, and identity() throws', async () => {
      const { answer, seen } = await answered(['before', 'parser'])
      expect(answer.status).toBe(200)
      expect(seen).toStrictEqual([{ attached: undefined, code: 'identity_missing' }])
    })

    it('afterBody alone is refused: nobody was verified', async () => {
      const events = collectOutcomes()
      const { answer, seen } = await answered(['parser', 'after'])
      expectProblem(answer, 'identity_missing', { vary: 'User-Token' })
      expect(seen).toEqual([])
      expect(events).toMatchObject([
        {
          phase: 'bind',
          profile: 'search-integration',
          tenantId: undefined,
          code: 'identity_missing',
        },
      ])
    })

    it('beforeBody and afterBody without a parser between are refused', async () => {
      const { answer, seen } = await answered(['before', 'after', 'parser'])
      expectProblem(answer, 'body_not_parsed', { vary: 'User-Token' })
      expect(seen).toEqual([])
    })

    it('auth before the parser is refused, though the parser would come', async () => {
      const { answer, seen } = await answered(['auth', 'parser'])
      expectProblem(answer, 'body_not_parsed', { vary: 'User-Token' })
      expect(seen).toEqual([])
    })

    it('auth before the parser lets a request without a body through', async () => {
      const { answer, seen } = await answered(['auth', 'parser'], userToken(searchToken()))
      expect(answer.status).toBe(200)
      expect(seen).toMatchObject([{ attached: { bodyBound: true }, code: undefined }])
    })

    it('afterBody twice binds twice, and changes nothing', async () => {
      const { answer, seen } = await answered(['before', 'parser', 'after', 'after'])
      expect(answer.status).toBe(200)
      expect(seen).toMatchObject([{ attached: { userId: 'usr_9' }, code: undefined }])
    })

    it('afterBody after unbound has nothing left to do', async () => {
      const { answer, seen } = await answered(['unbound', 'parser', 'after'])
      expect(answer.status).toBe(200)
      expect(seen).toMatchObject([{ attached: { bodyBound: false }, code: undefined }])
    })
  })
}
