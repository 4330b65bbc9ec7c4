import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ATTACKS,
  attacksFor,
  coreGateway,
  createWorld,
  GROUPS,
  run,
} from '../../src/attacks/index.ts'

const NOW = Date.UTC(2027, 0, 15, 8)
const world = createWorld({ now: () => NOW })
const gateway = coreGateway(world)

// Everything in Node that opens a connection, fetch and DNS-free addresses included, passes this channel.
let sockets = 0
const countSocket = (): void => {
  sockets += 1
}

beforeAll(() => subscribe('net.client.socket', countSocket))
afterAll(() => void unsubscribe('net.client.socket', countSocket))

describe.each(GROUPS)('$name', ({ control, attacks }) => {
  it('control: the untampered request passes', async () => {
    const { report } = await run(control, gateway, world)
    expect(report).toBe('')
  })

  it.each(attacksFor('core', attacks))('$name', async (attack) => {
    const { report } = await run(attack, gateway, world)
    expect(report).toBe('')
  })
})

describe('the list', () => {
  it('has at least 120 attacks', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(120)
  })

  it('names each attack once', () => {
    const names = ATTACKS.map(({ group, name }) => `${group}: ${name}`)
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
  })

  it('names each group once', () => {
    const names = GROUPS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('outbound connections', () => {
  it('none was opened by any attack, whatever its token named', () => {
    expect(sockets).toBe(0)
  })

  it('would have been counted', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
    await once(socket, 'close')
    server.close()
    expect(sockets).toBe(1)
  })
})
