import { describe, expect, it, test } from 'vitest'
import { until } from './fixtures/clock.ts'
import { expired, refuse, stopped, unavailable } from './fixtures/service.ts'
import { tokenUntil } from './fixtures/tokens.ts'
import { reasonOf, World } from './fixtures/world.ts'

describe('refresh', () => {
  it('gets one new token, and sends the request once more', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = ({ token }, response) =>
      token === 'old' ? refuse(response, 401, expired) : void response.end('ok')
    expect(await (await world.fetch(world.url)).text()).toBe('ok')
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
    expect(world.states).toEqual(['refreshing', 'fresh'])
    expect(world.heard[0]).toEqual({ state: 'refreshing', why: 'refused' })
  })

  test('401 for ever: one retry, then the answer itself', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    const answer = await world.fetch(world.url)
    expect(answer.status).toBe(401)
    expect(answer.url).toBe(world.url)
    expect(await answer.json()).toEqual(expired)
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
    expect(world.source.status).toEqual({
      state: 'stopped',
      status: 401,
      code: 'token_expired',
      until: world.clock.ms + 30_000,
    })
  })

  it('refused again: no token and no request for 30 s, doubling to 10 min', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    await world.fetch(world.url)
    for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
      const counts = { ...world.counts }
      world.clock.advance(seconds * 1000 - 1)
      const held = await world.fetch(world.url)
      expect(held.status).toBe(401)
      expect(held.headers.get('content-type')).toBe('application/problem+json')
      expect(await held.json()).toEqual(expired)
      expect(world.counts).toEqual(counts)
      expect(await reasonOf(world.source.get())).toMatchObject({ reason: 'held' })
      world.clock.advance(1)
      await world.fetch(world.url)
      expect(world.counts).toEqual({
        refreshes: counts.refreshes + 1,
        requests: counts.requests + 1,
      })
    }
  })

  it('refused again for 100 requests at once: it holds once', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.fetch(world.url)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(world.refreshes).toBe(1)
    expect(world.service.received.length).toBeLessThanOrEqual(200)
    world.clock.advance(30_000)
    world.service.answer = (_request, response) => void response.end('ok')
    expect((await world.fetch(world.url)).status).toBe(200)
  })

  it('starts from 30 s again after a success', async () => {
    const world = await new World().start({ token: 'old' })
    const refusing: typeof world.service.answer = (_request, response) =>
      refuse(response, 401, expired)
    world.service.answer = refusing
    await world.fetch(world.url)
    world.clock.advance(30_000)
    await world.fetch(world.url)
    world.clock.advance(60_000)
    world.service.answer = (_request, response) => void response.end('ok')
    expect((await world.fetch(world.url)).status).toBe(200)
    world.service.answer = refusing
    const { refreshes } = world
    await world.fetch(world.url)
    expect(world.refreshes).toBe(refreshes + 1)
    world.clock.advance(29_999)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(refreshes + 1)
    world.clock.advance(1)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(refreshes + 2)
  })

  test('a refresh that returns the same refused token: once more, and then it holds', async () => {
    const world = await new World().start({ token: 'same' })
    world.refresh = () => 'same'
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    for (let i = 0; i < 10; i += 1) expect((await world.fetch(world.url)).status).toBe(401)
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
  })

  test('a refresh that returns the same expired token does not loop', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token })
    world.refresh = () => token
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    world.clock.advance(3_600_000)
    for (let i = 0; i < 10; i += 1) expect((await world.fetch(world.url)).status).toBe(401)
    // One since the clock says so, one since the service does.
    expect(world.counts).toEqual({ refreshes: 2, requests: 2 })
  })

  it('does not refresh for a request that another one has refreshed for already', async () => {
    const world = await new World().start({ token: 'old' })
    const slow: (() => void)[] = []
    world.service.answer = ({ token, path }, response) => {
      const answer = () =>
        token === 'old' ? refuse(response, 401, expired) : void response.end('ok')
      if (path === '/slow' && token === 'old') slow.push(answer)
      else answer()
    }
    const waiting = world.fetch(`${world.service.origin}/slow`)
    await until(() => slow.length === 1)
    await world.fetch(world.url)
    slow[0]?.()
    expect((await waiting).status).toBe(200)
    expect(world.counts).toEqual({ refreshes: 1, requests: 4 })
  })

  it('a refusal of an old token says nothing of the new one', async () => {
    const world = await new World().start({ token: 'old' })
    const slow: (() => void)[] = []
    world.service.answer = ({ path }, response) => {
      if (path === '/slow') slow.push(() => refuse(response, 401, stopped))
      else response.end('ok')
    }
    const waiting = world.fetch(`${world.service.origin}/slow`)
    await until(() => slow.length === 1)
    world.source.set('new')
    slow[0]?.()
    expect((await waiting).status).toBe(401)
    expect(await world.source.get()).toBe('new')
  })

  it('a late refusal of a token that was held to does not begin another hold', async () => {
    const world = await new World().start({ token: 'bad' })
    const slow: (() => void)[] = []
    world.service.answer = ({ path }, response) => {
      if (path === '/slow') slow.push(() => refuse(response, 401, stopped))
      else refuse(response, 401, stopped)
    }
    const waiting = world.fetch(`${world.service.origin}/slow`)
    await until(() => slow.length === 1)
    await world.fetch(world.url)
    world.clock.advance(30_000)
    slow[0]?.()
    await waiting
    world.service.answer = (_request, response) => void response.end('ok')
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.refreshes).toBe(1)
  })

  it.each([429, 500])('a new token is not proven by %d', async (status) => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = ({ token }, response) =>
      token === 'old' ? refuse(response, 401, expired) : void response.writeHead(status).end()
    expect((await world.fetch(world.url)).status).toBe(status)
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
    expect(world.source.status).toMatchObject({ until: world.clock.ms + 30_000 })
  })

  it('is only for 401: another status with this action is the answer', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 403, { action: 'refresh' })
    expect((await world.fetch(world.url)).status).toBe(403)
    expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
  })
})

describe('401 without a problem document', () => {
  const foreign: World['service']['answer'] = ({ token }, response) => {
    if (token !== 'old') return void response.end('ok')
    response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>Unauthorized</h1>')
  }

  it('counts as refresh', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = foreign
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
  })

  it('for ever: one refresh each hold, and every request is sent, since nobody said that the token is bad', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => void response.writeHead(401).end('who?')
    for (let i = 0; i < 5; i += 1) expect(await (await world.fetch(world.url)).text()).toBe('who?')
    expect(world.counts).toEqual({ refreshes: 1, requests: 6 })
    world.clock.advance(30_000)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(2)
  })

  test('lock-out: one path that always answers 401 does not keep the others from their answers', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = ({ path }, response) =>
      path === '/admin' ? void response.writeHead(401).end() : void response.end('ok')
    for (let i = 0; i < 20; i += 1) {
      expect((await world.fetch(`${world.service.origin}/admin`)).status).toBe(401)
      expect((await world.fetch(world.url)).status).toBe(200)
    }
    // …nor does it cost more than one refresh in 30 s, or more than one request each time.
    expect(world.counts).toEqual({ refreshes: 1, requests: 41 })
    world.clock.advance(30_000)
    await world.fetch(`${world.service.origin}/admin`)
    await world.fetch(`${world.service.origin}/admin`)
    expect(world.refreshes).toBe(2)
  })
})

test('lock-out: a token that ends during a hold, taken meanwhile, is replaced', async () => {
  const world = await new World().start({ token: 'old' })
  world.service.answer = (_request, response) => void response.writeHead(401).end()
  world.refresh = () => tokenUntil(world.clock.ms, 400)
  for (const seconds of [30, 60, 120, 240, 480]) {
    await world.fetch(world.url)
    world.clock.advance(seconds * 1000)
  }
  await world.fetch(world.url)
  world.service.answer = (_request, response) => void response.end('ok')
  expect((await world.fetch(world.url)).status).toBe(200)
  const { refreshes } = world
  world.clock.advance(400_000)
  const { tokens } = world.service
  expect((await world.fetch(world.url)).status).toBe(200)
  expect(world.refreshes).toBe(refreshes + 1)
  expect(tokens).not.toContain(world.service.tokens.at(-1))
})

describe('stop', () => {
  it('never sends again, and never refreshes for it', async () => {
    const world = await new World().start({ token: 'bad' })
    world.service.answer = (_request, response) => refuse(response, 401, stopped)
    expect(await (await world.fetch(world.url)).json()).toEqual(stopped)
    world.clock.advance(29_999)
    expect(await (await world.fetch(world.url)).json()).toEqual(stopped)
    expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
    world.clock.advance(1)
    world.service.answer = (_request, response) => void response.end('ok')
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
  })

  it('holds for this token only: another one starts afresh', async () => {
    const world = await new World().start({ token: 'bad' })
    world.service.answer = ({ token }, response) =>
      token === 'bad' ? refuse(response, 401, stopped) : void response.end('ok')
    await world.fetch(world.url)
    world.source.set('good')
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.source.status).toMatchObject({ state: 'fresh', by: 'set' })
    expect(world.refreshes).toBe(0)
  })

  it('refresh() by hand starts afresh too', async () => {
    const world = await new World().start({ token: 'bad' })
    world.service.answer = ({ token }, response) =>
      token === 'bad' ? refuse(response, 401, stopped) : void response.end('ok')
    await world.fetch(world.url)
    await world.source.refresh()
    expect((await world.fetch(world.url)).status).toBe(200)
  })

  it('refresh() that brings the same token: it is sent all the same', async () => {
    const world = await new World().start({ token: 'same' })
    world.service.answer = (_request, response) => refuse(response, 401, stopped)
    await world.fetch(world.url)
    world.refresh = () => 'same'
    world.service.answer = (_request, response) => void response.end('ok')
    await world.source.refresh()
    expect((await world.fetch(world.url)).status).toBe(200)
  })

  it.each([400, 403, 415, 500])('with %d keeps the token for other requests', async (status) => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = ({ path }, response) =>
      path === '/reports'
        ? refuse(response, status, { status, code: 'insufficient_role', action: 'stop' })
        : void response.end('ok')
    expect((await world.fetch(`${world.service.origin}/reports`)).status).toBe(status)
    expect(world.source.status).toEqual({
      state: 'stopped',
      status,
      code: 'insufficient_role',
      until: undefined,
    })
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.source.status).toMatchObject({ state: 'fresh', by: 'answer' })
    expect(world.counts).toEqual({ refreshes: 0, requests: 2 })
  })

  it('what one service refuses, another one may take', async () => {
    const world = await new World().start({ token: 'shared' })
    const other = await new World().start()
    const { createFetch } = await import('../src/index.ts')
    const fetchOther = createFetch(world.source, { origins: other.service.origin })
    world.service.answer = (_request, response) => refuse(response, 401, stopped)
    expect((await world.fetch(world.url)).status).toBe(401)
    expect((await fetchOther(other.url)).status).toBe(200)
    expect(other.service.tokens).toEqual(['shared'])
  })
})

describe('retry', () => {
  it('sends the same token again after a while with jitter, five times at most', async () => {
    let random = 0
    const world = await new World().start({ token: 'good', random: () => (random += 0.1) })
    world.service.answer = (_request, response) => refuse(response, 503, unavailable)
    const answer = await world.fetch(world.url)
    expect(await answer.json()).toEqual(unavailable)
    expect(world.service.tokens).toEqual(Array.from({ length: 6 }, () => 'good'))
    const delays = world.heard.flatMap((status) =>
      status.state === 'retrying' ? status.delay : [],
    )
    expect(delays).toHaveLength(5)
    for (const delay of delays) expect(delay).toBeGreaterThan(5000)
    for (const delay of delays) expect(delay).toBeLessThan(7500)
    expect(new Set(delays).size).toBe(5)
    expect(world.heard.at(-1)).toEqual({
      state: 'stopped',
      status: 503,
      code: 'keys_unavailable',
      until: undefined,
    })
    expect(world.refreshes).toBe(0)
  })

  it('recovers', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) =>
      world.service.received.length < 3
        ? refuse(response, 503, unavailable)
        : void response.end('ok')
    expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.states).toEqual(['retrying', 'retrying', 'fresh'])
  })

  it('with 401 as well (not active yet), without a refresh', async () => {
    const world = await new World().start({ token: 'early' })
    world.service.answer = (_request, response) =>
      refuse(response, 401, { code: 'token_not_active', action: 'retry', retryAfter: 10 })
    expect((await world.fetch(world.url)).status).toBe(401)
    expect(world.counts).toEqual({ refreshes: 0, requests: 6 })
  })

  it.each<[unknown, string | undefined, number]>([
    [2, undefined, 2],
    [undefined, undefined, 5],
    [undefined, '7', 7],
    [3, '7', 3],
    [0, undefined, 1],
    [1e9, undefined, 60],
    [1e308, undefined, 60],
    [-1, undefined, 5],
    [-1, '7', 7],
    ['x', undefined, 5],
    ['9', undefined, 5],
    [null, undefined, 5],
    [{}, '-3', 5],
    [[4], 'soon', 5],
    [true, '1e9', 60],
    [undefined, 'Wed, 21 Oct 2099 07:28:00 GMT', 5],
    [undefined, 'NaN', 5],
    [undefined, 'Infinity', 60],
  ])(
    'waits a time that makes sense: retryAfter %j, Retry-After %s: %d s',
    async (retryAfter, header, seconds) => {
      const world = await new World().start({ token: 'good', random: () => 0 })
      world.service.answer = (_request, response) => {
        if (world.service.received.length > 1) return void response.end('ok')
        refuse(
          response,
          503,
          { action: 'retry', retryAfter },
          header === undefined ? {} : { 'retry-after': header },
        )
      }
      await world.fetch(world.url)
      expect(world.heard[0]).toMatchObject({ state: 'retrying', delay: seconds * 1000 })
    },
  )

  it.each([429, 503])(
    '%d without a problem document is the answer, also with Retry-After',
    async (status) => {
      const world = await new World().start({ token: 'good' })
      world.service.answer = (_request, response) =>
        void response.writeHead(status, { 'retry-after': '1' }).end('busy')
      const answer = await world.fetch(world.url)
      expect([answer.status, await answer.text()]).toEqual([status, 'busy'])
      expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
    },
  )
})

describe('offline', () => {
  it('the error of fetch is the caller’s, and there is no refresh', async () => {
    const world = await new World().start({ token: 'good' })
    const closed = await new World().start()
    const { createFetch } = await import('../src/index.ts')
    const nobody = createFetch(world.source, { origins: 'http://127.0.0.1:9' })
    const error = await reasonOf(nobody('http://127.0.0.1:9/'))
    expect(error).toBeInstanceOf(TypeError)
    expect(world.source.status).toEqual({ state: 'offline' })
    expect(world.refreshes).toBe(0)
    expect(closed.refreshes).toBe(0)
    await world.fetch(world.url)
    expect(world.source.status).toMatchObject({ state: 'fresh', by: 'answer' })
  })

  it('a connection that is cut', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => void response.destroy()
    expect(await reasonOf(world.fetch(world.url))).toBeInstanceOf(TypeError)
    expect(world.source.status).toEqual({ state: 'offline' })
    expect(world.refreshes).toBe(0)
  })
})
