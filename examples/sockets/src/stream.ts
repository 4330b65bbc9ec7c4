import type { ServerResponse } from 'node:http'
import { AuthError, identitySignal, toProblem, type Identity } from '@countersign/core'
import type { Bench } from './connection.ts'
import type { Message } from './desk.ts'

const HEARTBEAT_MS = 15_000
const MOST_BUFFERED = 65_536

/**
 * The user's conversation as server-sent events, from the message after `lastEventId` on. The last event is named after what
 * the client does next (`refresh`, `stop` or `retry`), and says why.
 */
export function serveStream(
  res: ServerResponse,
  identity: Identity,
  lastEventId: string | undefined,
  { authenticator, desk, clock }: Bench,
): void {
  if (identity.kind === 'anonymous') return answer(res, new AuthError('token_missing'))
  const { expiresAt } = identity
  const gone = new AbortController()
  res.on('close', () => gone.abort())
  // #region stream
  const { now, timer } = clock
  const valid = identitySignal(authenticator, identity, { until: gone.signal, now, timer })
  if (valid.aborted) return answer(res, valid.reason as AuthError)
  valid.addEventListener('abort', () => end(valid.reason as AuthError))

  function end({ code, action }: AuthError): void {
    if (gone.signal.aborted) return
    res.end(`event: ${action}\ndata: ${JSON.stringify({ code, action })}\n\n`)
    gone.abort()
  }
  // #endregion

  // Whoever does not read is not waited for: they come back with the id of what they read last.
  function write(text: string): void {
    if (gone.signal.aborted) return
    if (!(now() < expiresAt * 1000)) return end(new AuthError('token_expired'))
    if (res.writableLength > MOST_BUFFERED) res.destroy()
    else res.write(text)
  }
  const tell = ({ id, from, text }: Message): void =>
    write(`id: ${id}\ndata: ${JSON.stringify({ from, text })}\n\n`)

  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  res.flushHeaders()
  desk.since(identity, readId(lastEventId)).forEach(tell)
  desk.follow(identity, tell, gone.signal)

  let cancelBeat = timer(beat, HEARTBEAT_MS)
  function beat(): void {
    write(':\n\n')
    cancelBeat = timer(beat, HEARTBEAT_MS)
  }
  gone.signal.addEventListener('abort', () => cancelBeat())
}

function readId(text = ''): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0
}

function answer(res: ServerResponse, error: AuthError): void {
  const { status, headers, body } = toProblem(error)
  res.writeHead(status, headers).end(body)
}
