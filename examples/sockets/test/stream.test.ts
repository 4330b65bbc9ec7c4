import { createAuthenticator, supportWidget, type AuthError } from '@countersign/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { start, until } from './harness.ts'

interface Stream {
  readonly status: number
  readonly headers: Headers
  /** What has come so far. */
  readonly text: () => string
  readonly ended: Promise<void>
  readonly cancel: () => void
}

async function open(http: string, token?: string, headers: object = {}): Promise<Stream> {
  const aborter = new AbortController()
  onTestFinished(() => aborter.abort())
  const response = await fetch(`${http}/stream`, {
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    signal: aborter.signal,
  })
  let text = ''
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const bytes of response.body as AsyncIterable<Uint8Array>)
      text += decoder.decode(bytes, { stream: true })
  }
  return {
    status: response.status,
    headers: response.headers,
    text: () => text,
    ended: read().catch(() => undefined),
    cancel: () => aborter.abort(),
  }
}

const hello = { type: 'message', text: 'hello' }
const first = 'id: 1\ndata: {"from":"user","text":"hello"}\n\n'
const second = 'id: 2\ndata: {"from":"assistant","text":"About: hello"}\n\n'
const expired = 'event: refresh\ndata: {"code":"token_expired","action":"refresh"}\n\n'

describe('a stream', () => {
  it('tells what is said, is not cached, and ends at exp with what to do', async () => {
    const { http, token, enter, clock } = await start()
    const stream = await open(http, await token('usr_42', 'ten_acme', { expiresIn: 10 }))
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers.get('cache-control')).toBe('no-store')
    const client = await enter()
    client.say(hello)
    await until(() => stream.text() === first + second)
    clock.advance(9999)
    client.say(hello)
    await until(() => stream.text().includes('id: 4'))
    expect(stream.text()).not.toContain('event:')
    clock.advance(1)
    await stream.ended
    expect(stream.text().slice(-expired.length)).toBe(expired)
  })

  it('goes on after the last event that was heard, with a new token', async () => {
    const { http, token, enter } = await start()
    const client = await enter()
    client.say(hello)
    await client.next()
    await client.next()
    const after = async (id: string): Promise<string> => {
      const stream = await open(http, await token(), { 'last-event-id': id })
      client.say(hello)
      await until(() => /About[^]*About|id: \d\n[^]*About: hello"}\n\n$/.test(stream.text()))
      stream.cancel()
      await stream.ended
      return /id: (\d+)/.exec(stream.text())?.[1] ?? 'none'
    }
    expect(await after('1')).toBe('2')
    expect(await after('4')).toBe('5')
  })

  it.each(['', '0', '-1', '1e3', '99999', '1,2', 'x'.repeat(20), '0x2', '9'.repeat(40)])(
    'tells everything it has to whoever says something else: Last-Event-ID %j',
    async (id) => {
      const { http, token, enter } = await start()
      const client = await enter()
      client.say(hello)
      await client.next()
      await client.next()
      const stream = await open(http, await token(), { 'last-event-id': id })
      await until(() => stream.text() === first + second)
    },
  )

  it('tells nobody else: another user, another tenant', async () => {
    const { http, token, enter, clock } = await start()
    const others = [
      await open(http, await token('usr_43')),
      await open(http, await token('usr_42', 'ten_globex')),
    ]
    const client = await enter()
    client.say(hello)
    await client.next()
    await client.next()
    clock.advance(60_000)
    for (const { ended, text } of others) {
      await ended
      expect(text().replaceAll(':\n\n', '')).toBe(expired)
    }
  })

  it.each([
    ['a user that is revoked', 'token_revoked'],
    ['a key that is taken out', 'token_rejected'],
  ])('ends for %s', async (_what, code) => {
    const { http, token, revoked, secrets, clock } = await start()
    const stream = await open(http, await token())
    if (code === 'token_revoked') revoked.add('usr_42')
    else secrets.set('ten_acme', 'x'.repeat(40))
    clock.advance(30_000)
    await stream.ended
    expect(stream.text()).toMatch(
      new RegExp(`event: refresh\\ndata: {"code":"${code}","action":"refresh"}\\n\\n$`),
    )
  })

  it('outlasts an outage', async () => {
    const { http, token, enter, world, clock } = await start()
    const client = await enter()
    const stream = await open(http, await token())
    world.isDown = true
    const { lookups } = world
    clock.advance(30_000)
    await until(() => world.lookups === lookups + 1) // one for both
    client.say(hello)
    await until(() => stream.text().endsWith(second))
  })

  it('says nothing after exp where a timer is late', async () => {
    const { http, token, enter, world } = await start()
    const stream = await open(http, await token('usr_42', 'ten_acme', { expiresIn: 10 }))
    const client = await enter()
    world.skew = 10_000
    client.say(hello)
    await stream.ended
    expect(stream.text()).toBe(expired)
  })

  it('holds no timer for a client that has left', async () => {
    const { http, token, clock } = await start()
    const stream = await open(http, await token())
    expect(clock.timers()).toBeGreaterThan(0)
    stream.cancel()
    await until(() => clock.timers() === 0)
  })

  it('keeps its line warm', async () => {
    const { http, token, clock } = await start()
    const stream = await open(http, await token())
    clock.advance(45_000)
    await until(() => stream.text() === ':\n\n:\n\n:\n\n')
  })

  it('that is not read is cut off, before much waits for it', async () => {
    const { http, token, enter, connections, buffered } = await start()
    const controller = new AbortController()
    onTestFinished(() => controller.abort())
    // Nothing reads the body.
    const unread = await fetch(`${http}/stream`, {
      headers: { authorization: `Bearer ${await token()}` },
      signal: controller.signal,
    })
    expect(unread.status).toBe(200)
    const text = '€'.repeat(4000)
    let agents = 0
    const before = connections.size
    while (connections.size === before + agents && agents < 40) {
      agents += 1
      const agent = await enter(await token(`usr_${agents}`, 'ten_acme', { roles: ['agent'] }))
      for (let times = 0; times < 39; times += 1) agent.say({ type: 'message', text, to: 'usr_42' })
      agent.say({ type: 'message', text: 'x', to: 'usr_0' })
      await until(() => connections.size < before + agents || agent.socket.bufferedAmount === 0)
    }
    await until(() => connections.size === before + agents - 1)
    expect(buffered()).toBeLessThan(100_000)
  })
})

describe('a stream is refused', () => {
  async function refused(stream: Stream): Promise<unknown[]> {
    await stream.ended
    const { code, action } = JSON.parse(stream.text()) as AuthError
    return [stream.status, code, action, stream.headers.get('cache-control')]
  }

  it('without a token, and with a forged one', async () => {
    const { http, token } = await start()
    expect(await refused(await open(http))).toEqual([401, 'token_missing', 'refresh', 'no-store'])
    const forged = (await token()).replace(/[^.]+$/, 'A'.repeat(43))
    expect(await refused(await open(http, forged))).toEqual([
      401,
      'token_rejected',
      'refresh',
      'no-store',
    ])
  })

  it('with a token in the query string, and with any query', async () => {
    const { http, token, world } = await start()
    const text = await token()
    for (const query of [`?token=${text}`, `?access_token=${text}`, '?a=b']) {
      const response = await fetch(`${http}/stream${query}`, {
        headers: { authorization: `Bearer ${text}` },
      })
      expect([response.status, ((await response.json()) as AuthError).code]).toEqual([
        400,
        'request_invalid',
      ])
    }
    expect(world.lookups).toBe(0)
  })

  it('with a token that has expired, also within the tolerance of the clock', async () => {
    const { http, token, clock } = await start()
    const text = await token('usr_42', 'ten_acme', { expiresIn: 5 })
    clock.advance(5000)
    expect(await refused(await open(http, text))).toEqual([
      401,
      'token_expired',
      'refresh',
      'no-store',
    ])
  })

  it('with 503 in an outage', async () => {
    const { http, token, world } = await start()
    world.isDown = true
    const stream = await open(http, await token())
    expect(stream.headers.get('retry-after')).toBe('5')
    expect(await refused(stream)).toEqual([503, 'keys_unavailable', 'retry', 'no-store'])
  })

  it('to a request that nobody signed, where a tenant takes those', async () => {
    const secret = 'x'.repeat(40)
    const tenant = { id: 'ten_acme', keys: [{ alg: 'HS256', secret }], requireUser: false } as const
    const authenticator = createAuthenticator({
      profile: supportWidget(),
      tenant,
    })
    const { http } = await start({ authenticator })
    expect(await refused(await open(http))).toEqual([401, 'token_missing', 'refresh', 'no-store'])
  })
})
