import { describe, expect, it } from 'vitest'
import { tokenUntil } from './fixtures/tokens.ts'
import { reasonOf, World } from './fixtures/world.ts'

describe('listeners', () => {
  it('one that throws, or rejects, harms nobody', async () => {
    const world = await new World().start()
    const unhandled: unknown[] = []
    const hear = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', hear)
    world.source.subscribe(() => {
      throw new Error('a bug')
    })
    // oxlint-disable-next-line typescript/no-misused-promises -- the mistake that is tried here
    world.source.subscribe(() => Promise.reject(new Error('another bug')))
    const states: string[] = []
    world.source.subscribe(({ state }) => states.push(state))
    expect((await world.fetch(world.url)).status).toBe(200)
    await new Promise(setImmediate)
    process.off('unhandledRejection', hear)
    expect(states).toEqual(['refreshing', 'fresh'])
    expect(unhandled).toEqual([])
  })

  it('one that left hears nothing more; one that came during an event hears the next', async () => {
    const world = await new World().start()
    const heard: string[] = []
    const leave = world.source.subscribe(({ state }) => {
      heard.push(`first ${state}`)
      leave()
      leave()
      world.source.subscribe((status) => heard.push(`second ${status.state}`))
    })
    world.source.set('one')
    expect(heard).toEqual(['first fresh'])
    world.source.set('two')
    expect(heard).toEqual(['first fresh', 'second fresh'])
  })

  it('one that sets a token when a refresh begins: that token is sent', async () => {
    const world = await new World().start()
    world.source.subscribe(({ state }) => {
      if (state === 'refreshing') world.source.set('by-hand')
    })
    await world.fetch(world.url)
    expect(world.service.tokens).toEqual(['by-hand'])
    expect(world.source.status).toMatchObject({ state: 'fresh', by: 'set' })
  })
})

describe('status', () => {
  it('says when the token ends, on the clock of this machine', async () => {
    const world = new World()
    world.service.answer = (_request, response) => {
      response.setHeader('date', new Date(world.clock.ms - 3_600_000).toUTCString())
      response.end('ok')
    }
    world.refresh = () => tokenUntil(world.clock.ms - 3_600_000, 1800)
    await world.start()
    await world.fetch(world.url)
    await world.source.refresh()
    expect(world.source.status).toEqual({
      state: 'fresh',
      by: 'refresh',
      expiresAt: world.clock.ms + 1_800_000,
    })
  })

  it('is never about a rejected refresh that nobody waited for', async () => {
    const world = await new World().start()
    const unhandled: unknown[] = []
    const hear = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', hear)
    world.refresh = () => Promise.reject(new Error('down'))
    const aborter = new AbortController()
    const waiting = reasonOf(world.source.get({ signal: aborter.signal }))
    aborter.abort()
    await waiting
    await new Promise(setImmediate)
    process.off('unhandledRejection', hear)
    expect(unhandled).toEqual([])
    expect(world.source.status).toMatchObject({ state: 'failed', error: { reason: 'failed' } })
  })
})
