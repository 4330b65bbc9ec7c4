import { WebSocket } from 'ws'
import type { Clock } from './clock.ts'
import type { Message } from './desk.ts'

export interface ClientOptions {
  readonly url: string
  /** Asks the customer's backend, which knows who is logged in. */
  readonly getToken: () => Promise<string>
  readonly clock: Clock
  readonly onMessage: (message: Message) => void
}

export interface SocketClientOptions extends ClientOptions {
  readonly origin: string
}

export interface SocketClient {
  readonly say: (text: string) => void
  readonly close: () => void
  /** The code and reason of the close that was the last one. */
  readonly ended: Promise<{ readonly code: number; readonly reason: string }>
  /** How often it connected, and how often it refreshed a token while connected. */
  readonly counts: { connects: number; refreshes: number }
}

const AHEAD_MS = 2000
const RETRY_MS = 5000

/**
 * Keeps a conversation open: sends a new token ahead of each expiry, and comes back after a close that says so. What it does
 * is what a page does, with the WebSocket of its browser.
 */
export function openSocket(options: SocketClientOptions): SocketClient {
  const { url, origin, getToken, clock, onMessage } = options
  let resolve: (last: { code: number; reason: string }) => void
  const ended = new Promise<{ code: number; reason: string }>((end) => (resolve = end))
  const counts = { connects: 0, refreshes: 0 }
  let socket: WebSocket
  let lastId = 0

  async function connect(isSecondTry = false): Promise<void> {
    // #region client
    socket = new WebSocket(url, ['countersign.v1', await getToken()], { origin })
    // #endregion
    let cancel = (): void => undefined
    let isAccepted = false
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data as string) as Message & { type: string; expiresAt: number }
      if (frame.type === 'authenticated') {
        if (isAccepted) counts.refreshes += 1
        else {
          counts.connects += 1
          socket.send(JSON.stringify({ type: 'resume', after: lastId }))
        }
        isAccepted = true
        cancel()
        cancel = clock.timer(() => void refresh(), frame.expiresAt * 1000 - clock.now() - AHEAD_MS)
      }
      if (frame.type !== 'message' || frame.id <= lastId) return
      lastId = frame.id
      onMessage({ id: frame.id, from: frame.from, text: frame.text })
    })
    socket.addEventListener('close', ({ code, reason }) => {
      cancel()
      // A new token is refused like the last one: another will not help.
      if (code === 4401 && (isAccepted || !isSecondTry)) void connect(!isAccepted)
      else if (code === 1013) clock.timer(() => void connect(isSecondTry), RETRY_MS)
      else resolve({ code, reason })
    })
    socket.addEventListener('error', () => undefined) // a close follows
  }

  async function refresh(): Promise<void> {
    const token = await getToken()
    if (socket.readyState === socket.OPEN)
      socket.send(JSON.stringify({ type: 'authenticate', token }))
  }

  void connect()
  return {
    say: (text) => socket.send(JSON.stringify({ type: 'message', text })),
    close: () => socket.close(1000),
    ended,
    counts,
  }
}
