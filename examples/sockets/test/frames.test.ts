import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { roundTrip, start, until } from './harness.ts'

const hello = { type: 'message', text: 'hello' }

/** A frame as it goes over the wire; what a library would not send, too. */
function rawFrame(first: number, payload: Buffer, { masked = true } = {}): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([first, length])
      : Buffer.from([first, 126, length >> 8, length & 0xff])
  if (!masked) return Buffer.concat([head, payload])
  head[1] = (head[1] as number) | 0x80
  return Buffer.concat([head, Buffer.alloc(4), payload]) // masked with zeros
}

const TEXT = 0x81

describe('a frame', () => {
  it('that is huge closes with 1009, before it has arrived', async () => {
    const { knock } = await start()
    const client = await knock()
    client.say({ type: 'authenticate', token: 'a'.repeat(1_000_000) })
    expect(await client.closed).toBe('1009')
  })

  it('that says it will be huge closes with 1009', async () => {
    const { handshake } = await start()
    const socket = (await handshake({})).socket as Socket
    const heard = read(socket)
    socket.write(
      Buffer.from([TEXT, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    )
    expect(await heard).toMatch(/^\u0088\u0002\u0003\u00f1/) // a close frame, 1009
  })

  it('that is binary closes with 1003, whatever it holds', async () => {
    const { knock, token, world } = await start()
    const client = await knock()
    client.socket.send(Buffer.from(JSON.stringify({ type: 'authenticate', token: await token() })))
    expect(await client.closed).toBe('1003 text_only')
    expect(world.lookups).toBe(0)
  })

  it('that is not UTF-8 closes with 1007', async () => {
    const { enter } = await start()
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const client = await enter()
      client.socket.send(Buffer.from(bytes), { binary: false })
      expect(await client.closed).toBe('1007')
    }
  })

  it('that comes in pieces is put together', async () => {
    const { knock, token } = await start()
    const client = await knock()
    const text = JSON.stringify({ type: 'authenticate', token: await token() })
    for (const letter of text.slice(0, -1)) client.socket.send(letter, { fin: false })
    client.socket.ping() // a control frame may stand between
    client.socket.send(text.slice(-1), { fin: true })
    expect(await client.next()).toMatchObject({ type: 'authenticated' })
  })

  it('that never ends closes: too long, or too many pieces', async () => {
    const { knock } = await start()
    const long = await knock()
    for (let pieces = 0; pieces < 20; pieces += 1)
      long.socket.send('a'.repeat(1000), { fin: false })
    expect(await long.closed).toBe('1009')
    const empty = await knock()
    for (let pieces = 0; pieces < 20_000; pieces += 1) empty.socket.send('', { fin: false })
    expect(await empty.closed).toBe('1008')
  })

  it.each([
    ['no mask', rawFrame(TEXT, Buffer.from('{}'), { masked: false })],
    ['an opcode that is reserved', rawFrame(0x83, Buffer.from('{}'))],
    ['a bit that is reserved: compression nobody agreed on', rawFrame(0xc1, Buffer.from('{}'))],
    ['a piece of nothing', rawFrame(0x80, Buffer.from('{}'))],
    ['a ping in pieces', rawFrame(0x09, Buffer.from('{}'))],
    ['a ping that is too long', rawFrame(0x89, Buffer.alloc(126))],
    ['a close with half a code', rawFrame(0x88, Buffer.alloc(1))],
    ['a close with a code nobody may send', rawFrame(0x88, Buffer.from([0x03, 0xed]))],
  ])('that breaks the protocol closes with 1002: %s', async (_attack, bytes) => {
    const { handshake } = await start()
    const socket = (await handshake({})).socket as Socket
    const heard = read(socket)
    socket.write(bytes)
    expect(await heard).toMatch(/^\u0088\u0002\u0003\u00ea/)
  })

  const nothings = [
    '',
    'hello',
    '{',
    'null',
    '[]',
    '"authenticate"',
    '{}',
    '{"type":"authenticate"}',
    '{"type":"authenticate","token":null}',
    '{"type":"authenticate","token":["a"]}',
    '{"type":["message"],"text":"hello"}',
    '{"type":"message"}',
    '{"type":"message","text":""}',
    '{"type":"message","text":7}',
    '{"type":"message","text":"\\ud800"}',
    `{"type":"message","text":"${'a'.repeat(4001)}"}`,
    '{"type":"message","text":"hello","to":""}',
    '{"type":"message","text":"hello","to":null}',
    `{"type":"message","text":"hello","to":"${'a'.repeat(257)}"}`,
    '{"type":"resume"}',
    '{"type":"resume","after":"0"}',
    '{"type":"resume","after":1e999}',
    '{"type":"resume","after":0.5}',
    '{"__proto__":{"type":"message","text":"hello"}}',
    '{"constructor":{"type":"message"}}',
    '['.repeat(16_000),
  ]
  const shown = nothings.map((text) => [text.length > 60 ? `${text.slice(0, 50)}…` : text, text])
  it.each(shown)('that says nothing closes with 1008: %s', async (_shown, text = '') => {
    const { enter } = await start()
    const client = await enter()
    client.socket.send(text)
    expect(await client.closed).toBe('1008 frame_invalid')
  })
})

describe('a client', () => {
  it.each(['ping', 'pong'] as const)('that floods with %ss is closed', async (kind) => {
    const { enter } = await start()
    const client = await enter()
    let answers = 0
    client.socket.on('pong', () => (answers += 1))
    for (let times = 0; times < 1000; times += 1) client.socket[kind]('x'.repeat(125))
    expect(await client.closed).toBe('1008 too_many_frames')
    expect(answers).toBeLessThanOrEqual(40)
  })

  it('that floods with messages is closed, and only a few were heard', async () => {
    const { enter } = await start()
    const client = await enter()
    for (let times = 0; times < 1000; times += 1) client.say(hello)
    expect(await client.closed).toBe('1008 too_many_frames')
    const next = await enter()
    next.say({ type: 'resume', after: 0 })
    await roundTrip(next)
    expect(next.frames.length).toBeLessThanOrEqual(80)
  })

  it('may go on for ever at the rate that is allowed', async () => {
    const { enter, token, clock } = await start()
    const client = await enter(await token('usr_42', 'ten_acme', { expiresIn: 3600 }))
    for (let times = 1; times <= 200; times += 1) {
      clock.advance(250)
      client.say({ type: 'message', text: 'x', to: 'usr_43' })
      expect(await client.next()).toMatchObject({ code: 'insufficient_role' })
    }
  })

  it('that asks faster than it is answered is told to wait', async () => {
    const { enter } = await start({ answer: () => new Promise(() => undefined) })
    const client = await enter()
    for (let times = 0; times < 9; times += 1) client.say(hello)
    for (let id = 1; id <= 8; id += 1) expect(await client.next()).toMatchObject({ id })
    expect(await client.next()).toEqual({ type: 'refused', code: 'busy', action: 'retry' })
  })

  it('hears of it where nobody can answer', async () => {
    const { enter } = await start({ answer: () => Promise.reject(new Error('down')) })
    const client = await enter()
    client.say(hello)
    await client.next()
    expect(await client.next()).toMatchObject({ text: 'Nobody can answer at the moment.' })
  })

  it('that is gone without a word (half-open) is dropped after two heartbeats', async () => {
    const { enter, token, clock, connections } = await start()
    const text = await token('usr_42', 'ten_acme', { expiresIn: 3600 })
    const silent = await enter(text, { autoPong: false })
    const alive = await enter(text)
    clock.advance(30_000)
    await roundTrip(alive)
    clock.advance(30_000)
    expect(await silent.closed).toBe('1006')
    await roundTrip(alive)
    await until(() => connections.size === 1)
  })

  it('that ends its half of the connection is gone', async () => {
    const { handshake, connections } = await start()
    const socket = (await handshake({})).socket as Socket
    socket.end()
    await until(() => connections.size === 0)
  })

  it('that never answers a close is dropped', async () => {
    const { handshake, clock, connections } = await start()
    const socket = (await handshake({})).socket as Socket
    const heard = once(socket, 'data')
    clock.advance(5000)
    await heard
    expect(connections.size).toBe(1)
    // What it says now is no longer heard.
    socket.write(rawFrame(TEXT, Buffer.from(JSON.stringify(hello))))
    clock.advance(5000)
    await until(() => connections.size === 0)
  })

  it('that does not read is dropped, before much waits for it', async () => {
    const { enter, token, connections, buffered } = await start()
    const slow = await enter()
    slow.socket.pause()
    const text = '€'.repeat(4000) // 12 kB
    let agents = 0
    while (connections.size === agents + 1 && agents < 40) {
      agents += 1
      const agent = await enter(await token(`usr_${agents}`, 'ten_acme', { roles: ['agent'] }))
      for (let times = 0; times < 30; times += 1) agent.say({ type: 'message', text, to: 'usr_42' })
      await roundTrip(agent)
    }
    expect(connections.size).toBe(agents)
    expect(buffered()).toBeLessThan(100_000)
  })
})

/** What comes first. */
async function read(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data.toString('latin1')
}
