import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { readSubprotocolToken } from '@countersign/core'
import { WebSocketServer } from 'ws'
import { serveConnection, type Bench } from './connection.ts'

export interface SocketOptions extends Bench {
  /** The pages that may connect, as browsers name them in `Origin`. */
  readonly origins: readonly string[]
  readonly maxConnections: number
}

const PATH = '/socket'

/** Takes WebSockets on `/socket`; returns what ends them all. */
export function attachSockets(server: Server, options: SocketOptions): () => void {
  // #region upgrade
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 16_384, // a token is 8 KiB at most
    perMessageDeflate: false,
    autoPong: false, // pings are counted before they are answered
    // Never an entry of the list as it stands there: one of them is the token.
    handleProtocols: (offered) => (offered.has('countersign.v1') ? 'countersign.v1' : false),
  })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = statusFor(request)
    if (status !== undefined) return refuse(socket, status)
    let token: string | undefined
    try {
      token = readSubprotocolToken(request)
    } catch {
      return refuse(socket, '400 Bad Request')
    }
    // What becomes of the token is told by a close code: a page cannot see the status of a handshake that failed.
    sockets.handleUpgrade(request, socket, head, (ws) => serveConnection(ws, token, options))
  })

  function statusFor({ url = '', headers }: IncomingMessage): string | undefined {
    const [path, query] = url.split('?', 2)
    if (path !== PATH) return '404 Not Found'
    // A URL is kept in logs and histories: what is in it is not a secret, so no token is read from it, or looked for.
    if (query !== undefined) return '400 Bad Request'
    if (!options.origins.includes(headers.origin ?? '')) return '403 Forbidden'
    if (sockets.clients.size >= options.maxConnections) return '503 Service Unavailable'
    return undefined
  }
  // #endregion

  return () => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
