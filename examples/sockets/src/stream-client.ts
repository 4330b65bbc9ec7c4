import type { AuthAction } from '@countersign/core'
import type { Message } from './desk.ts'
import type { ClientOptions } from './socket-client.ts'

export interface StreamClient {
  /** The code of the last refusal, or `closed`. */
  readonly ended: Promise<string>
  readonly close: () => void
  readonly counts: { connects: number }
}

interface Refusal {
  readonly code: string
  readonly action: AuthAction
}

const RETRY_MS = 5000

/**
 * Follows a conversation by server-sent events, through `fetch`: a browser's `EventSource` cannot send a token other than in
 * the URL. After `event: refresh` it comes back with a new token and the id of what it heard last.
 */
export function openStream({ url, getToken, clock, onMessage }: ClientOptions): StreamClient {
  const aborter = new AbortController()
  const counts = { connects: 0 }
  let lastId = ''

  async function run(): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const headers = { authorization: `Bearer ${await getToken()}`, 'last-event-id': lastId }
      const response = await fetch(url, { headers, signal: aborter.signal })
      if (response.ok && response.body !== null) tries = 0
      const { code, action } = await read(response)
      // A new token is refused like the last one: another will not help.
      if (action === 'stop' || (action === 'refresh' && tries > 1)) return code
      if (action === 'retry') await new Promise<void>((wake) => clock.timer(wake, RETRY_MS))
    }
  }

  async function read(response: Response): Promise<Refusal> {
    const { ok, body } = response
    if (!ok || body === null) return (await response.json()) as Refusal
    counts.connects += 1
    for await (const { event, id, data } of events(body)) {
      if (event !== '') return JSON.parse(data) as Refusal
      lastId = id
      const { from, text } = JSON.parse(data) as Message
      onMessage({ id: Number(id), from, text })
    }
    return { code: 'cut_off', action: 'retry' }
  }

  return { ended: run().catch(() => 'closed'), close: () => aborter.abort(), counts }
}

interface ServerSentEvent {
  readonly event: string
  readonly id: string
  readonly data: string
}

async function* events(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string): string =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      const data = field('data')
      if (data !== '') yield { event: field('event'), id: field('id'), data }
    }
  }
}
