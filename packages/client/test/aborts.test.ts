import { describe, expect, it, test } from 'vitest'
import { until } from './fixtures/clock.ts'
import { expired, refuse, unavailable } from './fixtures/service.ts'
import { reasonOf, World } from './fixtures/world.ts'

const reason = new Error('the user went away')

describe('an abort is honoured', () => {
  test('before anything happens', async () => {
    const world = await new World().start()
    const signal = AbortSignal.abort(reason)
    expect(await reasonOf(world.fetch(world.url, { signal }))).toBe(reason)
    expect(await reasonOf(world.source.get({ signal }))).toBe(reason)
    expect(await reasonOf(world.source.refresh({ signal }))).toBe(reason)
    expect(world.counts).toEqual({ refreshes: 0, requests: 0 })
  })

  test('while the first token is fetched; who else waits for it goes on waiting', async () => {
    const world = await new World().start()
    let give: (token: string) => void = () => undefined
    let refreshing: AbortSignal | undefined
    world.refresh = ({ signal }) => {
      refreshing = signal
      return new Promise((resolve) => (give = resolve))
    }
    const aborter = new AbortController()
    const impatient = reasonOf(world.fetch(world.url, { signal: aborter.signal }))
    const request = new Request(world.url, { signal: aborter.signal })
    const another = reasonOf(world.fetch(request))
    const patient = world.fetch(world.url)
    await until(() => refreshing !== undefined)
    aborter.abort(reason)
    expect(await impatient).toBe(reason)
    expect(await another).toBe(reason)
    expect(refreshing?.aborted).toBe(false)
    give('new')
    expect((await patient).status).toBe(200)
    expect(world.counts).toEqual({ refreshes: 1, requests: 1 })
  })

  test('while the service answers', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = () => undefined
    const aborter = new AbortController()
    const waiting = reasonOf(world.fetch(world.url, { signal: aborter.signal }))
    await until(() => world.service.received.length === 1)
    aborter.abort(reason)
    expect(await waiting).toBe(reason)
    expect(world.source.status.state).toBe('fresh')
  })

  test.each([401, 403])('while a refusal is read: %d', async (status) => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/problem+json' })
      response.write('{"action":')
    }
    const aborter = new AbortController()
    const waiting = reasonOf(world.fetch(world.url, { signal: aborter.signal }))
    await until(() => world.clock.pending.length === 1)
    aborter.abort(reason)
    expect(await waiting).toBe(reason)
    expect(world.clock.pending).toEqual([])
    expect(world.refreshes).toBe(0)
  })

  test('while a refused token is replaced', async () => {
    const world = await new World().start({ token: 'old' })
    world.service.answer = (_request, response) => refuse(response, 401, expired)
    world.refresh = () => new Promise(() => undefined)
    const aborter = new AbortController()
    const waiting = reasonOf(world.fetch(world.url, { signal: aborter.signal }))
    await until(() => world.refreshes === 1)
    aborter.abort(reason)
    expect(await waiting).toBe(reason)
    expect(world.service.received).toHaveLength(1)
  })

  test('while it waits to be sent again', async () => {
    const world = await new World().start({ token: 'good' })
    const aborter = new AbortController()
    world.source.subscribe(({ state }) => {
      if (state === 'retrying') aborter.abort(reason)
    })
    world.service.answer = (_request, response) => refuse(response, 503, unavailable)
    expect(await reasonOf(world.fetch(world.url, { signal: aborter.signal }))).toBe(reason)
    expect(world.service.received).toHaveLength(1)
    expect(world.clock.pending).toEqual([])
  })

  test('while the answer is read', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => void response.write('first')
    const aborter = new AbortController()
    const answer = await world.fetch(world.url, { signal: aborter.signal })
    const reading = reasonOf(answer.text())
    aborter.abort(reason)
    expect(await reading).toBe(reason)
  })
})

describe('close', () => {
  const closed = expect.objectContaining({ name: 'AbortError' }) as unknown

  it('rejects who waits for a token, and ends the refresh', async () => {
    const world = await new World().start()
    let refreshing: AbortSignal | undefined
    world.refresh = ({ signal }) => {
      refreshing = signal
      return new Promise(() => undefined)
    }
    const waiting = Array.from({ length: 20 }, () => reasonOf(world.fetch(world.url)))
    const getting = reasonOf(world.source.get())
    await until(() => refreshing !== undefined)
    world.source.close()
    for (const error of [...(await Promise.all(waiting)), await getting])
      expect(error).toEqual(closed)
    expect(refreshing?.aborted).toBe(true)
    expect(world.clock.pending).toEqual([])
    expect(world.service.received).toEqual([])
  })

  it('rejects who waits to send again', async () => {
    const world = await new World().start({ token: 'good' })
    world.source.subscribe(({ state }) => {
      if (state === 'retrying') world.source.close()
    })
    world.service.answer = (_request, response) => refuse(response, 503, unavailable)
    expect(await reasonOf(world.fetch(world.url))).toEqual(closed)
    expect(world.clock.pending).toEqual([])
    expect(world.service.received).toHaveLength(1)
  })

  it('sends nothing any more, and knows no token any more', async () => {
    const world = await new World().start({ token: 'good' })
    world.source.close()
    world.source.close()
    world.source.set('another')
    expect(await reasonOf(world.fetch(world.url))).toEqual(closed)
    expect(await reasonOf(world.source.get())).toEqual(closed)
    expect(await reasonOf(world.source.refresh())).toEqual(closed)
    expect(world.counts).toEqual({ refreshes: 0, requests: 0 })
    expect(world.source.status).toEqual({ state: 'closed' })
    expect(world.states).toEqual(['closed'])
  })

  it('a listener that closes the source when a refresh begins: nothing is sent', async () => {
    const world = await new World().start()
    world.source.subscribe(({ state }) => {
      if (state === 'refreshing') world.source.close()
    })
    expect(await reasonOf(world.fetch(world.url))).toEqual(closed)
    expect(world.service.received).toEqual([])
  })

  it('an answer that is on its way reaches who asked, and is not sent again', async () => {
    const world = await new World().start({ token: 'good' })
    let answer: () => void = () => undefined
    world.service.answer = (_request, response) => {
      answer = () => refuse(response, 401, expired)
    }
    const waiting = world.fetch(world.url)
    await until(() => world.service.received.length === 1)
    world.source.close()
    answer()
    expect((await waiting).status).toBe(401)
    expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
  })
})
