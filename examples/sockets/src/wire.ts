import type { WebSocket } from 'ws'
import { createBudget } from './budget.ts'
import type { Clock } from './clock.ts'
import { readFrame, type Frame } from './frames.ts'

/** A WebSocket on which everything is bounded: what comes, how fast, what waits to be sent, and silence. */
export interface Wire {
  /** Aborts when the connection ends, on either side. Nothing is heard or sent after that. */
  readonly gone: AbortSignal
  readonly send: (frame: object) => void
  readonly end: (code: number, reason: string) => void
}

const HEARTBEAT_MS = 30_000
const GOODBYE_MS = 5000
const MOST_BUFFERED = 65_536
/** 40 frames at once and 4 a second. A token costs ten of them. */
const [FRAMES, FRAMES_PER_SECOND, TOKEN_COST] = [40, 4, 10]

export function createWire(socket: WebSocket, clock: Clock, hear: (frame: Frame) => void): Wire {
  const gone = new AbortController()
  const budget = createBudget(FRAMES, FRAMES_PER_SECOND, clock.now)

  function end(code: number, reason: string): void {
    if (gone.signal.aborted) return
    socket.close(code, reason)
    leave()
  }

  // `close` waits for the other side, which may never answer.
  function leave(): void {
    gone.abort()
    socket.once(
      'close',
      clock.timer(() => socket.terminate(), GOODBYE_MS),
    )
  }

  function drop(): void {
    gone.abort()
    socket.terminate()
  }

  function isWithinBudget(cost: number): boolean {
    if (gone.signal.aborted) return false // `ws` still hands over what had arrived
    if (budget.spend(cost)) return true
    end(1008, 'too_many_frames')
    return false
  }

  socket.on('message', (data, isBinary) => {
    if (isBinary) return end(1003, 'text_only')
    const frame = readFrame((data as Buffer).toString())
    if (!isWithinBudget(frame?.type === 'authenticate' ? TOKEN_COST : 1)) return
    if (frame === undefined) end(1008, 'frame_invalid')
    else hear(frame)
  })
  socket.on('ping', (data) => {
    if (isWithinBudget(1)) socket.pong(data)
  })
  // `ws` itself closes what breaks the protocol: 1002, 1007 for a text that is not UTF-8, 1009 for one that is too long.
  socket.on('error', () => {
    if (!gone.signal.aborted) leave()
  })
  socket.on('close', () => gone.abort())

  let isAlive = true
  let cancelBeat = clock.timer(beat, HEARTBEAT_MS)
  function beat(): void {
    if (!isAlive) return drop()
    isAlive = false
    socket.ping()
    cancelBeat = clock.timer(beat, HEARTBEAT_MS)
  }
  socket.on('pong', () => {
    if (isWithinBudget(1)) isAlive = true
  })
  gone.signal.addEventListener('abort', () => cancelBeat())

  return {
    gone: gone.signal,
    send(frame) {
      if (gone.signal.aborted) return
      // Whoever does not read is not waited for.
      if (socket.bufferedAmount > MOST_BUFFERED) drop()
      else socket.send(JSON.stringify(frame))
    },
    end,
  }
}
