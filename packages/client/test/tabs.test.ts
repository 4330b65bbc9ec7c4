import { once } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { createTokenSource, type TokenSource, type TokenSourceOptions } from '../src/index.ts'
import { bundle } from './fixtures/bundle.ts'
import { Clock, until } from './fixtures/clock.ts'
import { Locks } from './fixtures/locks.ts'
import { refuse, stopped } from './fixtures/service.ts'
import { tokenUntil } from './fixtures/tokens.ts'
import { reasonOf, World } from './fixtures/world.ts'

let count = 0
/** A name that no other test has. */
const name = () => `ten_acme/usr_${process.pid}-${(count += 1)}`

/** Tabs of one browser: one clock, one backend. */
class Browser {
  readonly clock = new Clock()
  refreshes = 0
  refresh: TokenSourceOptions['onTokenRefresh'] = () => tokenUntil(this.clock.ms, 3600)

  tab(options: Partial<TokenSourceOptions> = {}): TokenSource {
    const source = createTokenSource({
      onTokenRefresh: (given) => {
        this.refreshes += 1
        return this.refresh(given)
      },
      now: this.clock.now,
      timer: this.clock.timer,
      random: () => 0.5,
      ...options,
    })
    onTestFinished(() => source.close())
    return source
  }
}

afterEach(() => vi.unstubAllGlobals())

const real = (globalThis as { navigator?: { locks?: object } }).navigator?.locks
const withLocks = () => vi.stubGlobal('navigator', { locks: real ?? new Locks() })

describe('with Web Locks', () => {
  it('ten tabs that need a token at once: one refresh', async () => {
    withLocks()
    const browser = new Browser()
    const share = name()
    const tabs = Array.from({ length: 10 }, () => browser.tab({ share }))
    const tokens = await Promise.all(tabs.map((tab) => tab.get()))
    expect(new Set(tokens).size).toBe(1)
    expect(browser.refreshes).toBe(1)
    expect(
      tabs.map(({ status }) => (status.state === 'fresh' ? status.by : '')).toSorted(),
    ).toEqual(['refresh', ...Array.from({ length: 9 }, () => 'tab')])
    expect(browser.clock.pending).toEqual([])
  })

  it('the first tab’s refresh fails: the next one tries for itself', async () => {
    withLocks()
    const browser = new Browser()
    const share = name()
    const [first, second] = [browser.tab({ share }), browser.tab({ share })]
    browser.refresh = () => {
      if (browser.refreshes === 1) throw new Error('down')
      return 'good'
    }
    const failed = reasonOf(first.get())
    const waiting = second.get()
    expect(await failed).toMatchObject({ reason: 'failed' })
    await until(() => browser.clock.pending.includes(250))
    browser.clock.advance(250)
    expect(await waiting).toBe('good')
    expect(browser.refreshes).toBe(2)
  })

  it('a tab that hangs keeps the others waiting for a while, and not for ever', async () => {
    withLocks()
    const browser = new Browser()
    const share = name()
    const [first, second] = [
      browser.tab({
        share,
        refreshTimeout: 120_000,
        onTokenRefresh: () => new Promise(() => undefined),
      }),
      browser.tab({ share, refreshTimeout: 5000 }),
    ]
    const hanging = first.get()
    const waiting = second.get()
    await until(() => browser.clock.pending.includes(5000))
    await setImmediate()
    expect(browser.refreshes).toBe(0)
    browser.clock.advance(5000)
    const token = await waiting
    expect(browser.refreshes).toBe(1)
    // The one that hangs takes it as well.
    expect(await hanging).toBe(token)
  })

  it('a tab whose patience ends while it waits for a token asks once', async () => {
    withLocks()
    const browser = new Browser()
    const share = name()
    const failing = () => Promise.reject(new Error('down'))
    const first = browser.tab({ share, onTokenRefresh: failing })
    const second = browser.tab({ share, refreshTimeout: 200 })
    browser.refresh = () => new Promise(() => undefined)
    const failed = reasonOf(first.get())
    const waiting = reasonOf(second.get())
    await failed
    await until(() => browser.clock.pending.includes(250))
    browser.clock.advance(200)
    await until(() => browser.refreshes === 1)
    browser.clock.advance(50)
    await setTimeout(10)
    expect(browser.refreshes).toBe(1)
    browser.clock.advance(150)
    expect(await waiting).toMatchObject({ reason: 'timeout' })
  })

  it('a tab that is closed in the middle lets the next one go ahead', async () => {
    withLocks()
    const browser = new Browser()
    const share = name()
    const [first, second] = [
      browser.tab({ share, onTokenRefresh: () => new Promise(() => undefined) }),
      browser.tab({ share }),
    ]
    const closed = reasonOf(first.get())
    const waiting = second.get()
    await setImmediate()
    first.close()
    expect(await closed).toMatchObject({ name: 'AbortError' })
    await until(() => browser.clock.pending.includes(250))
    browser.clock.advance(250)
    await waiting
    expect(browser.refreshes).toBe(1)
  })

  it.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw new Error('SecurityError')
      },
    ],
    ['reject', () => Promise.reject(new Error('SecurityError'))],
  ])('that %s: the tab refreshes for itself', async (_name, request) => {
    vi.stubGlobal('navigator', { locks: { request } })
    const browser = new Browser()
    expect(await browser.tab({ share: name() }).get()).toBeTruthy()
    expect(browser.refreshes).toBe(1)
  })
})

describe('without Web Locks', () => {
  it.each([
    ['no navigator', undefined],
    ['no locks', {}],
  ])('a tab takes the token that another one got (%s)', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator)
    const browser = new Browser()
    const share = name()
    const [first, second] = [browser.tab({ share }), browser.tab({ share })]
    const token = await first.get()
    await until(() => second.status.state === 'fresh')
    expect(await second.get()).toBe(token)
    expect(browser.refreshes).toBe(1)
  })

  it('no channels, or none for this page: each tab for itself', async () => {
    for (const channel of [
      undefined,
      function Refused() {
        throw new Error('SecurityError')
      },
    ]) {
      vi.stubGlobal('BroadcastChannel', channel)
      const browser = new Browser()
      const share = name()
      await browser.tab({ share }).get()
      await browser.tab({ share }).get()
      expect(browser.refreshes).toBe(2)
    }
  })
})

describe('whose token it is', () => {
  /** What a tab has after it was sent this token. */
  async function offered(
    own: string | undefined,
    next: unknown,
    clock = new Clock(),
  ): Promise<string | undefined> {
    const share = name()
    const browser = new Browser()
    browser.clock.ms = clock.ms
    const tab = browser.tab({ share, ...(own !== undefined && { token: own }) })
    const channel = new BroadcastChannel(`countersign:${share}`)
    onTestFinished(() => channel.close())
    const arrived = new BroadcastChannel(`countersign:${share}`)
    const delivered = once(arrived, 'message')
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    channel.postMessage(next)
    await delivered
    arrived.close()
    await setImmediate()
    return tab.status.state === 'fresh' ? tab.get() : undefined
  }

  const clock = new Clock()
  const mine = tokenUntil(clock.ms, 3600)

  it('a newer token of the same user is taken', async () => {
    const newer = tokenUntil(clock.ms + 60_000, 3600)
    expect(await offered(mine, newer)).toBe(newer)
    expect(await offered(undefined, newer)).toBe(newer)
    expect(await offered('opaque', 'opaque-too')).toBe('opaque-too')
  })

  it.each([
    { userId: 'usr_1' },
    { tenantId: 'ten_other' },
    { userRoles: ['admin'] },
    { sub: 'usr_1' },
    { filters: { attributes: { env: 'prod' } } },
    { userId: undefined },
  ])('cross-user: a token that says something else is not: %j', async (claims) => {
    expect(await offered(mine, tokenUntil(clock.ms + 60_000, 3600, claims))).toBe(mine)
  })

  it('an older one is taken in place of one that was refused; then a hold ends, and the next is longer', async () => {
    const share = name()
    const world = new World()
    const token = tokenUntil(world.clock.ms, 3600)
    await world.start({ share, token })
    world.service.answer = (_request, response) => refuse(response, 401, stopped)
    await world.fetch(world.url)
    const channel = new BroadcastChannel(`countersign:${share}`)
    onTestFinished(() => channel.close())
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    channel.postMessage(tokenUntil(world.clock.ms - 60_000, 3600))
    await until(() => world.source.status.state === 'fresh')
    expect(await world.source.get()).not.toBe(token)
    await world.fetch(world.url)
    expect(world.source.status).toMatchObject({ state: 'stopped', until: world.clock.ms + 60_000 })
    expect(world.counts).toEqual({ refreshes: 0, requests: 2 })
  })

  it('an older token, the same one, and one that cannot be read are not', async () => {
    expect(await offered(mine, tokenUntil(clock.ms - 60_000, 3600))).toBe(mine)
    expect(await offered(mine, mine)).toBe(mine)
    expect(await offered(mine, 'opaque')).toBe(mine)
  })

  it.each([undefined, null, 7, {}, [], '', 'two words', 'undefined', { token: 'x' }, new Map()])(
    'hostile message: %s',
    async (message) => {
      expect(await offered(mine, message)).toBe(mine)
      expect(await offered(undefined, message)).toBe(undefined)
    },
  )

  it('nothing is shared unless told so, nor across names', async () => {
    withLocks()
    const browser = new Browser()
    const [share, other] = [name(), name()]
    const tabs = [
      browser.tab({ share }),
      browser.tab({ share: other }),
      browser.tab(),
      browser.tab({ share: false }),
    ]
    const tokens = await Promise.all(tabs.map((tab) => tab.get()))
    expect(new Set(tokens).size).toBe(4)
    await setTimeout(10)
    expect(await Promise.all(tabs.map((tab) => tab.get()))).toEqual(tokens)
  })

  it('a token that was set by hand is not shared', async () => {
    const browser = new Browser()
    const share = name()
    const [first, second, third] = [
      browser.tab({ share }),
      browser.tab({ share }),
      browser.tab({ share }),
    ]
    first.set('by-hand')
    await second.get()
    await until(() => third.status.state === 'fresh')
    expect(await third.get()).toBe(await second.get())
  })

  it('a closed tab hears nothing', async () => {
    const browser = new Browser()
    const share = name()
    const [first, second] = [browser.tab({ share }), browser.tab({ share })]
    const refreshing = first.get()
    second.close()
    await refreshing
    await setImmediate()
    expect(second.status).toEqual({ state: 'closed' })
  })
})

test('two threads, as two tabs are: the second one has the token of the first', async () => {
  const browser = new Browser()
  const share = name()
  const { code } = await bundle()
  const program = `
    const { parentPort } = require('node:worker_threads')
    const url = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)})
    import(url).then(({ createTokenSource }) => {
      const source = createTokenSource({
        share: ${JSON.stringify(share)},
        onTokenRefresh: () => 'of-the-worker',
      })
      source.subscribe(({ by }) => {
        if (by === 'tab') source.get().then((token) => parentPort.postMessage(token))
      })
      parentPort.postMessage('ready')
    })
    parentPort.on('message', () => undefined)
  `
  const worker = new Worker(program, { eval: true })
  onTestFinished(async () => void (await worker.terminate()))
  const source = browser.tab({ share })
  expect(await once(worker, 'message')).toEqual(['ready'])
  const heard = once(worker, 'message')
  const token = await source.get()
  expect(await heard).toEqual([token])
})
