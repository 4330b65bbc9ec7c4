// What the service promises, tried out on a clock that is moved by hand.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { createAuthenticator, supportWidget } from '@countersign/core'
import { createSecret, createSigner } from '@countersign/signer'
import { createManualClock } from './clock.ts'
import type { Message } from './desk.ts'
import { createService } from './service.ts'
import { openSocket } from './socket-client.ts'
import { openStream } from './stream-client.ts'

const ORIGIN = 'https://shop.example'

export async function tour(): Promise<void> {
  const clock = createManualClock(Date.parse('2026-01-01T00:00:00Z'))
  const revoked = new Set<string>()
  const secret = createSecret()
  const authenticator = createAuthenticator({
    profile: supportWidget(),
    tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }],
    revocation: { isRevoked: ({ userId = '' }) => revoked.has(userId) },
    now: clock.now,
  })
  // The customer's backend: tokens that live for 6 seconds.
  const profile = 'support-widget'
  const signer = createSigner({
    profile,
    tenantId: 'ten_acme',
    secret,
    expiresIn: 6,
    now: clock.now,
  })
  const getToken = (): Promise<string> => signer.sign({ userId: 'usr_42' })

  const { server, close } = createService({ authenticator, origins: [ORIGIN], clock })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`

  const heard: string[] = []
  const streamed: string[] = []
  const into = (list: string[]) => (message: Message) =>
    void list.push(`${message.id} ${message.from}`)
  const socketOptions = { url: `ws://${at}/socket`, origin: ORIGIN, getToken, clock }
  const socket = openSocket({ ...socketOptions, onMessage: into(heard) })
  const stream = openStream({
    url: `http://${at}/stream`,
    getToken: () => signer.sign({ userId: 'usr_42' }, { expiresIn: 4 }),
    clock,
    onMessage: into(streamed),
  })
  await until(() => socket.counts.connects === 1 && stream.counts.connects === 1)
  socket.say('Where is my parcel?')
  await until(() => heard.length === 2 && streamed.length === 2)
  step('a question over the socket', heard.join(', '), '1 user, 2 assistant')

  for (let token = 2; token <= 5; token += 1) {
    clock.advance(4000)
    await until(() => socket.counts.refreshes === token - 1 && stream.counts.connects === token)
    socket.say('Are you there?')
    await until(() => heard.length === 2 * token && streamed.length === 2 * token)
  }
  step('five tokens on', `${socket.counts.connects} socket`, '1 socket')
  step('the stream came back', `${stream.counts.connects} streams`, '5 streams')
  step('nothing was missed', String(streamed.join() === heard.join()), 'true')

  revoked.add('usr_42')
  clock.advance(6000)
  const { code, reason } = await socket.ended
  step('the user is revoked: socket', `${code} ${reason}`, '4401 token_revoked')
  step('the user is revoked: stream', await stream.ended, 'token_revoked')

  step('a token in the URL', await upgrade(at, '/socket?token=x', ORIGIN), '400')
  step('a page of another site', await upgrade(at, '/socket', 'https://evil.example'), '403')
  close()
}

/** Waits for the network, not for the clock. */
async function until(isSo: () => boolean): Promise<void> {
  const start = performance.now()
  while (!isSo()) {
    assert.ok(performance.now() - start < 10_000, 'nothing happens')
    await turn()
  }
}

function step(name: string, answer: string, expected: string): void {
  console.log(name.padEnd(30), answer)
  assert.equal(answer, expected)
}

async function upgrade(at: string, path: string, origin: string): Promise<string> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-version': '13',
    origin,
  }
  const asked = request(`http://${at}${path}`, { headers }).end()
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  return String(response.statusCode)
}
