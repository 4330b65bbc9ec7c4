import { AuthError } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { serving, type Answer, type Host } from '../hosts/host.ts'
import { posting, userToken } from './case.ts'
import { send, type RawAnswer } from './raw-client.ts'
import { search } from './services.ts'

class DownstreamError extends Error {
  readonly code = 'token_expired'
  readonly status = 401
  readonly statusCode = 401
  readonly expose = true
}

const FAILURES: Readonly<Record<string, () => Error>> = {
  'an Error': () => new Error('boom'),
  'an error that looks like a 401': () => new DownstreamError('not yours'),
  'an UnauthorizedError': () =>
    Object.assign(new Error('jwt expired'), { name: 'UnauthorizedError' }),
  'an AuthError of its own making': () => new AuthError('token_expired'),
}

const ORDERS = ['after-parser', 'around-parser', 'unbound'] as const

/** Section 6: a downstream error is never relabelled, and the framework hears of it once. */
export function describeDownstreamErrors(host: Host): void {
  describe.each(Object.entries(FAILURES))('a handler that fails with %s', (_name, failure) => {
    it.each(['throws', 'rejects', 'rejects later'] as const)('%s', async (way) => {
      const bare = await fail(host, way, failure)
      for (const order of ORDERS) {
        const guarded = await fail(host, way, failure, order)
        expect(guarded.seen).toBe(1)
        expect(guarded.same).toBe(true)
        // What a service without countersign answers, byte for byte.
        expect(withoutVary(guarded.answer)).toStrictEqual(withoutVary(bare.answer))
      }
    })
  })

  it('a handler that fails once leaves the next request alone', async () => {
    let failed = false
    const handler = (): Answer => {
      if (failed) return { json: { fine: true } }
      failed = true
      throw new Error('boom')
    }
    await serving(host, { auth: search(), routes: [{ path: '/', handler }] }, async (app) => {
      const good = { path: '/', ...posting(userToken(searchToken()), {}) }
      expect((await send(app, good)).status).toBe(500)
      expect((await send(app, good)).body).toBe('{"fine":true}')
    })
  })
}

async function fail(
  host: Host,
  way: 'throws' | 'rejects' | 'rejects later',
  failure: () => Error,
  order?: (typeof ORDERS)[number],
): Promise<{ answer: RawAnswer; seen: number; same: boolean }> {
  const thrown = failure()
  delete thrown.stack // Express prints it, and the adapter's own lines may stand in it
  const seen: unknown[] = []
  const handler = (): Promise<Answer> => {
    if (way === 'throws') throw thrown
    return way === 'rejects'
      ? Promise.reject(thrown)
      : nextTurn().then(() => Promise.reject(thrown))
  }
  const answer = await serving(
    host,
    {
      ...(order !== undefined && { auth: search(), order }),
      routes: [{ path: '/', handler }],
      onError: (error) => seen.push(error),
    },
    (app) => send(app, { path: '/', ...posting(userToken(searchToken()), { query: 'a' }) }),
  )
  return { answer, seen: seen.length, same: seen[0] === thrown }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function withoutVary({ status, headers, body }: RawAnswer): unknown {
  const { vary: _vary, date: _date, ...rest } = headers
  return { status, headers: rest, body }
}
