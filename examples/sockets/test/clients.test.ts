import { expect, it, onTestFinished } from 'vitest'
import type { Message } from '../src/desk.ts'
import { openSocket, type SocketClient } from '../src/socket-client.ts'
import { openStream } from '../src/stream-client.ts'
import { ORIGIN, start, until } from './harness.ts'

async function open(getToken?: (give: () => Promise<string>) => Promise<string>) {
  const service = await start()
  const { http, clock, token } = service
  let asked = 0
  const heard: Message[] = []
  const options = {
    clock,
    getToken: () => {
      asked += 1
      return getToken === undefined ? token() : getToken(token)
    },
    onMessage: (message: Message) => void heard.push(message),
  }
  return {
    ...service,
    heard,
    asked: () => asked,
    openSocket: (): SocketClient => {
      const client = openSocket({
        ...options,
        url: `${http.replace('http', 'ws')}/socket`,
        origin: ORIGIN,
      })
      onTestFinished(() => client.close())
      return client
    },
    openStream: () => {
      const client = openStream({ ...options, url: `${http}/stream` })
      onTestFinished(() => client.close())
      return client
    },
  }
}

it('a user that is locked out tries one more token, and stops', async () => {
  const { openSocket: connect, openStream: follow, revoked, asked } = await open()
  revoked.add('usr_42')
  expect(await connect().ended).toEqual({ code: 4401, reason: 'token_revoked' })
  expect(asked()).toBe(2)
  expect(await follow().ended).toBe('token_revoked')
  expect(asked()).toBe(4)
})

it.each(['socket', 'stream'] as const)('an outage is waited for: %s', async (kind) => {
  const { openSocket: connect, openStream: follow, world, connections, clock, asked } = await open()
  world.isDown = true
  const { counts } = kind === 'socket' ? connect() : follow()
  // The timer that is left is the client's. `fetch` keeps its connection.
  const idle = kind === 'socket' ? 0 : 1
  await until(() => world.lookups === 1 && connections.size === idle && clock.timers() === 1)
  world.isDown = false
  clock.advance(4999)
  expect(asked()).toBe(1)
  clock.advance(1)
  await until(() => counts.connects === 1)
  expect(asked()).toBe(2)
})

it('a token of somebody else ends it', async () => {
  const users = ['usr_42', 'usr_43']
  const give = async (token: (user?: string) => Promise<string>): Promise<string> =>
    token(users.shift())
  const { openSocket: connect, clock } = await open(give)
  const client = connect()
  await until(() => client.counts.connects === 1)
  clock.advance(58_000)
  expect(await client.ended).toEqual({ code: 4403, reason: 'user_mismatch' })
})

it('a backend that gives no token is asked again, and ends nothing before exp', async () => {
  let isDown = true
  const give = (token: () => Promise<string>): Promise<string> =>
    isDown ? Promise.reject(new Error('down')) : token()
  const { openSocket: connect, clock, asked } = await open(give)
  const client = connect()
  await until(() => clock.timers() === 1)
  isDown = false
  clock.advance(5000)
  await until(() => client.counts.connects === 1)
  isDown = true
  clock.advance(29_000)
  await until(() => asked() === 2)
  clock.advance(29_000)
  await until(() => asked() === 3)
  isDown = false
  clock.advance(2000)
  await until(() => client.counts.connects === 2)
})
