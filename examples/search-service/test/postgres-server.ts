// A PGlite behind a TCP port that speaks the protocol of Postgres, so that connections can really break.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'

export interface PostgresServer {
  readonly url: string
  /** Breaks every connection and takes no more. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Takes what comes and answers nothing, until it stops. */
  stall(): void
}

export async function servePostgres(pglite: PGlite): Promise<PostgresServer> {
  const sockets = new Set<Socket>()
  let stalled = false
  let server: Server
  let port = 0

  function connect(socket: Socket): void {
    sockets.add(socket)
    let started = false
    let pending: Buffer = Buffer.alloc(0)
    let work = Promise.resolve()
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      // There is one session behind all connections: a transaction ends with its connection.
      work = work.then(async () => {
        if (!pglite.closed) await pglite.exec('rollback')
      })
    })
    socket.on('data', (data: Buffer) => {
      pending = Buffer.concat([pending, data])
      if (!started) {
        // The first message has no type, and nothing that matters here.
        if (pending.length < 4 || pending.length < pending.readInt32BE(0)) return
        pending = pending.subarray(pending.readInt32BE(0))
        started = true
        if (!stalled) socket.write(READY)
      }
      const end = endOfMessages(pending)
      const messages = pending.subarray(0, end)
      pending = pending.subarray(end)
      if (end === 0 || stalled) return
      if (messages[0] === TERMINATE) return void socket.end()
      work = work.then(async () => void socket.write(await pglite.execProtocolRaw(messages)))
    })
  }

  async function start(): Promise<void> {
    stalled = false
    server = createServer(connect).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    stall() {
      stalled = true
    },
  }
}

/** Where the last message ends that is there as a whole: each has a type, and a length that counts itself. */
function endOfMessages(buffer: Buffer): number {
  let end = 0
  while (end + 5 <= buffer.length) {
    const next = end + 1 + buffer.readInt32BE(end + 1)
    if (next > buffer.length) break
    end = next
  }
  return end
}

/** Authentication is fine, and the first query may come. */
const READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])
const TERMINATE = 0x58
