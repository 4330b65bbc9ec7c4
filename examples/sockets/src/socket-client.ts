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
  let socket: WebSocket | undefined
  let lastId = 0

  async function connect(isSecondTry = false): Promise<void> {
    let token: string
    try {
      token = await getToken()
    } catch {
      return comeBack(isSecondTry)
    }
    const opened = new WebSocket(url, ['countersign.v1', token], { origin })
    socket = opened
    let cancel = (): void => undefined
    let isAccepted = false
    opened.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data as string) as Message & { type: string; expiresAt: number }
      if (frame.type === 'authenticated') {
        if (isAccepted) counts.refreshes += 1
        else {
          counts.connects += 1
          opened.send(JSON.stringify({ type: 'resume', after: lastId }))
        }
        isAccepted = true
        cancel()
        const left = frame.expiresAt * 1000 - clock.now()
        cancel = clock.timer(() => void refresh(opened), left - AHEAD_MS)
      }
      if (frame.type !== 'message' || frame.id <= lastId) return
      lastId = frame.id
      onMessage({ id: frame.id, from: frame.from, text: frame.text })
    })
    opened.addEventListener('close', ({ code, reason }) => {
      cancel()
      if (code === 1013) comeBack(isSecondTry)
      // Where a new token is refused like the last one, another will not help.
      else if (code === 4401 && (isAccepted || !isSecondTry)) void connect(!isAccepted)
      else resolve({ code, reason })
    })
    opened.addEventListener('error', () => undefined) // a close follows
  }

  function comeBack(isSecondTry: boolean): void {
    clock.timer(() => void connect(isSecondTry), RETRY_MS)
  }

  async function refresh(opened: WebSocket): Promise<void> {
    // Where there is no new token, the connection ends with the old one.
    const token = await getToken().catch(() => undefined)
    if (token !== undefined && opened.readyState === opened.OPEN)
      opened.send(JSON.stringify({ type: 'authenticate', token }))
  }

  void connect()
  return {
    say: (text) => socket?.send(JSON.stringify({ type: 'message', text })),
    close: () => socket?.close(1000),
    ended,
    counts,
  }
}
