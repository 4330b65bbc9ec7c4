import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { createAuthenticator, supportWidget, type Tenant } from '@countersign/core'
import { createSecret, createSigner, type SignOptions } from '@countersign/signer'
import { expect, onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { createManualClock } from '../src/clock.ts'
import { createService, type ServiceOptions } from '../src/service.ts'

export const ORIGIN = 'https://shop.example'
export const START = Date.parse('2026-01-01T00:00:00Z')

export interface Client {
  readonly socket: WebSocket
  /** What the server said, and has not been taken by `next`. */
  readonly frames: object[]
  readonly next: () => Promise<object>
  readonly say: (frame: unknown) => void
  readonly closed: Promise<string>
}

/** Waits for the network, not for the clock. */
export async function until(isSo: () => boolean): Promise<void> {
  const since = performance.now()
  while (!isSo()) {
    if (performance.now() - since > 20_000) expect.unreachable('nothing happens')
    await turn()
  }
}

const ids = ['ten_acme', 'ten_globex'] as const
type Id = (typeof ids)[number]

/** What was sent before has arrived, on both sides. */
export async function roundTrip({ socket, closed }: Client): Promise<void> {
  // The first brings the server's ping, the second takes the answer to it along.
  for (let times = 0; times < 2; times += 1) {
    const answered = once(socket, 'pong')
    socket.ping()
    await Promise.race([answered, closed.then((code) => expect.unreachable(code))])
  }
}

/**
 * The service on a clock of its own, with a directory and a revocation store that can fail. When the test ends, no timer may be
 * left, and nothing that the service sent may hold a token.
 */
export async function start(options: Partial<ServiceOptions> = {}) {
  const clock = createManualClock(START)
  const world = { skew: 0, isDown: false, lookups: 0, hold: undefined as Promise<void> | undefined }
  const revoked = new Set<string>()
  const secrets = new Map<string, string>(ids.map((id) => [id, createSecret()]))
  const now = (): number => clock.now() + world.skew
  const authenticator = createAuthenticator({
    profile: supportWidget(),
    tenants: {
      async find(id): Promise<Tenant | undefined> {
        world.lookups += 1
        await world.hold
        if (world.isDown) throw new Error('down')
        const secret = secrets.get(id)
        return secret === undefined ? undefined : { id, keys: [{ alg: 'HS256', secret }] }
      },
    },
    directoryCache: false,
    lookupTimeout: 10_000,
    revocation: { isRevoked: ({ userId = '' }) => revoked.has(userId) },
    now,
  })
  const service = createService({
    authenticator,
    origins: [ORIGIN],
    clock: { ...clock, now },
    answer: async (text) => `About: ${text}`,
    ...options,
  })
  const sent: Buffer[] = []
  let mostBuffered = 0
  const connections = new Set<Socket>()
  service.server.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
    socket.write = (...args: unknown[]) => {
      sent.push(Buffer.from(args[0] as string))
      const goesOn = write(...args)
      mostBuffered = Math.max(mostBuffered, socket.writableLength)
      return goesOn
    }
  })
  service.server.listen(0, '127.0.0.1')
  await once(service.server, 'listening')
  const { port } = service.server.address() as AddressInfo
  const http = `http://127.0.0.1:${port}`

  const tokens: string[] = []
  async function token(
    userId = 'usr_42',
    tenantId: Id = 'ten_acme',
    { roles = [], ...signOptions }: SignOptions & { roles?: string[] } = {},
  ): Promise<string> {
    const secret = secrets.get(tenantId) as string
    const profile = 'support-widget'
    const signer = createSigner({ profile, tenantId, secret, expiresIn: 60, now: clock.now })
    const signed = await signer.sign({ userId, userRoles: roles }, signOptions)
    tokens.push(signed)
    return signed
  }

  function connect(protocols: string[] = [], clientOptions: ClientOptions = {}): Client {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, protocols, {
      origin: ORIGIN,
      ...clientOptions,
    })
    const frames: object[] = []
    socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString()) as object))
    socket.on('error', () => undefined)
    const closed = new Promise<string>((resolve) => {
      socket.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`.trim()))
    })
    onTestFinished(() => socket.terminate())
    return {
      socket,
      frames,
      closed,
      async next() {
        await until(() => frames.length > 0 || socket.readyState === socket.CLOSED)
        return frames.shift() ?? expect.unreachable('it is closed')
      },
      say: (frame) => socket.send(JSON.stringify(frame)),
    }
  }

  /** A client that has been accepted. */
  async function enter(text?: string, clientOptions?: ClientOptions): Promise<Client> {
    const client = connect(['countersign.v1', text ?? (await token())], clientOptions)
    expect(await client.next()).toMatchObject({ type: 'authenticated' })
    return client
  }

  /** A client without a token, connected. */
  async function knock(): Promise<Client> {
    const client = connect()
    await once(client.socket, 'open')
    return client
  }

  /** The answer to a handshake that is made by hand. */
  async function handshake(headers: Record<string, string | string[]>, path = '/socket') {
    const handmade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      'sec-websocket-version': '13',
      origin: ORIGIN,
      ...headers,
    }
    const asked = request({ host: '127.0.0.1', port, path, headers: handmade }).end()
    type Answer = [
      { statusCode: number; headers: Record<string, string>; resume: () => void },
      Socket?,
    ]
    const [response, socket] = (await Promise.race([
      once(asked, 'response'),
      once(asked, 'upgrade'),
    ])) as Answer
    response.resume()
    socket?.on('error', () => undefined)
    onTestFinished(() => void socket?.destroy())
    return { status: response.statusCode, headers: response.headers, socket }
  }

  onTestFinished(async () => {
    service.close()
    await until(() => connections.size === 0 && clock.timers() === 0)
    const said = Buffer.concat(sent).toString('latin1')
    // Each segment of a token, too.
    for (const secret of [...tokens.flatMap((text) => text.split('.')), ...secrets.values()])
      expect(said).not.toContain(secret)
  })

  return {
    server: service.server,
    /** The most bytes that ever waited on one connection. */
    buffered: () => mostBuffered,
    clock,
    world,
    revoked,
    secrets,
    http,
    token,
    connect,
    enter,
    knock,
    handshake,
    connections,
  }
}
