import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ORIGIN, start, until } from './harness.ts'

describe('a handshake', () => {
  it.each(['/socket?token=TOKEN', '/socket?access_token=TOKEN', '/socket?', '/socket?a=b?TOKEN'])(
    'refuses a token in the query string, and any query: %s',
    async (path) => {
      const { handshake, token, world } = await start()
      const text = await token()
      const protocols = { 'sec-websocket-protocol': `countersign.v1, ${text}` }
      expect(await handshake(protocols, path.replace('TOKEN', text))).toMatchObject({ status: 400 })
      expect(world.lookups).toBe(0)
    },
  )

  it.each(['/', '/other', '/socket/', '//socket', '/socket%3Ftoken=x', '/SOCKET'])(
    'is answered on one path alone: %s',
    async (path) => {
      const { handshake } = await start()
      expect(await handshake({}, path)).toMatchObject({ status: 404 })
    },
  )

  it.each([
    ['another site', 'https://evil.example'],
    ['a sandboxed page', 'null'],
    ['a suffix', `${ORIGIN}.evil.example`],
    ['a prefix', 'https://evil-shop.example'],
    ['another scheme', 'http://shop.example'],
    ['a port', `${ORIGIN}:8443`],
    ['a slash', `${ORIGIN}/`],
    ['a trailing dot', `${ORIGIN}.`],
    ['another spelling', 'https://SHOP.example'],
    ['none', ''],
    ['two', [ORIGIN, 'https://evil.example']],
    ['the same twice', [ORIGIN, ORIGIN]],
  ])('refuses a cross-origin upgrade: %s', async (_attack, origin) => {
    const { handshake, token, world } = await start()
    const protocols = { 'sec-websocket-protocol': `countersign.v1, ${await token()}` }
    expect(await handshake({ ...protocols, origin })).toMatchObject({ status: 403 })
    expect(world.lookups).toBe(0)
  })

  it('refuses two tokens among the subprotocols', async () => {
    const { handshake, token, world } = await start()
    const [first, second] = [await token(), await token('usr_43')]
    for (const list of [
      `countersign.v1, ${first}, ${second}`,
      `countersign.v1, ${first}, ${first}`,
      `countersign.v1, countersign.v1, ${first}`,
      `countersign.v1,, ${first}`,
      `countersign.v1, Bearer ${first}`,
    ])
      expect(await handshake({ 'sec-websocket-protocol': list })).toMatchObject({ status: 400 })
    expect(
      await handshake({ 'sec-websocket-protocol': ['countersign.v1', `${first}, ${second}`] }),
    ).toMatchObject({ status: 400 })
    expect(world.lookups).toBe(0)
  })

  it('never answers with the token, wherever it stands', async () => {
    const { handshake, token } = await start()
    const answered = async (list: string): Promise<unknown> => {
      const { status, headers } = await handshake({ 'sec-websocket-protocol': list })
      return [status, headers['sec-websocket-protocol']]
    }
    const text = await token()
    expect(await answered(`countersign.v1, ${text}`)).toEqual([101, 'countersign.v1'])
    expect(await answered(`${text}, countersign.v1`)).toEqual([101, 'countersign.v1'])
    expect(await answered(text)).toEqual([101, undefined])
  })

  it('refuses what is no WebSocket', async () => {
    const { handshake } = await start()
    expect(await handshake({ upgrade: 'h2c' })).toMatchObject({ status: 400 })
    expect(await handshake({ 'sec-websocket-version': '7' })).toMatchObject({ status: 400 })
    expect(await handshake({ 'sec-websocket-key': 'short' })).toMatchObject({ status: 400 })
  })

  it('refuses more connections than there is room for, and takes them again', async () => {
    const { enter, handshake, connections } = await start({ maxConnections: 2 })
    const [first] = [await enter(), await enter()]
    expect(await handshake({})).toMatchObject({ status: 503 })
    first?.socket.close()
    await first?.closed
    await until(() => connections.size === 1)
    await enter()
  })

  it('survives a client that leaves in the middle of it', async () => {
    const { connect, enter, token, world, connections } = await start()
    let go: (() => void) | undefined
    world.hold = new Promise((resolve) => (go = resolve))
    const client = connect(['countersign.v1', await token()])
    await until(() => world.lookups === 1)
    client.socket.terminate()
    await until(() => connections.size === 0)
    go?.()
    await enter()
  })

  it.each(['/socket', '/other'])('survives a reset in the middle of it: %s', async (path) => {
    const { server, handshake, connections, enter } = await start()
    const reset = (_request: unknown, socket: Duplex): void =>
      void socket.destroy(new Error('reset'))
    server.on('upgrade', reset)
    await handshake({}, path)
    await until(() => connections.size === 0)
    server.off('upgrade', reset)
    await enter()
  })
})
