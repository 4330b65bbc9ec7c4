import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { createFetch, createTokenSource } from '../src/index.ts'
import { World } from './fixtures/world.ts'

const source = () => createTokenSource({ token: 'secret-token', onTokenRefresh: () => 'next' })

afterEach(() => vi.unstubAllGlobals())

describe('where the token is sent', () => {
  it('to the origins that were named, and to no other', async () => {
    const world = await new World().start({ token: 'secret-token' })
    const evil = await new World().start()
    await world.fetch(world.url)
    for (const url of [
      evil.url,
      world.url.replace('127.0.0.1', 'localhost'),
      world.url.replace('http:', 'https:'),
      `${world.service.origin}.evil.example/`,
      `//evil.example/${world.service.origin}`,
      'data:text/plain,x',
      'blob:https://gateway.example/1',
    ])
      await expect(world.fetch(url)).rejects.toThrow(TypeError)
    await expect(world.fetch(new Request(evil.url))).rejects.toThrow('countersign: bad origin')
    await expect(world.fetch(new URL(evil.url))).rejects.toThrow('countersign: bad origin')
    expect(world.service.tokens).toEqual(['secret-token'])
    expect(evil.service.received).toEqual([])
    expect(world.refreshes).toBe(0)
  })

  it('a URL with a user name is refused as fetch refuses it', async () => {
    const world = await new World().start({ token: 'secret-token' })
    await expect(world.fetch(world.url.replace('//', '//user:pass@'))).rejects.toThrow(TypeError)
    expect(world.service.received).toEqual([])
  })

  it('a list that is changed afterwards opens nothing', async () => {
    const evil = await new World().start()
    const origins = ['https://gateway.example']
    const fetch = createFetch(source(), { origins })
    origins.push(evil.service.origin)
    await expect(fetch(evil.url)).rejects.toThrow('countersign: bad origin')
    expect(evil.service.received).toEqual([])
  })

  it('no page, and no origins: an error when it is made', () => {
    expect(() => createFetch(source())).toThrow('countersign: bad origins')
  })

  it('in a page: to its own origin, also by a relative URL', async () => {
    vi.stubGlobal('location', { origin: 'https://app.example' })
    const sent: string[] = []
    const fetch = createFetch(source(), {
      fetch: async (request) => {
        sent.push(request.url)
        return new Response('ok')
      },
    })
    await fetch('https://app.example/v1')
    await expect(fetch('https://gateway.example/v1')).rejects.toThrow('countersign: bad origin')
    expect(sent).toEqual(['https://app.example/v1'])
  })

  it('a page without an origin, from a file or in a sandbox, has to name them', () => {
    vi.stubGlobal('location', { origin: 'null' })
    expect(() => createFetch(source())).toThrow('countersign: bad origins')
  })

  it.each([
    '',
    '*',
    'null',
    'gateway.example',
    'https://gateway.example/',
    'https://gateway.example/v1',
    'https://GATEWAY.example',
    'https://gateway.example:443',
    'data:',
    7,
    null,
    {},
    ['https://ok.example', '*'],
  ])('refuses what is no origin: %j', (origins) => {
    expect(() => createFetch(source(), { origins: origins as string })).toThrow(
      'countersign: bad origins',
    )
  })
})

describe('redirects', () => {
  test.each([
    ['Authorization', {}],
    ['User-Token', { header: 'User-Token', apiKey: 'key' }],
  ])('leak by redirect: %s goes nowhere else', async (_name, options) => {
    const world = await new World().start({ token: 'secret-token' }, options)
    const evil = await new World().start()
    for (const status of [301, 302, 303, 307, 308]) {
      world.service.answer = (_request, response) =>
        void response.writeHead(status, { location: evil.url }).end()
      await expect(world.fetch(world.url)).rejects.toThrow(TypeError)
      await expect(world.fetch(new Request(world.url))).rejects.toThrow(TypeError)
      await expect(world.fetch(world.url, { redirect: 'follow' })).rejects.toThrow(TypeError)
    }
    expect(evil.service.received).toEqual([])
  })

  it('are not followed within the origin either: what it points at is not known before', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = ({ path }, response) =>
      path === '/v1/chat'
        ? void response.writeHead(307, { location: '/v2' }).end()
        : void response.end()
    await expect(world.fetch(world.url)).rejects.toThrow(TypeError)
    expect(world.service.received).toHaveLength(1)
  })

  it('are handed over where the caller asks for that', async () => {
    const world = await new World().start({ token: 'good' })
    world.service.answer = (_request, response) =>
      void response.writeHead(302, { location: 'https://evil.example' }).end()
    expect((await world.fetch(world.url, { redirect: 'manual' })).status).toBe(302)
  })
})

describe('headers', () => {
  const headersOf = async (options: Parameters<typeof createFetch>[1], init?: RequestInit) => {
    const world = await new World().start({ token: 'jwt' }, options)
    await world.fetch(world.url, init)
    return world.service.received[0]?.headers
  }

  test('Authorization: Bearer, unless told otherwise', async () => {
    expect(await headersOf({})).toMatchObject({ authorization: 'Bearer jwt' })
    expect(await headersOf({ header: 'authorization', scheme: null })).toMatchObject({
      authorization: 'jwt',
    })
    expect(await headersOf({ scheme: 'Token' })).toMatchObject({ authorization: 'Token jwt' })
  })

  test('User-Token, alone or beside an API key', async () => {
    const alone = await headersOf({ header: 'User-Token' })
    expect(alone).toMatchObject({ 'user-token': 'jwt' })
    expect(alone).not.toHaveProperty('authorization')
    expect(await headersOf({ header: 'User-Token', apiKey: 'key' })).toMatchObject({
      'user-token': 'jwt',
      authorization: 'Bearer key',
    })
    expect(await headersOf({ header: 'X-Jwt', scheme: 'JWT' })).toMatchObject({
      'x-jwt': 'JWT jwt',
    })
  })

  test('X-Tenant-Key', async () => {
    expect(await headersOf({ tenantKey: 'ten_acme' })).toMatchObject({
      authorization: 'Bearer jwt',
      'x-tenant-key': 'ten_acme',
    })
  })

  test('what a request brings of these is replaced, and the rest is kept', async () => {
    const init = {
      headers: { Authorization: 'Bearer other', 'X-Tenant-Key': 'ten_other', 'X-Own': 'mine' },
    }
    expect(await headersOf({ tenantKey: 'ten_acme' }, init)).toMatchObject({
      authorization: 'Bearer jwt',
      'x-tenant-key': 'ten_acme',
      'x-own': 'mine',
    })
  })
})
