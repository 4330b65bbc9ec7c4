import { searchIntegration } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { serving, type AppDescription, type Exchange, type Host } from '../hosts/host.ts'
import { posting, userToken } from './case.ts'
import { expectProblem } from './problem.ts'
import { send, type RawRequest } from './raw-client.ts'
import { search } from './services.ts'

/** Their parsers leave `{}` where there was nothing to parse; those of the others leave nothing. */
const LEAVE_AN_OBJECT = ['Express 4', 'Koa 2', 'Koa 3']

const signed = userToken(searchToken({ filters: { attributes: { env: 'dev' } } }))
const absent: readonly (readonly [name: string, request: RawRequest])[] = [
  ['a GET', signed],
  ['an empty POST', { ...signed, method: 'POST', body: '' }],
]

/** Section 6: a request without a body, behind a parser. */
export function describeAbsentBodies(host: Host): void {
  const leavesAnObject = LEAVE_AN_OBJECT.includes(host.name)

  describe(`no body, behind a parser: ${host.name}`, () => {
    it.each(absent)('%s: what the parser alone leaves', async (_name, request) => {
      const [exchange] = await exchanges(host, {}, request)
      expect(exchange?.body).toEqual(leavesAnObject ? {} : undefined)
    })

    describe.each(['after-parser', 'around-parser'] as const)('%s', (order) => {
      it.each(absent)('%s: what was signed is all that there is', async (_name, request) => {
        const [exchange] = await exchanges(host, { auth: search(), order }, request)
        expect(exchange?.attached).toMatchObject({
          bodyBound: true,
          filters: { attributes: { env: 'dev' } },
        })
        expect(exchange?.body).toEqual(
          leavesAnObject
            ? {
                filters: { attributes: { env: 'dev' } },
                userAttributes: expect.objectContaining({ userId: 'usr_9' }) as unknown,
              }
            : undefined,
        )
      })

      it.each(absent)("body: 'required': %s need not name a tenant", async (_name, request) => {
        const auth = search({ profile: searchIntegration({ body: 'required' }) })
        const [exchange] = await exchanges(host, { auth, order }, request)
        expect(exchange?.attached).toMatchObject({ bodyBound: true })
      })

      it("body: 'required': {} that was sent names none, and is refused", async () => {
        const auth = search({ profile: searchIntegration({ body: 'required' }) })
        const seen: Exchange[] = []
        await serving(host, service({ auth, order }, seen), async (app) =>
          expectProblem(await send(app, posting(signed, {})), 'tenant_mismatch', {
            vary: 'User-Token',
          }),
        )
        expect(seen).toEqual([])
      })
    })
  })
}

type Parts = Pick<AppDescription, 'auth' | 'order'>

function service(parts: Parts, seen: Exchange[]): AppDescription {
  const handler = (exchange: Exchange): { json: {} } => {
    seen.push(exchange)
    return { json: {} }
  }
  return { ...parts, routes: [{ path: '/echo', handler }] }
}

/** What the handler saw of one request, which has to reach it. */
async function exchanges(host: Host, parts: Parts, request: RawRequest): Promise<Exchange[]> {
  const seen: Exchange[] = []
  await serving(host, service(parts, seen), async (app) => {
    expect((await send(app, request)).status).toBe(200)
  })
  expect(seen).toHaveLength(1)
  return seen
}
