// One contract for the endpoints of all frameworks, over a socket.
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { runInNewContext } from 'node:vm'
import express from 'express'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { documentCode } from '../../../core/test/documents/customer-backend.ts'
import { tokenEndpoint as forExpress } from '../../src/express.ts'
import { NOW, widgetGateway, widgetSigner } from '../fixtures/signers.ts'
import { hosts, PATH, start, type Answered, type Running, type Site } from './hosts.ts'

const COOKIE = 'sid=mia'
const getUser = vi.fn((cookie: string | undefined) =>
  cookie === COOKIE ? { userId: 'usr_42', userRoles: ['user'] } : null,
)
afterEach(() => getUser.mockClear())

const site: Site = { signer: widgetSigner(), getUser }
const BROWSER = { 'sec-fetch-site': 'same-origin', cookie: COOKIE }
const FRIEND = 'https://docs.acme.example'

/** That a request was refused for where it comes from, without a word about who is signed in. */
function expectRefused(answer: Answered): void {
  expect(answer.status).toBe(403)
  expect(answer.json()).toMatchObject({ code: 'origin_refused', status: 403, action: 'stop' })
  expect(getUser).not.toHaveBeenCalled()
  expect(corsHeadersOf(answer)).toEqual([])
}

const corsHeadersOf = (answer: Answered): string[] =>
  Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))

describe.each(hosts)('$name', (host) => {
  const running = (more: Partial<Site> = {}): Promise<Running> => start(host, { ...site, ...more })

  describe('a page of the site', () => {
    test('gets a token for whoever is signed in, and nobody keeps it', async () => {
      const { ask, origin } = await running()
      const answer = await ask({ ...BROWSER, origin })
      expect(answer.status).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        vary: 'Origin',
      })
      expect(corsHeadersOf(answer)).toEqual([])
      const { token, expiresIn } = answer.json() as { token: string; expiresIn: number }
      expect(expiresIn).toBe(3600)
      expect(await widgetGateway().verify(token)).toMatchObject({
        userId: 'usr_42',
        userRoles: ['user'],
        issuedAt: NOW,
      })
    })

    test('is what the first document shows: its onTokenRefresh reads the token', async () => {
      const { ask, origin } = await running()
      let refresh: (() => Promise<string>) | undefined
      runInNewContext(documentCode('widget-init.js'), {
        initialToken: 'expired',
        AISupportWidget: {
          init: (options: { onTokenRefresh: () => Promise<string> }) =>
            (refresh = options.onTokenRefresh),
        },
        // What a browser adds.
        async fetch(path: string, { method, credentials }: RequestInit) {
          expect([path, credentials]).toEqual([PATH, 'include'])
          const answer = await ask({ ...BROWSER, origin }, { method: method ?? 'GET' })
          return { json: () => Promise.resolve(answer.json()) }
        },
      })
      const token = (await refresh?.()) ?? ''
      expect((await widgetGateway().verify(token)).userId).toBe('usr_42')
    })

    test.each(['http', 'https'])(
      'in a browser that does not send Sec-Fetch-Site, or without TLS: %s, by Origin and Host',
      async (scheme) => {
        const { ask, host: own } = await running()
        expect((await ask({ cookie: COOKIE, origin: `${scheme}://${own}` })).status).toBe(200)
      },
    )

    test('behind a proxy that leaves out or adds the default port', async () => {
      const { ask } = await running()
      const asked = async (origin: string, own: string): Promise<number> =>
        (await ask({ cookie: COOKIE, origin, host: own })).status
      expect(await asked('https://app.acme.example', 'app.acme.example')).toBe(200)
      expect(await asked('https://app.acme.example', 'app.acme.example:443')).toBe(200)
      expect(await asked('http://app.acme.example', 'APP.acme.example:80')).toBe(200)
      expect(await asked('http://[::1]:3000', '[::1]:3000')).toBe(200)
      expect(await asked('https://app.acme.example', 'app.acme.example:80')).toBe(403)
    })

    test('under a strict referrer policy (Origin: null), by the browser’s own word', async () => {
      const { ask } = await running()
      expect((await ask({ ...BROWSER, origin: 'null' })).status).toBe(200)
    })
  })

  describe('nobody', () => {
    test.each([null, undefined])('getUser says %s: 401, and nobody keeps it', async (nobody) => {
      const { ask } = await running({ getUser: () => Promise.resolve(nobody) })
      const answer = await ask(BROWSER)
      expect(answer.status).toBe(401)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
      })
      expect(answer.json()).toEqual({
        type: 'https://github.com/countersign/countersign/blob/main/docs/guides/signing.md#not_signed_in',
        title: 'Not signed in',
        status: 401,
        detail: 'Nobody is signed in.',
        code: 'not_signed_in',
        action: 'stop',
      })
    })

    test('no cookie', async () => {
      const { ask } = await running()
      expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(401)
    })
  })

  describe('methods', () => {
    test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
      '%s is refused before anybody is looked up: a link or an image must not mint a token',
      async (method) => {
        const { ask } = await running()
        const answer = await ask(BROWSER, { method })
        expect(answer.status).toBe(405)
        expect(answer.headers).toMatchObject({ allow: 'POST', 'cache-control': 'no-store' })
        if (method !== 'HEAD') expect(answer.json()).toMatchObject({ code: 'method_not_allowed' })
        expect(getUser).not.toHaveBeenCalled()
      },
    )

    test('a header that names another method changes nothing', async () => {
      const { ask } = await running()
      const override = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' }
      expect((await ask({ ...BROWSER, ...override }, { method: 'GET' })).status).toBe(405)
    })
  })

  describe('cross-site request forgery', () => {
    const attacks: readonly (readonly [string, (own: Running) => Record<string, string>])[] = [
      [
        'a form of another site',
        () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
      ],
      [
        'a page of a sibling, which can be somebody else’s',
        () => ({ 'sec-fetch-site': 'same-site', origin: 'https://user-content.acme.example' }),
      ],
      [
        'another site that claims our origin',
        ({ origin }) => ({ 'sec-fetch-site': 'cross-site', origin }),
      ],
      [
        'a sandboxed frame (Origin: null)',
        () => ({ 'sec-fetch-site': 'cross-site', origin: 'null' }),
      ],
      ['a sandboxed frame in an old browser', () => ({ origin: 'null' })],
      ['a bookmark or an extension', () => ({ 'sec-fetch-site': 'none' })],
      ['a value of Sec-Fetch-Site that is not known', () => ({ 'sec-fetch-site': 'Same-Origin' })],
      ['an empty Sec-Fetch-Site', ({ origin }) => ({ 'sec-fetch-site': '', origin })],
      ['neither header', () => ({})],
      ['an empty Origin', () => ({ origin: '' })],
      ['another origin', () => ({ origin: 'http://evil.example' })],
      ['another port', ({ port }) => ({ origin: `http://127.0.0.1:${port === 1 ? 2 : 1}` })],
      ['no port', () => ({ origin: 'http://127.0.0.1' })],
      [
        'our origin as a subdomain of theirs',
        ({ origin }) => ({ origin: `${origin}.evil.example` }),
      ],
      ['our origin as a user of theirs', ({ origin }) => ({ origin: `${origin}@evil.example` })],
      ['our origin and a path', ({ origin }) => ({ origin: `${origin}/` })],
      ['our origin after theirs', ({ origin }) => ({ origin: `http://evil.example ${origin}` })],
      [
        'our origin and theirs, joined',
        ({ origin }) => ({ origin: `${origin}, http://evil.example` }),
      ],
      ['our host without a scheme', ({ host: own }) => ({ origin: own })],
      ['our host in another scheme', ({ host: own }) => ({ origin: `ftp://${own}` })],
      ['a file', () => ({ origin: 'file://' })],
      ['an extension', () => ({ origin: 'chrome-extension://abcdefghijklmnop' })],
      ['a Referer in place of an Origin', ({ origin }) => ({ referer: `${origin}/` })],
      ['a Host that is no host', () => ({ origin: 'http://a.example', host: 'a.example/x' })],
      ['a Host with a user', () => ({ origin: 'http://a.example', host: 'x@a.example' })],
      [
        'forwarding headers, which anybody can send',
        () => ({
          origin: 'https://evil.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          'x-original-host': 'evil.example',
          forwarded: 'host=evil.example;proto=https',
        }),
      ],
    ]

    test.each(attacks)('%s: refused', async (_name, headersOf) => {
      const own = await running()
      expectRefused(await own.ask({ cookie: COOKIE, ...headersOf(own) }))
    })

    test('a header twice: refused, whichever comes first', async () => {
      const { ask, origin } = await running()
      const twice = (name: string, a: string, b: string): string[] => [
        'cookie',
        COOKIE,
        name,
        a,
        name,
        b,
      ]
      expectRefused(await ask(twice('sec-fetch-site', 'same-origin', 'cross-site')))
      expectRefused(await ask(twice('sec-fetch-site', 'cross-site', 'same-origin')))
      expectRefused(await ask(twice('origin', origin, 'https://evil.example')))
      expectRefused(await ask(twice('origin', 'https://evil.example', origin)))
    })

    test('a form with a body of any type is no better', async () => {
      const { ask } = await running()
      const headers = {
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
        cookie: COOKIE,
      }
      const forms = ['text/plain', 'application/x-www-form-urlencoded', 'application/json']
      const statuses: number[] = []
      for (const type of forms)
        statuses.push((await ask({ ...headers, 'content-type': type }, { body: '{}' })).status)
      // Fastify refuses types that nobody parses before any handler runs.
      for (const status of statuses) expect([403, 415]).toContain(status)
      expect(getUser).not.toHaveBeenCalled()
    })

    test('behind a proxy that changes Host: Sec-Fetch-Site counts, Origin alone does not', async () => {
      const { ask } = await running()
      const proxied = { cookie: COOKIE, origin: 'https://app.acme.example', host: 'internal:3000' }
      expectRefused(await ask(proxied))
      expect((await ask({ ...proxied, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
      const named = await running({ options: { origins: ['https://app.acme.example'] } })
      expect((await named.ask(proxied)).status).toBe(200)
    })

    test('DNS rebinding: the page of the other name has the cookies of the other name, so nobody is signed in', async () => {
      const { ask, port } = await running()
      const own = `rebound.evil.example:${port}`
      const answer = await ask({
        'sec-fetch-site': 'same-origin',
        origin: `http://${own}`,
        host: own,
      })
      expect([answer.status, (answer.json() as { code: string }).code]).toEqual([
        401,
        'not_signed_in',
      ])
    })
  })

  describe('allowMissingOrigin', () => {
    test('lets apps and scripts pass, and changes nothing for what says where it comes from', async () => {
      const { ask } = await running({ options: { allowMissingOrigin: true } })
      expect((await ask({ cookie: COOKIE })).status).toBe(200)
      getUser.mockClear()
      expectRefused(await ask({ cookie: COOKIE, 'sec-fetch-site': 'cross-site' }))
      expectRefused(await ask({ cookie: COOKIE, origin: 'https://evil.example' }))
      expectRefused(await ask({ cookie: COOKIE, origin: 'null' }))
      expectRefused(await ask({ cookie: COOKIE, origin: '' }))
    })
  })

  describe('origins', () => {
    const options = { origins: [FRIEND, 'http://localhost:5173'] }
    const fromFriend = { 'sec-fetch-site': 'cross-site', origin: FRIEND, cookie: COOKIE }

    test('a page of a named origin gets a token, and may read it', async () => {
      const { ask } = await running({ options })
      for (const origin of options.origins) {
        const answer = await ask({ ...fromFriend, origin })
        expect(answer.status).toBe(200)
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'Date, Retry-After',
          vary: 'Origin',
        })
      }
    })

    test('and may read why it gets none', async () => {
      const { ask } = await running({ options })
      const nobody = await ask({ ...fromFriend, cookie: '' })
      expect([nobody.status, nobody.headers['access-control-allow-origin']]).toEqual([401, FRIEND])
      const down = await start(host, {
        ...site,
        options: { ...options, onError: vi.fn() },
        getUser: () => Promise.reject(new Error('down')),
      })
      const answer = await down.ask(fromFriend)
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([503, FRIEND])
    })

    test('the endpoint’s own pages need not be named', async () => {
      const { ask, origin } = await running({ options })
      const answer = await ask({ ...BROWSER, origin })
      expect([answer.status, corsHeadersOf(answer)]).toEqual([200, []])
    })

    test.each([
      'https://docs.acme.example.evil.example',
      'https://evil.example/https://docs.acme.example',
      'https://sub.docs.acme.example',
      'https://acme.example',
      'http://docs.acme.example',
      'https://docs.acme.example:8443',
      'https://docs.acme.example.',
      'https://DOCS.acme.example',
      'https://docs.acme.example/',
      'https://docs.acme.example@evil.example',
      'https://docsXacme.example',
      'null',
      '*',
    ])('compared exactly: %s is refused', async (origin) => {
      const { ask } = await running({ options })
      expectRefused(await ask({ ...fromFriend, origin }))
      expectRefused(await ask({ cookie: COOKIE, origin }))
    })

    test('a preflight of a named origin passes, without anybody being looked up', async () => {
      const { ask } = await running({ options })
      const answer = await ask(
        {
          origin: FRIEND,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-csrf-token',
        },
        { method: 'OPTIONS' },
      )
      expect([answer.status, answer.body]).toEqual([204, ''])
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': FRIEND,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type,x-csrf-token',
        'access-control-max-age': '600',
        vary: 'Origin',
      })
      expect(getUser).not.toHaveBeenCalled()
    })

    test('what a preflight asks for is repeated only if it is names of headers', async () => {
      const { ask } = await running({ options })
      const preflight = { origin: FRIEND, 'access-control-request-method': 'POST' }
      for (const names of ['x y', 'a;b', '<script>', 'a,,b', 'a, \u00e9'])
        expect(
          (
            await ask(
              { ...preflight, 'access-control-request-headers': names },
              { method: 'OPTIONS' },
            )
          ).headers['access-control-allow-headers'],
        ).toBeUndefined()
    })

    test('a preflight of any other origin is refused', async () => {
      const { ask } = await running({ options })
      const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
      expectRefused(await ask(preflight, { method: 'OPTIONS' }))
    })

    test('405 names both methods, and a named origin may read it', async () => {
      const { ask } = await running({ options })
      const { status, headers } = await ask(fromFriend, { method: 'GET' })
      expect([status, headers.allow, headers['access-control-allow-origin']]).toEqual([
        405,
        'POST, OPTIONS',
        FRIEND,
      ])
    })
  })

  describe('failures', () => {
    const canary = 'canary-of-the-session-store'
    const failing = [
      [
        'throws',
        () => {
          throw new Error(canary)
        },
      ],
      ['rejects', () => Promise.reject(new Error(canary))],
      ['rejects with no error at all', () => Promise.reject(canary)],
    ] as const

    test.each(failing)(
      'getUser %s: 503, the page learns no more, onError learns all',
      async (_name, fail) => {
        const onError = vi.fn()
        const { ask } = await running({ getUser: fail, options: { onError } })
        const answer = await ask(BROWSER)
        expect(answer.status).toBe(503)
        expect(answer.headers).toMatchObject({
          'retry-after': '5',
          'cache-control': 'no-store',
          'content-type': 'application/problem+json; charset=utf-8',
        })
        expect(answer.json()).toMatchObject({
          code: 'user_unavailable',
          action: 'retry',
          retryAfter: 5,
        })
        expect(answer.body + JSON.stringify(answer.headers)).not.toContain(canary)
        expect(onError).toHaveBeenCalledOnce()
        expect(String(onError.mock.calls[0]?.[0])).toContain(canary)
      },
    )

    test('a user that cannot be signed: 500, since asking again is of no use', async () => {
      const onError = vi.fn()
      const bad = { userId: canary, plan: undefined as unknown as string }
      const { ask } = await running({ getUser: () => bad, options: { onError } })
      const answer = await ask(BROWSER)
      expect([answer.status, answer.headers['cache-control']]).toEqual([500, 'no-store'])
      expect(answer.json()).toMatchObject({ code: 'signing_failed', action: 'stop' })
      expect(answer.body).not.toContain(canary)
      expect(onError).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ code: 'undefined_value', pointer: '/plan' }),
      )
    })

    test.each([
      () => Promise.reject(new Error(canary)),
      () => {
        throw new Error(canary)
      },
    ])('an onError that fails itself changes nothing', async (onError) => {
      const { ask } = await running({
        getUser: () => Promise.reject(new Error('down')),
        options: { onError },
      })
      expect((await ask(BROWSER)).status).toBe(503)
    })
  })
})

describe.each(hosts.filter(({ name }) => name !== 'Fetch'))('$name', (host) => {
  test('a Vary of what stands before it is kept', async () => {
    const { ask } = await start(host, { ...site, headers: { vary: 'Accept-Encoding' } })
    expect((await ask(BROWSER)).headers.vary).toBe('Accept-Encoding, Origin')
  })
})

describe.each(hosts.filter(({ leavesBodies }) => leavesBodies))('$name', (host) => {
  test('a large body that nobody reads ends the connection, and is not waited for', async () => {
    const { ask } = await start(host, site)
    const answer = await ask({ ...BROWSER, 'content-length': '1000000000' }, { body: 'x' })
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close'])
    const chunked = await ask({ ...BROWSER, 'transfer-encoding': 'chunked' }, { body: 'x' })
    expect([chunked.status, chunked.headers.connection]).toEqual([200, 'close'])
    expect((await ask(BROWSER, { body: 'x' })).headers.connection).toBe('keep-alive')
  })
})

test('Express: where an answer has begun already, it is broken off, and no token is added to it', async () => {
  const app = express()
  app.use((_req, res, next) => {
    res.write('something else')
    next()
  })
  app.use(forExpress(widgetSigner(), () => ({ userId: 'u' })))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asked = fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  await expect(asked.then((response) => response.text())).rejects.toThrow(TypeError)
})

test('every refusal is explained in the guide', () => {
  const guide = readFileSync(new URL('../../../../docs/guides/signing.md', import.meta.url), 'utf8')
  const source = readFileSync(new URL('../../src/endpoint/answers.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}(\w+): \{$/gm)].map(([, code]) => code)
  expect(codes).toHaveLength(5)
  for (const code of codes) expect(guide).toContain(`\n### ${code}\n`)
})
