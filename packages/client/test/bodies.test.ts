import { describe, expect, it, test } from 'vitest'
import { createFetch } from '../src/index.ts'
import { until } from './fixtures/clock.ts'
import { expired, refuse, unavailable } from './fixtures/service.ts'
import { World } from './fixtures/world.ts'

const text = 'Wie geht’s? ✨'
const bytes = new TextEncoder().encode(text)
const form = new FormData()
form.set('question', text)
form.set('file', new Blob([bytes]), 'question.txt')

const bodies: readonly [string, () => RequestInit['body']][] = [
  ['a string', () => text],
  ['an empty string', () => ''],
  ['a Blob', () => new Blob([bytes], { type: 'text/plain' })],
  ['an ArrayBuffer', () => bytes.slice().buffer],
  ['a typed array', () => bytes],
  ['a DataView', () => new DataView(bytes.slice().buffer, 1, 4)],
  ['URLSearchParams', () => new URLSearchParams({ q: text })],
  ['a FormData', () => form],
  ['large text', () => text.repeat(100_000)],
]

/** The first token is refused after the body was read, and the next answer asks to wait. */
async function twice(): Promise<World> {
  const world = await new World().start({ token: 'old' })
  world.service.answer = ({ token }, response) => {
    if (token === 'old') refuse(response, 401, expired)
    else if (world.service.received.length === 2) refuse(response, 503, unavailable)
    else response.end('ok')
  }
  return world
}

/** What was sent, without what is different each time: the boundary of a form. */
function sent(world: World): unknown[] {
  return world.service.received.map(({ method, headers, body }) => {
    const parts = [method, headers['content-type'] ?? '', body.toString('latin1')]
    return parts.map((part) => part.replaceAll(/formdata-undici-\d+/g, ''))
  })
}

describe.each(bodies)('%s', (_name, make) => {
  it.each<[string, (url: string) => Parameters<typeof fetch>]>([
    ['in init', (url) => [url, { method: 'POST', body: make() ?? null }]],
    ['in a Request', (url) => [new Request(url, { method: 'POST', body: make() ?? null })]],
    [
      'in init, over a Request',
      (url) => [new Request(url, { method: 'PUT', body: 'x' }), { body: make() ?? null }],
    ],
  ])('survives a refresh and a retry: %s', async (_place, args) => {
    const world = await twice()
    expect((await world.fetch(...args(world.url))).status).toBe(200)
    const [first, second, third] = sent(world)
    const plain = await new World().start()
    await fetch(...args(plain.url))
    expect(first).toEqual(sent(plain)[0])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
  })
})

describe('a stream in init.body', () => {
  const stream = () => new Blob([bytes]).stream()
  async function* parts() {
    yield bytes
  }
  const post = (body: unknown) => ({ method: 'POST', body, duplex: 'half' }) as RequestInit

  it.each([
    ['a ReadableStream', stream],
    ['an async iterable', parts],
  ])('%s is sent once, and the refusal is the answer', async (_name, make) => {
    const world = await twice()
    const answer = await world.fetch(world.url, post(make()))
    expect(await answer.json()).toEqual(expired)
    expect(world.service.received.map(({ body }) => body.toString())).toEqual([text])
    // What comes next has a new token.
    await world.fetch(world.url)
    expect(world.refreshes).toBe(1)
    expect(world.service.tokens).not.toEqual(['old', 'old'])
  })

  it('does not wait to be sent again either', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) => refuse(response, 503, unavailable)
    expect((await world.fetch(world.url, post(stream()))).status).toBe(503)
    expect(world.service.received).toHaveLength(1)
  })
})

describe('a Request', () => {
  it('is not used up, and keeps its own headers and method', async () => {
    const world = await twice()
    const request = new Request(world.url, {
      method: 'PATCH',
      headers: { 'x-own': 'mine', authorization: 'Basic xyz' },
      body: text,
    })
    await world.fetch(request, { headers: { 'x-own': 'other', 'content-type': 'text/plain' } })
    const headers = world.service.received.map((received) => [
      received.method,
      received.headers['x-own'],
      received.headers.authorization?.split(' ')[0],
    ])
    expect(headers).toEqual(Array.from({ length: 3 }, () => ['PATCH', 'other', 'Bearer']))
    expect(request.headers.get('authorization')).toBe('Basic xyz')
  })

  it('whose body was read before is refused as fetch refuses it', async () => {
    const world = await new World().start({ token: 'good' })
    const request = new Request(world.url, { method: 'POST', body: text })
    await request.text()
    await expect(world.fetch(request)).rejects.toThrow(TypeError)
    expect(world.service.received).toEqual([])
    expect(world.source.status.state).toBe('fresh')
  })
})

test('arguments that make no request are no reason to show "offline"', async () => {
  const world = await new World().start({ token: 'good' })
  await expect(world.fetch('::', {})).rejects.toThrow(TypeError)
  await expect(world.fetch(world.url, { body: 'GET has none' })).rejects.toThrow(TypeError)
  await expect(world.fetch(world.url, { headers: { 'a b': 'c' } })).rejects.toThrow(TypeError)
  expect(world.source.status.state).toBe('fresh')
  expect(world.service.received).toEqual([])
})

test('a URL that changes its text cannot pass the check and then lead elsewhere', async () => {
  const world = await new World().start({ token: 'good' })
  const other = await new World().start()
  let asked = 0
  const url = { toString: () => ((asked += 1) === 1 ? world.url : other.url) }
  await world.fetch(url as unknown as URL)
  expect(other.service.received).toEqual([])
})

describe('answers', () => {
  it('a stream of events is handed over as it comes, after a refresh', async () => {
    const world = await new World().start({ token: 'old' })
    let send: (data: string) => void = () => undefined
    world.service.answer = ({ token }, response) => {
      if (token === 'old') return refuse(response, 401, expired)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send = (data) => void response.write(`data: ${data}\n\n`)
      send('one')
    }
    const answer = await world.fetch(world.url, { headers: { accept: 'text/event-stream' } })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('data: one\n\n')
    send('two')
    expect((await reader.read()).value).toBe('data: two\n\n')
    await reader.cancel()
  })

  it('a refusal that is handed over is unread', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) =>
      refuse(response, 403, { code: 'insufficient_role', action: 'stop', detail: text })
    const answer = await world.fetch(world.url)
    expect(answer.bodyUsed).toBe(false)
    expect(await answer.json()).toMatchObject({ detail: text })
  })

  it('a custom fetch gets each request, and its answers are judged the same', async () => {
    const world = await new World().start({ token: 'old' })
    const requests: Request[] = []
    const fetch = createFetch(world.source, {
      origins: 'https://gateway.example',
      async fetch(request) {
        requests.push(request)
        return requests.length === 1
          ? Response.json(expired, {
              status: 401,
              headers: { 'content-type': 'application/problem+json' },
            })
          : new Response('ok')
      },
    })
    expect((await fetch('https://gateway.example/v1', { method: 'POST', body: text })).status).toBe(
      200,
    )
    expect(await Promise.all(requests.map((request) => request.text()))).toEqual([text, text])
    await until(() => world.refreshes === 1)
  })
})
