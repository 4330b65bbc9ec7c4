import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import * as client from '../src/index.ts'
import {
  createFetch,
  createTokenSource,
  type FetchOptions,
  type TokenSourceOptions,
} from '../src/index.ts'

const onTokenRefresh = () => 'token'
const origins = 'https://gateway.example'

describe('createTokenSource', () => {
  it.each<[string, object]>([
    ['option "onTokenRefrsh"', { onTokenRefresh, onTokenRefrsh: 1 }],
    ['option "sahre"', { onTokenRefresh, sahre: undefined }],
    ['option "headers"', { onTokenRefresh, headers: {} }],
    ['onTokenRefresh', {}],
    ['onTokenRefresh', { onTokenRefresh: '/api/support/token' }],
    ['share', { onTokenRefresh, share: true }],
    ['share', { onTokenRefresh, share: '' }],
    ['share', { onTokenRefresh, share: 'ten acme' }],
    ['share', { onTokenRefresh, share: 'undefined' }],
    ['refreshTimeout', { onTokenRefresh, refreshTimeout: 99 }],
    ['refreshTimeout', { onTokenRefresh, refreshTimeout: 120_001 }],
    ['refreshTimeout', { onTokenRefresh, refreshTimeout: NaN }],
    ['refreshTimeout', { onTokenRefresh, refreshTimeout: Infinity }],
    ['token', { onTokenRefresh, token: '' }],
    ['token', { onTokenRefresh, token: 'undefined' }],
    ['token', { onTokenRefresh, token: 'two words' }],
    ['token', { onTokenRefresh, token: null }],
    ['token', { onTokenRefresh, token: 7 }],
  ])('refuses a bad %s', (what, options) => {
    expect(() => createTokenSource(options as TokenSourceOptions)).toThrow(
      new TypeError(`countersign: bad ${what}`),
    )
  })

  it.each([undefined, null])('refuses %s', (options) => {
    expect(() => createTokenSource(options as never)).toThrow(TypeError)
  })

  it('takes undefined as left out', () => {
    const options = { onTokenRefresh, token: undefined, share: undefined }
    expect(createTokenSource(options as object as TokenSourceOptions).status).toEqual({
      state: 'idle',
    })
  })

  it('a polluted prototype sets nothing', async () => {
    const polluted = Object.prototype as { token?: string; header?: string }
    polluted.token = 'evil'
    polluted.header = 'X-Evil'
    try {
      const source = createTokenSource({ onTokenRefresh })
      expect(source.status).toEqual({ state: 'idle' })
      let headers: Headers | undefined
      const fetch = createFetch(source, {
        origins,
        fetch: async (request) => {
          ;({ headers } = request)
          return new Response()
        },
      })
      await fetch(origins)
      expect(headers?.get('authorization')).toBe('Bearer token')
      expect(headers?.has('x-evil')).toBe(false)
    } finally {
      delete polluted.token
      delete polluted.header
    }
  })
})

describe('createFetch', () => {
  const source = createTokenSource({ onTokenRefresh })
  it.each<[string, object]>([
    ['option "origin"', { origin: origins }],
    ['option "Header"', { origins, Header: 'User-Token' }],
    ['header or key', { origins, header: '' }],
    ['header or key', { origins, header: 'User Token' }],
    ['header or key', { origins, header: 'Authorization', apiKey: 'key' }],
    ['header or key', { origins, header: 'AUTHORIZATION', apiKey: 'key' }],
    ['header or key', { origins, header: 'x-tenant-key', tenantKey: 'ten_acme' }],
    ['header or key', { origins, scheme: '' }],
    ['header or key', { origins, scheme: 'two words' }],
    ['header or key', { origins, header: 'User-Token', apiKey: '' }],
    ['header or key', { origins, header: 'User-Token', apiKey: 'undefined' }],
    ['header or key', { origins, tenantKey: 'a\r\nb: c' }],
  ])('refuses a bad %s', (what, options) => {
    expect(() => createFetch(source, options as FetchOptions)).toThrow(
      new TypeError(`countersign: bad ${what}`),
    )
  })

  it.each(['a:b', 'a(b', 'é'])('refuses a header that has no such name: %s', (header) => {
    expect(() => createFetch(source, { origins, header })).toThrow(TypeError)
  })

  it.each([undefined, null, {}, { ...source }, () => 'token'])(
    'refuses what is no source: %s',
    (other) => {
      expect(() => createFetch(other as never, { origins })).toThrow('countersign: bad source')
    },
  )
})

test('the public surface', () => {
  expect(Object.keys(client).toSorted()).toEqual([
    'TokenRefreshError',
    'createFetch',
    'createTokenSource',
  ])
})

test('an idle source, shared or not, does not keep a process alive', () => {
  const program = `
    import { createTokenSource } from '@countersign/client'
    const source = createTokenSource({ onTokenRefresh: () => 'token', share: 'ten_acme/usr_42' })
    console.log(await source.get())
  `
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', loader, '--conditions=@countersign/source', '--input-type=module', '-e', program],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', timeout: 50_000 },
  )
  expect({ stdout, status }).toEqual({ stdout: 'token\n', status: 0 })
})
