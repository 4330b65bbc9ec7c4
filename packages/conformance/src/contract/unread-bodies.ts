import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { serving, type Host } from '../hosts/host.ts'
import { posting, userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send } from './raw-client.ts'
import { echo, search } from './services.ts'

const warnings: (Error & { code?: string })[] = []
process.on('warning', (warning) => warnings.push(warning))

/** Section 6: never a silent pass, and the log says how to mend the order. */
export function describeUnreadBodies(host: Host): void {
  it('an unread body is refused each time and warned of once', async () => {
    const app = {
      auth: search(),
      order: 'no-parser',
      routes: [{ path: '/echo', handler: echo }],
    } as const
    await serving(host, app, async (running) => {
      for (let i = 0; i < 3; i += 1)
        expectProblem(
          await send(running, posting(userToken(searchToken()), { integrationId: 'int_docs' })),
          'body_not_parsed',
          { vary: 'User-Token' },
        )
    })
    const ours = warnings.filter(({ code }) => code === 'COUNTERSIGN_BODY_NOT_PARSED')
    expect(ours).toHaveLength(1)
    for (const word of ['auth.beforeBody', 'auth.afterBody', 'auth.unbound'])
      expect(ours[0]?.message).toContain(word)
  })

  describe('a chunked body', () => {
    it.each(['after-parser', 'around-parser'] as const)('is bound like any other (%s)', (order) =>
      serving(
        host,
        { auth: search(), order, routes: [{ path: '/echo', handler: echo }] },
        async (app) => {
          const { headers = [] } = userToken(searchToken())
          const answer = await fetch(`${app.url}/echo`, {
            method: 'POST',
            headers: [
              ...headers.map(([k, v]): [string, string] => [k, v]),
              ['Content-Type', 'application/json'],
            ],
            body: new Blob(['{"filters":{"attributes":', '{"env":"prod"}}}']).stream(),
            duplex: 'half',
          })
          expect(answer.status).toBe(200)
          expect(await answer.json()).toMatchObject({
            body: { filters: { attributes: { $and: expect.arrayContaining([{ env: 'dev' }]) } } },
          })
        },
      ),
    )
  })
}
