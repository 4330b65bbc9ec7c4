import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFetch, createTokenSource } from '../src/index.ts'
import { Clock } from './fixtures/clock.ts'
import { tokenUntil } from './fixtures/tokens.ts'

const { RUNS, SEED } = process.env
const options = {
  numRuns: RUNS === undefined ? 60 : Number(RUNS),
  ...(SEED !== undefined && { seed: Number(SEED) }),
}

const answers = fc.oneof(
  { weight: 3, arbitrary: fc.constant('ok') },
  { weight: 3, arbitrary: fc.constant('refresh') },
  fc.constantFrom(
    'stop',
    'forbidden',
    'retry',
    'retry-401',
    'foreign',
    'busy',
    'offline',
    'garbage',
  ),
)

const steps = fc.array(
  fc.record({
    /** What the service answers in turn, while this step lasts. */
    answers: fc.array(answers, { minLength: 1, maxLength: 8 }),
    refresh: fc.constantFrom('new', 'new', 'same', 'expired', 'opaque', 'fails', 'empty'),
    requests: fc.integer({ min: 1, max: 5 }),
    date: fc.constantFrom('none', 'right', 'future', 'past', 'nonsense'),
    pause: fc.constantFrom(
      0,
      1,
      999,
      10_000,
      29_999,
      30_000,
      600_000,
      3_600_000,
      -86_400_000,
      86_400_000,
    ),
  }),
  { minLength: 1, maxLength: 12 },
)

const problem = (status: number, action: string, more: object = {}) =>
  Response.json(
    { action, ...more },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )

function answerOf(kind: string): Response {
  switch (kind) {
    case 'ok':
      return new Response('ok')
    case 'refresh':
    case 'stop':
      return problem(401, kind)
    case 'forbidden':
      return problem(403, 'stop')
    case 'retry':
      return problem(503, 'retry', { retryAfter: 5 })
    case 'retry-401':
      return problem(401, 'retry')
    case 'foreign':
      return new Response('who?', { status: 401 })
    case 'busy':
      return new Response('', { status: 429, headers: { 'retry-after': '1' } })
    case 'garbage':
      return new Response('{', {
        status: 401,
        headers: { 'content-type': 'application/problem+json' },
      })
    default:
      throw new TypeError('fetch failed')
  }
}

describe('whatever the service and the backend do', () => {
  it('every request ends, within 7 sendings; there is no storm and no lock-out', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (script, given) => {
        const clock = new Clock()
        let [refreshes, sent] = [0, 0]
        let step = script[0]!
        let last = tokenUntil(clock.ms, 3600)
        const old = tokenUntil(clock.ms - 7_200_000, 3600)
        const source = createTokenSource({
          ...(given && { token: last }),
          onTokenRefresh() {
            refreshes += 1
            if (step.refresh === 'fails') throw new Error('down')
            if (step.refresh === 'empty') return ''
            if (step.refresh === 'expired') return old
            if (step.refresh === 'opaque') return `opaque-${refreshes}`
            if (step.refresh === 'new') last = tokenUntil(clock.ms, 3600)
            return last
          },
          now: clock.now,
          timer: clock.timer,
          random: () => 0.5,
        })
        let held = 0
        const early: number[] = []
        source.subscribe((status) => {
          if (status.state === 'retrying') setImmediate(() => clock.advance(status.delay))
          if (status.state === 'stopped') held = status.until ?? held
          if (status.state !== 'refreshing' || status.why !== 'refused') return
          // A hold of more than ten minutes is one whose clock was set back.
          const left = held - clock.ms
          if (left > 0 && left <= 600_000) early.push(left)
          held = 0
        })
        const fetch = createFetch(source, {
          origins: 'https://gateway.example',
          async fetch(request) {
            sent += 1
            expect(request.headers.get('authorization')).toMatch(/^Bearer [!-~]+$/)
            const response = answerOf(step.answers[sent % step.answers.length]!)
            const shift = { none: NaN, right: 0, future: 9e10, past: -9e10, nonsense: NaN }[
              step.date
            ]
            if (!Number.isNaN(shift))
              response.headers.set('date', new Date(clock.ms + shift).toUTCString())
            if (step.date === 'nonsense') response.headers.set('date', 'soon')
            return response
          },
        })
        for (step of script) {
          for (let request = 0; request < step.requests; request += 1) {
            const before = { refreshes, sent }
            const [answer] = await Promise.allSettled([fetch('https://gateway.example/v1')])
            expect(sent - before.sent).toBeLessThanOrEqual(7)
            expect(refreshes - before.refreshes).toBeLessThanOrEqual(2)
            if (answer.status === 'rejected')
              expect(String(answer.reason)).toMatch(/^TokenRefreshError: No new token|fetch failed/)
          }
          clock.advance(step.pause)
        }
        // No lock-out: ten minutes later, with a backend and a service that are well, all is well.
        step = { ...step, answers: ['ok'], refresh: 'new', date: 'right' }
        clock.advance(600_000)
        expect((await fetch('https://gateway.example/v1')).status).toBe(200)
        expect(early).toEqual([])
        source.close()
        expect(clock.pending).toEqual([])
      }),
      options,
    )
  })

  it('many requests at once: no refresh more than one alone would cost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('refresh', 'stop', 'foreign', 'garbage'),
        fc.integer({ min: 1, max: 50 }),
        async (kind, requests) => {
          const clock = new Clock()
          let refreshes = 0
          const source = createTokenSource({
            token: 'first',
            onTokenRefresh: () => `token-${(refreshes += 1)}`,
            now: clock.now,
            timer: clock.timer,
          })
          const fetch = createFetch(source, {
            origins: 'https://gateway.example',
            fetch: async () => answerOf(kind),
          })
          for (let round = 0; round < 3; round += 1) {
            const all = Array.from({ length: requests }, () => fetch('https://gateway.example/v1'))
            for (const answer of await Promise.all(all)) expect(answer.status).toBe(401)
          }
          expect(refreshes).toBe(kind === 'stop' ? 0 : 1)
          source.close()
        },
      ),
      { ...options, numRuns: Math.ceil(options.numRuns / 10) },
    )
  })
})
