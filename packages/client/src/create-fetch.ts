import type { FetchOptions } from './fetch-options.ts'
import { must, mustKnow, own } from './options.ts'
import { PROBLEM_TYPE, readDelay, readProblem } from './problem.ts'
import { supplies } from './supply.ts'
import type { TokenSource } from './token-source.ts'
import { isToken } from './token.ts'
import { nothing, wait } from './waiting.ts'

/**
 * Makes a `fetch` that sends the source's token, and does what a refusal says.
 *
 * - 401 with `action: "refresh"`, and 401 without a problem document: one new token, and the request once more.
 * - `action: "retry"`: the same once more, after `retryAfter` seconds and up to half as much again, five times at most. (From
 *   1 to 60 s. Where the document does not say: the header `Retry-After` in seconds, else 5.)
 * - Everything else is the answer, unread. After a 401 that says `stop`, or a second `refresh`, the token is not sent again:
 *   further requests get the same document without being sent, until there is a new token, after 30 s at the earliest.
 *
 * Every body can be sent again, that of a `Request` too, except a stream in `init.body`: then the refusal is the answer, and
 * the next request has the new token. A redirect is an error, since the token would go along.
 *
 * The function rejects as `fetch` does, with a `TokenRefreshError` where there is no token, and with the reason of the
 * signal wherever it waits. It sets the headers that it owns over those that the request brings.
 *
 * @throws TypeError that names a wrong option, without its value
 */
export function createFetch(
  source: TokenSource,
  options: FetchOptions = {},
): typeof globalThis.fetch {
  const supply = supplies.get(source)
  must(supply, 'source')
  const [acquire, judge, heldUntil, learnTime, publish, waiting, timer, random] = supply
  const {
    origins = (globalThis as { location?: { origin?: string } }).location?.origin,
    header = 'Authorization',
    scheme = /^authorization$/i.test(header) ? 'Bearer' : null,
    apiKey,
    tenantKey,
    fetch = (request: Request) => globalThis.fetch(request),
    ...unknown
  } = own(options)
  mustKnow(unknown)
  // A copy: what happens to the list later must not open it.
  const allowed = ([] as unknown[]).concat(origins)
  must(allowed.every(isOrigin), 'origins')
  const texts = [header, scheme ?? header, apiKey ?? header, tenantKey ?? header]
  must(texts.every(isToken), 'header or key')
  const beside = new Headers()
  if (apiKey) beside.set('Authorization', `Bearer ${apiKey}`)
  if (tenantKey) beside.set('X-Tenant-Key', tenantKey)
  must(!beside.has(header), 'header or key')
  let refused: string | undefined
  let refusal: string | undefined

  return async (input, init) => {
    // Resolved and read once: what is checked is what is sent.
    const original = input instanceof Request ? input : new Request(input)
    // A request that is made of another one forgets this.
    const given = { referrerPolicy: original.referrerPolicy, ...init }
    const { signal = original.signal, redirect = original.redirect, body } = given
    // Strings, forms and bytes can be sent twice; a stream cannot.
    const stream = body as
      { getReader?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined
    const repeatable = !(stream?.getReader ?? stream?.[Symbol.asyncIterator])
    must(allowed.includes(new URL(original.url).origin), 'origin')
    let renewed = false
    for (let attempt = 1; ;) {
      const token = await acquire(signal)
      if (refused === token && heldUntil())
        return new Response(refusal, {
          status: 401,
          headers: { 'content-type': PROBLEM_TYPE },
        })

      const request = new Request(original.clone(), {
        ...given,
        // A header would go along, to wherever the service points.
        redirect: redirect === 'follow' ? 'error' : redirect,
      })
      for (const [name, value] of beside) request.headers.set(name, value)
      request.headers.set(header, scheme ? `${scheme} ${token}` : token)
      let response: Response
      try {
        response = await fetch(request)
      } catch (error) {
        if (!signal?.aborted) publish({ state: 'offline' })
        throw error
      }
      const { status, headers } = response
      const discard = () => void response.body?.cancel().catch(nothing)
      learnTime(headers.get('date'))
      const [action, code, retryAfter, text] = await readProblem(response, timer, signal)
      if (action === 'retry' && attempt <= MAX_RETRIES && repeatable) {
        const seconds = readDelay(retryAfter, headers)
        const delay = seconds * 1000 * (1 + random() / 2)
        publish({ state: 'retrying', attempt, delay, status, code })
        attempt += 1
        discard()
        await wait(timer, delay, undefined, signal, waiting)
      } else if (judge(token, status, action, code, renewed) && repeatable) {
        renewed = true
        discard()
      } else {
        if (status === 401 && text) {
          refused = token
          refusal = text
        }
        return response
      }
    }
  }
}

const MAX_RETRIES = 5

function isOrigin(text: unknown): boolean {
  try {
    return new URL(text as string).origin === text
  } catch {
    return false
  }
}
