import { describe, expect, it } from 'vitest'
import { until } from './fixtures/clock.ts'
import { expired, refuse } from './fixtures/service.ts'
import { tokenUntil } from './fixtures/tokens.ts'
import { World } from './fixtures/world.ts'

const hour = 3_600_000
const day = 24 * hour

/** A service and a backend with the right time; the page's clock is off by so much. */
async function skewed(ahead: number, { readable = true, token = true } = {}): Promise<World> {
  const world = new World()
  const time = () => world.clock.ms - ahead
  world.refresh = () => tokenUntil(time(), 3600)
  world.service.answer = (request, response) => {
    if (readable) response.setHeader('date', new Date(time()).toUTCString())
    const { exp } = JSON.parse(atob(request.token.split('.')[1] ?? '')) as { exp: number }
    if (time() >= exp * 1000) refuse(response, 401, expired)
    else response.end('ok')
  }
  return world.start(token ? { token: tokenUntil(time(), 3600) } : {})
}

describe.each([
  ['a day ahead', day],
  ['a day behind', -day],
  ['right', 0],
  ['12 years ahead', 12 * 365 * day],
])('a clock that is %s', (_name, ahead) => {
  it.each([
    ['Date can be read', true],
    ['Date cannot be read', false],
  ])('ten hours of requests: ten refreshes or so, and no refusal (%s)', async (_, readable) => {
    const world = await skewed(ahead, { readable })
    for (let minute = 0; minute < 600; minute += 5) {
      expect((await world.fetch(world.url)).status).toBe(200)
      await until(() => world.source.status.state === 'fresh')
      world.clock.advance(5 * 60_000)
    }
    expect(world.refreshes).toBeGreaterThanOrEqual(9)
    expect(world.refreshes).toBeLessThanOrEqual(13)
  })
})

describe('learned from Date', () => {
  it('after the first answer a token is refreshed ahead of its end, without a refusal', async () => {
    const world = await skewed(-day, { token: false })
    await world.fetch(world.url)
    world.clock.advance(0.86 * hour)
    await world.fetch(world.url)
    await until(() => world.refreshes === 2)
    expect(world.service.received).toHaveLength(2)
  })

  it('also on a clock that is ahead, where a new token looks as if it had ended', async () => {
    const world = await skewed(day, { token: false })
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
    world.clock.advance(0.86 * hour)
    await world.fetch(world.url)
    await until(() => world.refreshes === 2)
    expect(world.service.received).toHaveLength(2)
  })

  it.each([
    '',
    'soon',
    'NaN',
    '0',
    '-1',
    new Date(8.64e15).toUTCString(),
    'Thu, 01 Jan 1970 00:00:00 GMT',
  ])('a hostile Date costs no refreshes: %s', async (date) => {
    const world = new World()
    world.service.answer = (_request, response) => {
      response.setHeader('date', date)
      response.end('ok')
    }
    await world.start({ token: tokenUntil(world.clock.ms, 3600) })
    for (let i = 0; i < 20; i += 1) await world.fetch(world.url)
    expect(world.refreshes).toBe(0)
  })

  it('a Date that jumps back and forth costs no refreshes', async () => {
    const world = new World()
    world.service.answer = (_request, response) => {
      const jump = world.service.received.length % 2 === 0 ? day : -day
      response.setHeader('date', new Date(world.clock.ms + jump).toUTCString())
      response.end('ok')
    }
    await world.start({ token: tokenUntil(world.clock.ms, 3600) })
    for (let i = 0; i < 20; i += 1) {
      await world.fetch(world.url)
      world.clock.advance(1000)
    }
    expect(world.refreshes).toBe(0)
  })

  it('a hold does not grow when the clock is set back', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    await world.fetch(world.url)
    world.clock.ms -= day
    await world.fetch(world.url)
    expect(world.refreshes).toBe(2)
  })
})
