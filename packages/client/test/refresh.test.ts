import { describe, expect, it, test } from 'vitest'
import { TokenRefreshError } from '../src/index.ts'
import { until } from './fixtures/clock.ts'
import { expired, refuse } from './fixtures/service.ts'
import { tokenUntil } from './fixtures/tokens.ts'
import { reasonOf, World } from './fixtures/world.ts'

const hour = 3_600_000

describe('when a token is refreshed', () => {
  it('does nothing until the first request', async () => {
    const world = await new World().start()
    world.clock.advance(24 * hour)
    expect(world.counts).toEqual({ refreshes: 0, requests: 0 })
    expect(world.source.status).toEqual({ state: 'idle' })
    expect(world.clock.pending).toEqual([])
  })

  it('asks for the first token when the first request needs it', async () => {
    const world = await new World().start()
    expect(await (await world.fetch(world.url)).text()).toBe('ok')
    expect(world.counts).toEqual({ refreshes: 1, requests: 1 })
    expect(world.states).toEqual(['refreshing', 'fresh'])
  })

  it('sends the token that it was given', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token })
    await world.fetch(world.url)
    expect(world.service.tokens).toEqual([token])
    expect(world.refreshes).toBe(0)
  })

  it.each([
    [0, 0.9],
    [0.5, 0.85],
    [0.999, 0.8],
  ])('ahead of its end, after a part of its life (random: %d)', async (random, part) => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token, random: () => random })
    world.clock.advance(part * hour - 10_000)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(0)
    world.clock.advance(20_000)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
    // That request did not wait for it; the next one has it.
    expect(world.service.tokens).toEqual([token, token])
    await until(() => world.source.status.state === 'fresh')
    await world.fetch(world.url)
    expect(world.service.tokens[2]).not.toBe(token)
    expect(world.refreshes).toBe(1)
  })

  it('a token that was old when it came, after the same part of what was left', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms - 50 * 60_000, 3600)
    await world.start({ token })
    world.clock.advance(8 * 60_000)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(0)
    world.clock.advance(60_000)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
  })

  it('before the request, where it has ended', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token })
    world.clock.advance(hour)
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
    expect(world.service.tokens).not.toContain(token)
  })

  it.each([
    'opaque',
    'a.b.c',
    'e30.e30.x',
    `x.${btoa('{"exp":"soon"}')}.x`,
    `x.${btoa('{"exp":1e300}')}.x`,
    `x.${btoa('[]')}.x`,
    `x.${btoa('null')}.x`,
  ])('never ahead of time, where the token does not say when it ends: %s', async (token) => {
    const world = await new World().start({ token })
    world.clock.advance(1000 * hour)
    await world.fetch(world.url)
    expect(world.service.tokens).toEqual([token])
    expect(world.refreshes).toBe(0)
    expect(world.source.status).toEqual({ state: 'fresh', by: 'set', expiresAt: undefined })
  })

  it('a backend that gives the same token again and again is asked a few times, not for every request', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token })
    world.refresh = () => token
    for (let second = 0; second < 3600; second += 1) {
      world.clock.advance(1000)
      await world.source.get()
      await until(() => world.source.status.state === 'fresh')
    }
    expect(world.refreshes).toBeLessThan(10)
  })

  it('claims beyond ASCII are no hindrance', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600, { name: 'Zoë ✨ \u0080', plan: '??>>~~' })
    await world.start({ token })
    expect(world.source.status).toMatchObject({ expiresAt: world.clock.ms + hour })
  })
})

describe('one refresh at a time', () => {
  test('refresh storm: 100 requests at once, one refresh', async () => {
    const world = await new World().start()
    const warnings: unknown[] = []
    const warn = (warning: unknown) => void warnings.push(warning)
    process.on('warning', warn)
    await Promise.all(Array.from({ length: 100 }, () => world.fetch(world.url)))
    await new Promise(setImmediate)
    process.off('warning', warn)
    expect(world.counts).toEqual({ refreshes: 1, requests: 100 })
    expect(warnings).toEqual([])
  })

  test('refusal storm: 100 refused requests, one refresh, each sent once more', async () => {
    const world = new World()
    const old = tokenUntil(world.clock.ms, 3600)
    world.service.answer = ({ token }, response) =>
      token === old ? refuse(response, 401, expired) : void response.end('ok')
    await world.start({ token: old })
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.fetch(world.url)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200))
    expect(world.counts).toEqual({ refreshes: 1, requests: 200 })
  })

  test('slow refresh: requests that come meanwhile wait for the same one', async () => {
    const world = await new World().start()
    let give: (token: string) => void = () => undefined
    world.refresh = () => new Promise((resolve) => (give = resolve))
    const first = world.fetch(world.url)
    await until(() => world.refreshes === 1)
    world.clock.advance(9000)
    const second = world.fetch(world.url)
    await until(() => world.clock.pending.length === 1)
    give('late')
    await Promise.all([first, second])
    expect(world.service.tokens).toEqual(['late', 'late'])
    expect(world.refreshes).toBe(1)
  })

  test('a token by hand ends the wait; what the refresh gives then is dropped', async () => {
    const world = await new World().start()
    let give: (token: string) => void = () => undefined
    let signal: AbortSignal | undefined
    world.refresh = (given) => {
      ;({ signal } = given)
      return new Promise((resolve) => (give = resolve))
    }
    const waiting = world.fetch(world.url)
    await until(() => signal !== undefined)
    world.source.set('by-hand')
    expect(signal?.aborted).toBe(true)
    give('late')
    await waiting
    expect(await world.source.get()).toBe('by-hand')
    expect(world.service.tokens).toEqual(['by-hand'])
  })

  test.each(Array.from({ length: 12 }, (_, tick) => tick))(
    'a token by hand in the very moment of the refresh is kept (%d)',
    async (ticks) => {
      const world = await new World().start()
      let give: (token: string) => void = () => undefined
      world.refresh = () => new Promise((resolve) => (give = resolve))
      const waiting = world.source.get()
      await until(() => world.refreshes === 1)
      give('late')
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
      world.source.set('by-hand')
      await waiting
      await new Promise(setImmediate)
      expect(await world.source.get()).toBe('by-hand')
    },
  )
})

describe('a refresh that fails', () => {
  test('rejecting refresh: all who wait get one error, with its cause', async () => {
    const world = await new World().start()
    const cause = new Error('the session has ended')
    world.refresh = () => Promise.reject(cause)
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => reasonOf(world.fetch(world.url))),
    )
    expect(new Set(errors).size).toBe(1)
    expect(errors[0]).toBeInstanceOf(TokenRefreshError)
    expect(errors[0]).toMatchObject({ reason: 'failed', cause, message: 'No new token: failed' })
    expect(world.counts).toEqual({ refreshes: 1, requests: 0 })
    expect(world.source.status).toEqual({ state: 'failed', error: errors[0] })
  })

  test('throwing refresh, without a promise', async () => {
    const world = await new World().start()
    const cause = new Error('no')
    world.refresh = () => {
      throw cause
    }
    expect(await reasonOf(world.source.get())).toMatchObject({ reason: 'failed', cause })
  })

  test.each([
    undefined,
    null,
    '',
    ' ',
    'two words',
    'undefined',
    'null',
    'line\nbreak',
    'é',
    7,
    {},
    ['x'],
    Symbol('x'),
    { token: 'x' },
  ])('refresh that gives no token: %s', async (given) => {
    const world = await new World().start()
    world.refresh = () => Promise.resolve(given as string)
    const error = await reasonOf(world.fetch(world.url))
    expect(error).toBeInstanceOf(TokenRefreshError)
    expect(error).toMatchObject({ reason: 'invalid', message: 'No new token: invalid' })
    expect(error).not.toHaveProperty('cause')
    expect(world.counts).toEqual({ refreshes: 1, requests: 0 })
  })

  test('hanging refresh: ends after refreshTimeout, and its signal aborts', async () => {
    const world = await new World().start({ refreshTimeout: 2000 })
    let signal: AbortSignal | undefined
    world.refresh = (given) => {
      ;({ signal } = given)
      return new Promise(() => undefined)
    }
    const waiting = reasonOf(world.fetch(world.url))
    await until(() => signal !== undefined)
    world.clock.advance(1999)
    expect(signal?.aborted).toBe(false)
    world.clock.advance(1)
    const error = await waiting
    expect(error).toMatchObject({ reason: 'timeout' })
    expect(signal?.reason).toBe(error)
    expect(world.clock.pending).toEqual([])
  })

  test('a token that comes after the time limit is dropped', async () => {
    const world = await new World().start()
    let give: (token: string) => void = () => undefined
    world.refresh = () => new Promise((resolve) => (give = resolve))
    const waiting = reasonOf(world.source.get())
    await until(() => world.refreshes === 1)
    world.clock.advance(10_000)
    await waiting
    give('late')
    await new Promise(setImmediate)
    expect(world.source.status.state).toBe('failed')
  })

  test('nobody asks again for 1 s, doubling to 30 s; a token ends it', async () => {
    const world = await new World().start()
    world.refresh = () => Promise.reject(new Error('down'))
    let refreshes = 0
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const error = await reasonOf(world.source.get())
      expect(world.refreshes).toBe((refreshes += 1))
      world.clock.advance(seconds * 1000 - 1)
      expect(await reasonOf(world.source.get())).toBe(error)
      expect(world.refreshes).toBe(refreshes)
      world.clock.advance(1)
    }
    world.refresh = () => tokenUntil(world.clock.ms, 10)
    await world.source.get()
    world.clock.advance(10_000)
    world.refresh = () => Promise.reject(new Error('down'))
    await reasonOf(world.source.get())
    world.clock.advance(1000)
    world.refresh = () => 'good'
    expect(await world.source.get()).toBe('good')
  })

  test('ahead of time: the token that still lives is used on, and nothing is rejected', async () => {
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ token })
    world.refresh = () => Promise.reject(new Error('down'))
    world.clock.advance(0.95 * hour)
    for (let i = 0; i < 10; i += 1) expect((await world.fetch(world.url)).status).toBe(200)
    expect(world.counts).toEqual({ refreshes: 1, requests: 10 })
    expect(world.source.status.state).toBe('failed')
  })

  test('after a refusal: the request rejects with the error, and the old token is not sent again', async () => {
    const world = await new World().start({ token: 'refused' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    world.refresh = () => Promise.reject(new Error('down'))
    expect(await reasonOf(world.fetch(world.url))).toMatchObject({ reason: 'failed' })
    expect(await reasonOf(world.fetch(world.url))).toMatchObject({ reason: 'failed' })
    expect(world.counts).toEqual({ refreshes: 1, requests: 1 })
  })

  test('refresh() by hand asks at once, whatever failed before', async () => {
    const world = await new World().start()
    world.refresh = () => Promise.reject(new Error('down'))
    await reasonOf(world.source.get())
    world.refresh = () => 'good'
    expect(await world.source.refresh()).toBe('good')
    expect(await world.source.get()).toBe('good')
    expect(world.refreshes).toBe(2)
  })
})
