import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fetchKeySet, type KeySetFetch } from '../src/key-set-fetch.ts'
import { p256 } from './fixtures/keys.ts'
import { jwkOf, jwksHost, type JwksHost } from './fixtures/jwks-host.ts'

const URL = 'https://acme.example/jwks?v=1'
const set = { keys: [jwkOf(p256().publicKey, { kid: 'a' })] }
const tooLarge = 'the answer is larger than 65536 bytes'
const OUT_OF_REACH = 'it is out of reach or too slow'

const read = async (host: JwksHost, timeoutMs = 5000): Promise<readonly object[]> =>
  fetchKeySet(URL, { fetch: host.fetch, timeoutMs })
const reasonOf = async (fetched: Promise<unknown>): Promise<string> =>
  fetched.then(
    () => expect.unreachable('it was read'),
    (error: Error) => {
      expect(error.cause).toBeUndefined()
      return error.message
    },
  )
/** Answers by a fetch of one's own. */
const own = async (fetch: () => unknown, timeoutMs = 5000): Promise<readonly object[]> =>
  fetchKeySet(URL, { fetch: fetch as KeySetFetch, timeoutMs })

describe('a key set that is fetched', () => {
  it('is asked for with GET, as JSON, at the address and no other', async () => {
    const host = await jwksHost(set)
    expect(await read(host)).toEqual(set.keys)
    expect(host.asked).toEqual(['acme.example/jwks?v=1'])
    expect(host.requests.map(({ method, url }) => [method, url])).toEqual([['GET', '/jwks?v=1']])
    expect(host.requests[0]?.headers.accept).toBe('application/json, application/jwk-set+json')
    expect(host.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(host.requests[0]?.headers).not.toHaveProperty('cookie')
  })

  it('may be called anything: only what it parses to counts', async () => {
    for (const type of ['application/jwk-set+json', 'text/plain', 'text/html', '']) {
      const host = await jwksHost((response) =>
        response.setHeader('content-type', type).end(JSON.stringify(set)),
      )
      expect(await read(host)).toEqual(set.keys)
    }
  })

  it('may have other members', async () => {
    expect(await read(await jwksHost({ ...set, issued: 1, more: { nested: [1] } }))).toEqual(
      set.keys,
    )
  })

  it('is what was parsed: later writes of the fetch change nothing', async () => {
    const keys = await read(await jwksHost(set))
    expect(Object.getPrototypeOf(keys[0])).toBe(Object.prototype)
  })
})

describe('redirects are not followed', () => {
  it.each([
    [301, 'https://acme.example/elsewhere'],
    [302, '/elsewhere'],
    [302, 'http://acme.example/elsewhere'],
    [303, 'https://evil.example/jwks'],
    [307, 'https://evil.example/jwks'],
    [308, 'http://169.254.169.254/latest/meta-data/'],
  ])('%i to %s', async (status, location) => {
    const host = await jwksHost((response, { url }) => {
      if (url === '/jwks?v=1') response.writeHead(status, { location }).end(JSON.stringify(set))
      else response.end(JSON.stringify(set))
    })
    expect(await reasonOf(read(host))).toBe('the answer is not 200')
    expect(host.requests.map(({ url }) => url)).toEqual(['/jwks?v=1'])
  })

  it('is said to the fetch, and a fetch that follows them all the same is refused', async () => {
    let said: unknown
    const followed = new Response(JSON.stringify(set))
    Object.defineProperty(followed, 'redirected', { value: true })
    const fetched = fetchKeySet(URL, {
      timeoutMs: 5000,
      fetch: (_, { redirect }) => {
        said = redirect
        return Promise.resolve(followed)
      },
    })
    expect(await reasonOf(fetched)).toBe('the answer is not 200')
    expect(said).toBe('manual')
  })
})

describe('an answer that is no key set', () => {
  it.each([[201], [204], [206], [304], [401], [403], [404], [429], [500], [503]])(
    'with status %i, whatever it holds',
    async (status) => {
      const host = await jwksHost((response) =>
        response.writeHead(status).end(status === 204 || status === 304 ? '' : JSON.stringify(set)),
      )
      expect(await reasonOf(read(host))).toBe('the answer is not 200')
    },
  )

  const json = JSON.stringify(set)
  it.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['HTML', '<!doctype html><html><body>Sign in</body></html>'],
    ['garbage', Buffer.from([0xff, 0x00, 0x80, 0x7b])],
    ['JSON that is cut off', json.slice(0, -1)],
    ['JSON with something behind it', `${json}x`],
    ['JSON behind a BOM', `\uFEFF${json}`],
    ['JSON that is not UTF-8', Buffer.from(json.replace('"a"', '"\u00e9"'), 'latin1')],
    ['a list', JSON.stringify(set.keys)],
    ['null', 'null'],
    ['a text', JSON.stringify(json)],
    ['JSON that repeats a member', json.replace('{"keys"', '{"keys":[],"keys"')],
    ['a key that repeats a member', json.replace('"kid"', '"kid":"b","kid"')],
    ['a key with a member __proto__', json.replace('"kid"', '"__proto__":{},"kid"')],
    ['JSON that is deep', `{"keys":[],"x":${'['.repeat(9)}${']'.repeat(9)}}`],
    ['JSON that is very deep', `{"keys":[],"x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('%s', async (_, body) => {
    const host = await jwksHost((response) => response.end(body))
    expect(await reasonOf(read(host))).toBe('the answer is not a JSON object')
  })

  it.each([
    [{}],
    [{ Keys: set.keys }],
    [{ keys: null }],
    [{ keys: set.keys[0] }],
    [{ keys: { 0: set.keys[0], length: 1 } }],
    [{ keys: 'x' }],
    [{ keys: [set.keys[0], null] }],
    [{ keys: [set.keys] }],
    [{ keys: [JSON.stringify(set.keys[0])] }],
    [set.keys[0] as object],
  ])('%j', async (body) => {
    expect(await reasonOf(read(await jwksHost(body)))).toBe(
      'the answer is not a JWK set (RFC 7517 section 5)',
    )
  })

  it('with more than 64 keys', async () => {
    const keys = (count: number): object => ({
      keys: Array.from({ length: count }, () => ({ kty: 'EC' })),
    })
    expect(await read(await jwksHost(keys(64)))).toHaveLength(64)
    expect(await reasonOf(read(await jwksHost(keys(65))))).toBe('it has more than 64 keys')
  })
})

describe('the size of an answer', () => {
  const padded = (size: number): string => {
    const text = JSON.stringify(set)
    return `${text.slice(0, -1)},"pad":"${'x'.repeat(size - text.length - 9)}"}`
  }

  it('is at most 64 KiB, to the byte', async () => {
    expect(padded(65_536)).toHaveLength(65_536)
    expect(await read(await jwksHost((response) => response.end(padded(65_536))))).toEqual(set.keys)
    const host = await jwksHost((response) => response.end(padded(65_537)))
    expect(await reasonOf(read(host))).toBe(tooLarge)
  })

  it('is counted where no content-length tells it, and the rest of 10 MB is never sent', async () => {
    let sent = 0
    let closed: Promise<unknown> | undefined
    const host = await jwksHost((response) => {
      closed = once(response, 'close').then(() => response.writableFinished)
      const chunk = Buffer.alloc(65_536, 0x20)
      const more = (): void => {
        while (sent < 10_485_760 && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    expect(await reasonOf(read(host))).toBe(tooLarge)
    expect(await closed).toBe(false)
    expect(sent).toBeLessThan(10_485_760)
  })

  it('is counted where content-length lies', async () => {
    const long = await jwksHost((response) =>
      response.writeHead(200, { 'content-length': 10_485_760 }).write(Buffer.alloc(70_000, 0x20)),
    )
    expect(await reasonOf(read(long))).toBe(tooLarge)
    const body = padded(70_000)
    const short = await jwksHost((response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n${body}`)
    })
    expect(await reasonOf(read(short))).toBe('the answer is not a JSON object')
    const own64 = own(() =>
      Promise.resolve(new Response(body, { headers: { 'content-length': '20' } })),
    )
    expect(await reasonOf(own64)).toBe(tooLarge)
  })

  it('is counted after decompression: a bomb of 10 MB in 10 KB is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(10_485_760, 0x20))
    expect(bomb.length).toBeLessThan(20_000)
    const host = await jwksHost((response) =>
      response.setHeader('content-encoding', 'gzip').end(bomb),
    )
    expect(await reasonOf(read(host))).toBe(tooLarge)
  })

  it('may be compressed', async () => {
    const host = await jwksHost((response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify(set))),
    )
    expect(await read(host)).toEqual(set.keys)
  })
})

describe('an answer that does not come', () => {
  it.each<[string, Parameters<typeof jwksHost>[0]]>([
    ['a reset before the headers', (response): void => void response.socket?.destroy()],
    [
      'a reset in the body',
      (response): void => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"keys":', () => response.socket?.destroy())
      },
    ],
    ['no HTTP', (response): void => void response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ])('%s', async (_, answer) => {
    expect(await reasonOf(read(await jwksHost(answer)))).toBe(OUT_OF_REACH)
  })

  it.each<[string, Parameters<typeof jwksHost>[0]]>([
    ['hangs', (): void => undefined],
    ['hangs in the body', (response): void => void response.write('{"keys":[')],
    [
      'drips',
      (response): void => {
        const timer = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ])('a host that %s is left after the time limit', async (_, answer) => {
    const host = await jwksHost(answer)
    expect(await reasonOf(read(host, 100))).toBe(OUT_OF_REACH)
    // The connection goes with it.
    const socket = host.requests[0]?.socket
    if (socket?.closed === false) await new Promise((resolve) => socket.once('close', resolve))
  })

  it.each<[string, () => unknown]>([
    ['never settles', () => new Promise(() => undefined)],
    [
      'gives a body that never ends',
      () =>
        Promise.resolve(new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))),
    ],
  ])('a fetch that looks at no signal and %s is not waited for', async (_, fetch) => {
    expect(await reasonOf(own(fetch, 100))).toBe(OUT_OF_REACH)
  })

  it('a body that goes on coming is not read any further', async () => {
    let cancel: (reason: unknown) => void
    const cancelled = new Promise((resolve) => (cancel = resolve))
    const drip = new ReadableStream({
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        controller.enqueue(Uint8Array.of(0x20))
      },
      cancel: (reason) => cancel(reason),
    })
    expect(await reasonOf(own(() => Promise.resolve(new Response(drip)), 100))).toBe(OUT_OF_REACH)
    await cancelled
  })

  it('a body of an answer that is refused is not read at all', async () => {
    let cancelled = false
    const body = new ReadableStream({ cancel: () => void (cancelled = true) })
    const refused = own(() => Promise.resolve(new Response(body, { status: 404 })))
    expect(await reasonOf(refused)).toBe('the answer is not 200')
    expect(cancelled).toBe(true)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined as unknown as Error
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['rejects with a text', () => Promise.reject('canary')],
    ['gives nothing', () => undefined],
    ['gives a body that cannot be read', () => Promise.resolve({ status: 200, body: 7 })],
  ])('a fetch that %s', async (_, fetch) => {
    expect(await reasonOf(own(fetch))).toBe(OUT_OF_REACH)
  })

  it('a body of texts is not counted as nothing', async () => {
    const texts = (): unknown => Promise.resolve({ status: 200, body: ['{"keys":[]}'] })
    expect(await reasonOf(own(texts))).toBe(tooLarge)
  })

  it('an answer without a body', async () => {
    expect(await reasonOf(own(() => Promise.resolve(new Response(null))))).toBe(
      'the answer is not a JSON object',
    )
  })

  it('a time limit that is no whole number of milliseconds', async () => {
    expect(await read(await jwksHost(set), 1000.5)).toEqual(set.keys)
  })
})
