import { inspect } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { until } from './fixtures/clock.ts'
import { expired, refuse } from './fixtures/service.ts'
import { tokenOf } from './fixtures/tokens.ts'
import { reasonOf, World } from './fixtures/world.ts'

/** Everything after the first request is refused with this, so that it shows what was understood of it. */
async function answered(
  status: number,
  document: string | object,
  headers: Record<string, string> = {},
): Promise<{ world: World; answer: Response }> {
  const world = await new World().start({ token: 'good' })
  world.service.answer = (_request, response) => refuse(response, status, document, headers)
  return { world, answer: await world.fetch(world.url) }
}

describe('a hostile problem document', () => {
  const deep = `${'['.repeat(8000)}${']'.repeat(8000)}`
  it.each<[string, string | object]>([
    ['empty', ''],
    ['no JSON', '{"action":'],
    ['null', 'null'],
    ['a number', '7'],
    ['a string', '"refresh"'],
    ['a list', '["refresh"]'],
    ['deep', deep],
    ['an unknown action', { action: 'explode' }],
    ['an action of another case', { action: 'Stop' }],
    ['an action that is a list', { action: ['stop'] }],
    ['an action that is an object', { action: { toString: 'stop' } }],
    ['an action with a null', { action: null }],
    ['members of Object', '{"__proto__":{"action":"stop"},"constructor":1,"toString":2}'],
    ['not UTF-8', '\u00ff\u00fe'],
  ])('with 401 counts as none: %s', async (_name, document) => {
    const { world, answer } = await answered(401, document)
    expect(answer.status).toBe(401)
    expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
  })

  it.each([400, 403, 404, 429, 500, 503])('with %d and no action is the answer', async (status) => {
    const { world, answer } = await answered(status, '{"action":')
    expect(await answer.text()).toBe('{"action":')
    expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
  })

  it('over 16 KiB is not read, and can be read by the caller', async () => {
    const large = JSON.stringify({ action: 'stop', detail: 'x'.repeat(16_384) })
    const { world, answer } = await answered(401, large)
    expect(world.refreshes).toBe(1)
    expect(await answer.text()).toBe(large)
  })

  it('without an end is read no further than that, and is let go', async () => {
    const world = await new World().start({ token: 'good' })
    let open = 0
    world.service.answer = (_request, response) => {
      open += 1
      response.on('close', () => (open -= 1))
      response.writeHead(503, { 'content-type': 'application/problem+json' })
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    }
    const answer = await world.fetch(world.url)
    expect(answer.status).toBe(503)
    await answer.body?.cancel()
    await until(() => open === 0)
  })

  it('that never comes is waited for 5 s', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => {
      response.writeHead(503, { 'content-type': 'application/problem+json' })
      response.write('{')
    }
    const waiting = world.fetch(world.url)
    await until(() => world.clock.pending.length === 1)
    expect(world.clock.pending).toEqual([5000])
    world.clock.advance(5000)
    const answer = await waiting
    expect(answer.status).toBe(503)
    await answer.body?.cancel()
  })

  it('that breaks off counts as none', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => {
      response.writeHead(503, {
        'content-type': 'application/problem+json',
        'content-length': '99',
      })
      response.write('{', () => response.destroy())
    }
    const answer = await world.fetch(world.url)
    expect(answer.status).toBe(503)
    expect(await reasonOf(answer.text())).toBeInstanceOf(TypeError)
  })

  it('without a body counts as none', async () => {
    const { world, answer } = await answered(401, '', { 'content-length': '0' })
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(world.refreshes).toBe(1)
  })

  it('of a success is not read', async () => {
    const { world, answer } = await answered(200, { action: 'stop' })
    expect(answer.bodyUsed).toBe(false)
    expect(world.source.status.state).toBe('fresh')
  })

  it.each(['application/json', 'text/plain', 'text/application/problem+json', ''])(
    'of another type counts as none: %s',
    async (type) => {
      const { world } = await answered(401, { action: 'stop' }, { 'content-type': type })
      expect(world.counts).toEqual({ refreshes: 1, requests: 2 })
    },
  )

  it('whose type is in other letters is read', async () => {
    const type = 'Application/Problem+JSON; charset=utf-8'
    const { world } = await answered(401, { action: 'stop' }, { 'content-type': type })
    expect(world.counts).toEqual({ refreshes: 0, requests: 1 })
  })

  it('has a code only if it is a text', async () => {
    const { world } = await answered(403, { action: 'stop', code: { a: 1 } })
    expect(world.source.status).toMatchObject({ state: 'stopped', code: undefined })
  })

  it('a server that mixes everything: an end comes all the same', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => {
      const odd = world.service.received.length % 2 === 1
      refuse(response, 401, odd ? expired : { action: 'retry', retryAfter: 1 })
    }
    const answer = await world.fetch(world.url)
    expect(answer.status).toBe(401)
    expect(world.service.received.length).toBeLessThanOrEqual(7)
    expect(world.refreshes).toBe(1)
  })
})

test('no error, and nothing that can be looked into, shows a token', async () => {
  const canary = 'CANARY'
  const jwt = tokenOf({ exp: 1, canary }).replace('c2lnbmF0dXJl', canary)
  const world = await new World().start({ token: jwt })
  world.service.answer = (_request, response) => refuse(response, 401, expired)
  const errors: unknown[] = []
  world.refresh = () => `${jwt} with a space`
  errors.push(await reasonOf(world.fetch(world.url)))
  errors.push(await reasonOf(world.fetch('https://elsewhere.example')))
  try {
    world.source.set(`${canary} two`)
  } catch (error) {
    errors.push(error)
  }
  world.refresh = () => jwt
  world.clock.advance(60_000)
  await world.fetch(world.url)
  errors.push(await reasonOf(world.source.get()))
  world.source.close()
  errors.push(await reasonOf(world.source.get()))
  expect(errors).toHaveLength(5)
  const shown = [...errors, world.heard, world.source, world.fetch].map((value) => [
    inspect(value, { depth: 9, showHidden: true }),
    String(value),
    JSON.stringify(value),
  ])
  expect(shown.flat().join('\n')).not.toContain(canary)
  expect(shown.flat().join('\n')).not.toContain(jwt.split('.')[1])
})
