import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { tokenEndpoint as forExpress } from '../../src/express.ts'
import { tokenEndpoint as forFastify } from '../../src/fastify.ts'
import { tokenEndpoint as forFetch } from '../../src/fetch.ts'
import { tokenEndpoint as forKoa } from '../../src/koa.ts'
import type { TokenEndpointOptions } from '../../src/index.ts'
import { judgeOrigin } from '../../src/endpoint/origin.ts'
import { searchSigner, widgetSigner } from '../fixtures/signers.ts'

const makers = [forExpress, forKoa, forFastify, forFetch] as readonly (typeof forFetch)[]
const nobody = (): null => null

describe.each(
  makers.map((make, index) => [['express', 'koa', 'fastify', 'fetch'][index], make] as const),
)('@countersign/signer/%s', (_name, make) => {
  test.each([undefined, null, {}, { sign: true }, 'signer'])(
    'refuses %j for a signer',
    (signer) => {
      expect(() => make(signer as never, nobody)).toThrow(
        new TypeError('tokenEndpoint: the first argument must come from createSigner'),
      )
    },
  )

  test.each([undefined, null, { userId: 'u' }])('refuses %j for getUser', (getUser) => {
    expect(() => make(widgetSigner(), getUser as never)).toThrow(
      new TypeError('tokenEndpoint: the second argument must be a function'),
    )
  })

  test.each<[unknown, string]>([
    [null, 'tokenEndpoint: expected an options object'],
    [
      { origin: [] },
      'tokenEndpoint: unknown option "origin" (known: origins, allowMissingOrigin, onError)',
    ],
    [
      { origins: undefined },
      'tokenEndpoint: option "origins" is undefined; leave it out or give a value',
    ],
    [{ allowMissingOrigin: 'yes' }, 'tokenEndpoint: option "allowMissingOrigin" must be a boolean'],
    [
      { allowMissingOrigin: undefined },
      'tokenEndpoint: option "allowMissingOrigin" is undefined; leave it out or give a value',
    ],
    [{ onError: 'log' }, 'tokenEndpoint: option "onError" must be a function'],
  ])('refuses %j', (options, message) => {
    expect(() => make(widgetSigner(), nobody, options as never)).toThrow(new TypeError(message))
  })

  test.each([
    'https://docs.acme.example',
    null,
    ['*'],
    ['null'],
    [''],
    [7],
    ['docs.acme.example'],
    ['https://*.acme.example'],
    ['https://docs.acme.example/'],
    ['https://DOCS.acme.example'],
    ['https://docs.acme.example:443'],
    ['https://docs.acme.example', 'file://'],
    [/acme/],
  ])('origins %j are none that a browser sends', (origins) => {
    expect(() => make(widgetSigner(), nobody, { origins } as TokenEndpointOptions)).toThrow(
      new TypeError(
        'tokenEndpoint: option "origins" must be a list of origins as browsers write them, such as "https://docs.acme.example"',
      ),
    )
  })
})

describe('a Fetch request', () => {
  const endpoint = forFetch(searchSigner(), () => ({ userId: 'u' }))
  const ask = (url: string, headers: Record<string, string>): Promise<Response> =>
    endpoint(new Request(url, { method: 'POST', headers }))

  test('without a Host header has its host in the URL', async () => {
    const origin = 'https://app.acme.example'
    expect((await ask(`${origin}/token`, { origin })).status).toBe(200)
    expect((await ask('https://other.example/token', { origin })).status).toBe(403)
  })

  test('with one goes by that: the URL can be the inside of a proxy', async () => {
    const headers = { origin: 'https://app.acme.example', host: 'app.acme.example' }
    expect((await ask('http://internal:3000/token', headers)).status).toBe(200)
    expect(
      (await ask('https://app.acme.example/token', { ...headers, host: 'internal' })).status,
    ).toBe(403)
  })

  test('lives as long as the signer says', async () => {
    const response = await ask('https://a.example/', { 'sec-fetch-site': 'same-origin' })
    expect(await response.json()).toMatchObject({ expiresIn: 86_400 })
  })
})

test('HTTP/2 has the host in a header of another name', () => {
  const rules = { origins: new Set<string>(), allowMissing: false }
  const judge = (authority: string): boolean =>
    judgeOrigin({ headers: { ':authority': authority, origin: 'https://a.example' } }, rules)
      .isAllowed
  expect(judge('a.example')).toBe(true)
  expect(judge('b.example')).toBe(false)
})

test('a failure that nobody listens for is a process warning, once, that gives nothing away', async () => {
  const warned = vi.fn()
  process.on('warning', warned)
  const fail = (): Promise<never> => Promise.reject(new Error('canary'))
  const first = once(process, 'warning')
  const ask = (): Promise<Response> =>
    forFetch(
      widgetSigner(),
      fail,
    )(
      new Request('https://a.example/', {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin' },
      }),
    )
  expect((await ask()).status).toBe(503)
  await first
  expect((await ask()).status).toBe(503)
  await new Promise(setImmediate)
  process.off('warning', warned)
  const ours = warned.mock.calls
    .map(([warning]) => warning as Error & { code?: string })
    .filter(({ code }) => code === 'COUNTERSIGN_TOKEN_ENDPOINT')
  expect(ours.map(({ message }) => message)).toEqual([
    'A token endpoint failed. Give tokenEndpoint the option "onError" to learn why.',
  ])
})
