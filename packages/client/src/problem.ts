import { nothing, wait, type Signal, type Timer } from './waiting.ts'

/**
 * What a refusal says: `action` and `retryAfter` may be any JSON, `text` is the document as it came. All are `undefined` where
 * there is none. A tuple, since a minifier cannot shorten other names.
 */
export type Problem = readonly [
  action?: unknown,
  code?: string | undefined,
  retryAfter?: unknown,
  text?: string,
]

export const PROBLEM_TYPE = 'application/problem+json'
const MAX_BYTES = 16_384
const MAX_WAIT = 5000

/**
 * Reads the problem document (RFC 9457) of a refusal from a copy, so that the answer stays unread. What is too large, too
 * slow or malformed counts as none.
 */
export async function readProblem(
  response: Response,
  timer: Timer,
  signal: Signal,
): Promise<Problem> {
  const type = response.headers.get('content-type')?.toLowerCase()
  if (response.status < 400 || !type?.startsWith(PROBLEM_TYPE)) return []
  const reader = response.clone().body?.getReader()
  try {
    const text = (await wait(timer, MAX_WAIT, readText(reader!), signal))!
    const { action, retryAfter, code } = Object(JSON.parse(text)) as Record<string, unknown>
    return [action, typeof code === 'string' ? code : undefined, retryAfter, text]
  } catch {
    signal?.throwIfAborted()
    return []
  } finally {
    // Not awaited: cancelling one half of a stream ends only when the other half has.
    reader?.cancel().catch(nothing)
  }
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = 0; bytes <= MAX_BYTES;) {
    const { done, value } = await reader.read()
    if (done) return text
    bytes += value.length
    text += decoder.decode(value, { stream: true })
  }
  return ''
}

/** Seconds until a request is sent again: what the document says, or the header `Retry-After` in seconds, or 5. */
export function readDelay(retryAfter: unknown, headers: Headers): number {
  const given = [retryAfter, parseFloat(headers.get('retry-after') as string)]
  const seconds = given.find((value) => typeof value === 'number' && value >= 0) ?? 5
  return Math.min(Math.max(seconds as number, 1), 60)
}
