import { createRemoteJWKSet, customFetch } from 'jose'
import { withTimeout } from './awaitable.ts'
import { isObject, parseJsonObject } from './json.ts'

/** How key sets are fetched: the part of the global `fetch` that is needed. */
export type KeySetFetch = (url: string, init: KeySetFetchInit) => Promise<Response>

/** What a {@link KeySetFetch} is given. Hand it on as it is: it says that redirects are not followed. */
export interface KeySetFetchInit {
  readonly method: 'GET'
  readonly redirect: 'manual'
  readonly headers: Headers
  /** Aborted when the answer would come too late. */
  readonly signal: AbortSignal
}

/** A set that could not be read. Its message is a constant text. */
export class KeySetError extends Error {}

const MAX_BYTES = 65_536
const MAX_KEYS = 64
const MAX_DEPTH = 8

/**
 * Fetches a key set: over the address that the record gives and no other, in time, and of a bounded size.
 *
 * @returns the members of `keys`, of which nothing is known but that they are objects
 * @throws KeySetError as a rejection
 */
export async function fetchKeySet(
  url: string,
  { fetch, timeoutMs }: { fetch: KeySetFetch; timeoutMs: number },
): Promise<readonly object[]> {
  const set = await inTime(timeoutMs, async (signal) => {
    // One for each fetch, so that jose's own clock and cache, and a fetch that never ends, decide nothing.
    const remote = createRemoteJWKSet(new URL(url), {
      timeoutDuration: Math.ceil(timeoutMs),
      async [customFetch](_, { method, redirect, headers }) {
        const init = { method, redirect, headers, signal } as KeySetFetchInit
        return answerOf(await fetch(url, init), signal)
      },
    })
    await remote.reload()
    return remote.jwks()
  })
  const keys = set?.keys ?? []
  if (keys.length > MAX_KEYS) throw new KeySetError(`it has more than ${MAX_KEYS} keys`)
  return keys
}

async function inTime<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await withTimeout(ms, work)
  } catch (error) {
    // Texts of fetch and of jose may hold the address, and their causes the answer.
    throw error instanceof KeySetError ? error : new KeySetError('it is out of reach or too slow')
  }
}

/** The answer as jose goes on with it: whole, and JSON. */
async function answerOf(response: Response, signal: AbortSignal): Promise<Response> {
  if (response.status !== 200 || response.redirected) {
    await discard(response)
    throw new KeySetError('the answer is not 200')
  }
  const set = parseJsonObject(await readBody(response, signal), MAX_DEPTH)
  if (set === undefined) throw new KeySetError('the answer is not a JSON object')
  if (!Array.isArray(set['keys']) || !set['keys'].every(isObject))
    throw new KeySetError('the answer is not a JWK set (RFC 7517 section 5)')
  return { status: 200, json: () => Promise.resolve(set) } as unknown as Response
}

// Counted while it is read, after decompression: what content-length says is only said.
async function readBody(response: Response, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted()
    size += chunk.byteLength
    // Also NaN, for chunks that are no bytes.
    if (!(size <= MAX_BYTES)) throw new KeySetError(`the answer is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel()
  } catch {
    // It is refused either way.
  }
}
