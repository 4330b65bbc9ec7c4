import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { defineProfile, type Profile } from '../src/profile.ts'
import { searchIntegration } from '../src/profiles/search-integration.ts'
import { supportWidget } from '../src/profiles/support-widget.ts'
import {
  carriesBody,
  headerText,
  isPreflight,
  readCredentials,
  withoutScheme,
  withScheme,
} from '../src/request.ts'
import { refusalOf } from './fixtures/refusals.ts'

const widget = supportWidget()
const search = searchIntegration()
const read = (headers: unknown, profile: Profile = widget, rawHeaders?: string[]): unknown =>
  readCredentials({ headers: headers as IncomingHttpHeaders, rawHeaders }, profile)
const refused = (...args: Parameters<typeof read>): unknown => refusalOf(() => read(...args))
const invalid = (reason: string): object => ({
  code: 'request_invalid',
  reason,
  claim: undefined,
})
const noKey = { code: 'api_key_rejected', reason: 'no API key', claim: undefined }
const bearer = (token: string): object => ({
  sent: `Bearer ${token}`,
  hint: undefined,
  apiKey: undefined,
})

describe('the token', () => {
  it('stands behind its scheme, compared without case (RFC 9110 section 11.4)', () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR'])
      expect(read({ authorization: `${scheme} abc` })).toEqual(bearer('abc'))
  })

  it('is taken as it is: what is not canonical is refused later', () => {
    expect(read({ authorization: 'Bearer  abc' })).toEqual(bearer(' abc'))
    expect(read({ authorization: 'Bearer abc ' })).toEqual(bearer('abc '))
    expect(read({ authorization: 'Bearer undefined' })).toEqual(bearer('undefined'))
  })

  it('is found behind it again', () => {
    for (const scheme of ['Bearer', null])
      for (const token of ['abc', ' abc', 'Bearer abc', ''])
        expect(withoutScheme(withScheme(token, scheme), scheme)).toBe(token)
  })

  it('is the bare value where there is no scheme', () => {
    const headers = { 'user-token': 'Bearer abc', authorization: 'Bearer key' }
    expect(read(headers, search)).toEqual({ sent: 'Bearer abc', hint: undefined, apiKey: 'key' })
  })

  it('is absent where its header is, and only then', () => {
    expect(read({})).toEqual({ sent: undefined, hint: undefined, apiKey: undefined })
    expect(read({ authorization: undefined })).toEqual(read({}))
  })

  it.each([[''], [' '], ['\t']])('refuses the empty header %j', (authorization) => {
    expect(refused({ authorization })).toEqual(invalid('a header is empty'))
    expect(refused({ authorization: 'Bearer k', 'user-token': authorization }, search)).toEqual(
      invalid('a header is empty'),
    )
  })

  it.each([['Bearer'], ['bearer'], ['Bearer '], ['Bearer   '], ['Bearer \t']])(
    'refuses a scheme without credentials: %j',
    (authorization) => {
      expect(refused({ authorization })).toEqual(invalid('a scheme without credentials'))
    },
  )

  it.each([
    ['Basic abc'],
    ['Bearerabc'],
    ['Bearer\tabc'],
    ['Bear'],
    ['BearerX abc'],
    ['abc'],
    ['Beared x'],
    ['Tokens x'],
  ])('refuses another scheme: %j', (authorization) => {
    expect(refused({ authorization })).toEqual(invalid('another scheme, or no credentials'))
  })
})

describe('the API key', () => {
  it.each([
    [{}],
    [{ authorization: 'Basic abc' }],
    [{ authorization: 'Bear' }],
    [{ authorization: 'key' }],
  ])('is refused where it is absent or of another scheme: %j', (headers) => {
    expect(refused({ ...headers, 'user-token': 'x' }, search)).toEqual(noKey)
  })

  it('is a malformed request where it is empty', () => {
    for (const authorization of ['Bearer', 'Bearer '])
      expect(refused({ authorization }, search)).toEqual(invalid('a scheme without credentials'))
    expect(refused({ authorization: '' }, search)).toEqual(invalid('a header is empty'))
  })

  it('is answered for before the token’s scheme, but after the shape of every header', () => {
    const profile = defineProfile({
      name: 'p',
      algorithms: ['HS256'],
      token: { header: 'x-token', scheme: 'JWT' },
      tenant: { claim: 't', hint: 'x-hint', apiKey: { header: 'x-key', scheme: 'Key' } },
      issuer: null,
      audience: null,
      type: null,
      maxLifetime: 60,
      user: { id: null, email: null, roles: null, plan: null },
      filters: null,
      userAttributes: null,
      body: null,
    })
    expect(refused({ 'x-token': 'Basic x' }, profile)).toEqual(noKey)
    expect(refused({ 'x-token': '' }, profile)).toEqual(invalid('a header is empty'))
    expect(refused({ 'x-hint': '' }, profile)).toEqual(invalid('a header is empty'))
    expect(read({ 'x-token': 'jwt a', 'x-hint': 'h', 'x-key': 'KEY k' }, profile)).toEqual({
      sent: 'JWT a',
      hint: 'h',
      apiKey: 'k',
    })
  })
})

describe('the hint', () => {
  it('is read where the profile has one', () => {
    expect(read({ authorization: 'Bearer a', 'x-tenant-key': 'acme' })).toEqual({
      sent: 'Bearer a',
      hint: 'acme',
      apiKey: undefined,
    })
    expect(refused({ 'x-tenant-key': ' ' })).toEqual(invalid('a header is empty'))
    expect(read({ authorization: 'Bearer k', 'x-tenant-key': 'acme' }, search)).toEqual({
      sent: undefined,
      hint: undefined,
      apiKey: 'k',
    })
  })
})

describe('where headers are read', () => {
  it('Fetch Headers', () => {
    expect(read(new Headers({ Authorization: 'Bearer abc' }))).toEqual(bearer('abc'))
    expect(read(new Headers())).toMatchObject({ sent: undefined })
    expect(refused(new Headers({ authorization: '' }))).toEqual(invalid('a header is empty'))
  })

  it('a plain object in whatever case', () => {
    for (const name of ['Authorization', 'AUTHORIZATION', 'aUthorization'])
      expect(read({ other: 'x', authorizatiox: 'y', [name]: 'Bearer abc' })).toEqual(bearer('abc'))
  })

  it.each([
    ['inherited headers', Object.create({ authorization: 'Bearer abc' })],
    ['a Map', new Map([['Authorization', 'Bearer abc']])],
    ['a list of pairs', [['Authorization', 'Bearer abc']]],
  ])('%s are no headers: a token in them must not look absent', (_name, headers) => {
    expect(() => read(headers as never)).toThrow(
      new TypeError('headers are neither a plain object nor Headers'),
    )
  })

  it('a polluted prototype is no header', () => {
    const polluted = Object.prototype as { authorization?: string }
    polluted.authorization = 'Bearer abc'
    try {
      expect(read({})).toMatchObject({ sent: undefined })
    } finally {
      delete polluted.authorization
    }
  })

  it('in a shape that is not known, none is believed', () => {
    class Odd {
      authorization = 'Bearer abc'
    }
    const map = Object.assign(new Map(), { authorization: 'Bearer abc' })
    for (const headers of [new Odd(), map, [['authorization', 'Bearer abc']]])
      for (const rawHeaders of [undefined, ['Authorization', 'Bearer abc']])
        expect(() => read(headers, widget, rawHeaders)).toThrow(TypeError)
  })

  it('a list of one value counts as the value', () => {
    expect(read({ authorization: ['Bearer abc'] })).toEqual(bearer('abc'))
    expect(read({ authorization: [] })).toMatchObject({ sent: undefined })
  })

  it.each([[7], [{}], [true]])('%j is no text', (authorization) => {
    expect(refused({ authorization })).toEqual(invalid('a header is not text'))
  })
})

describe('a header that is repeated', () => {
  const repeated = invalid('a header is repeated')

  it('in rawHeaders is refused, whatever headers show', () => {
    const raw = ['Host', 'x', 'Authorization', 'Bearer a', 'authorization', 'Bearer b']
    expect(refused({ authorization: 'Bearer a' }, widget, raw)).toEqual(repeated)
    const hints = ['X-Tenant-Key', 'acme', 'x-tenant-key', 'acme']
    expect(refused({ 'x-tenant-key': 'acme, acme' }, widget, hints)).toEqual(repeated)
    expect(refused({}, widget, raw)).toEqual(repeated)
  })

  it('is counted by name, in names only', () => {
    const raw = ['Authorization', 'Bearer a', 'x-other', 'authorization', 'authorizatiox', 'x']
    expect(read({ authorization: 'Bearer a' }, widget, raw)).toEqual(bearer('a'))
    expect(read({ authorization: 'Bearer a' }, widget, [])).toEqual(bearer('a'))
  })

  it('is told by a comma where there is no rawHeaders', () => {
    expect(refused({ authorization: 'Bearer a, Bearer b' })).toEqual(repeated)
    expect(refused({ authorization: 'Bearer a,' })).toEqual(repeated)
    const headers = new Headers([
      ['authorization', 'Bearer a'],
      ['Authorization', 'Bearer b'],
    ])
    expect(refused(headers)).toEqual(repeated)
  })

  it('is not told by a comma where rawHeaders count one', () => {
    const raw = ['authorization', 'Bearer a,b']
    expect(read({ authorization: 'Bearer a,b' }, widget, raw)).toEqual(bearer('a,b'))
  })

  it('in a plain object is refused: a list, or two cases', () => {
    expect(refused({ authorization: ['Bearer a', 'Bearer b'] })).toEqual(repeated)
    expect(refused({ Authorization: 'Bearer a', AUTHORIZATION: 'Bearer b' })).toEqual(repeated)
  })

  it('that nobody reads does no harm', () => {
    const raw = ['authorization', 'Bearer a', 'accept', 'x', 'Accept', 'y', 'user-token', 'z']
    expect(read({ authorization: 'Bearer a', accept: 'x, y' }, widget, raw)).toEqual(bearer('a'))
    expect(read({ authorization: 'Bearer a', accept: 'x, y' })).toEqual(bearer('a'))
  })
})

describe('isPreflight', () => {
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
  const is = (method: string | undefined, headers: object): boolean =>
    isPreflight({ method, headers: headers as IncomingHttpHeaders })

  it('is OPTIONS with Origin and Access-Control-Request-Method, and no body', () => {
    expect(is('OPTIONS', preflight)).toBe(true)
    expect(is('OPTIONS', { ...preflight, 'content-length': '0' })).toBe(true)
    expect(
      isPreflight(new Request('https://x.test', { method: 'OPTIONS', headers: { 'x-a': '1' } })),
    ).toBe(false)
    expect(is('OPTIONS', new Headers({ ...preflight, origin: 'null' }))).toBe(true)
  })

  it.each([
    ['GET', preflight],
    ['options', preflight],
    [undefined, preflight],
    ['OPTIONS', {}],
    ['OPTIONS', { origin: 'https://a.example' }],
    ['OPTIONS', { 'access-control-request-method': 'POST' }],
    ['OPTIONS', { ...preflight, 'content-length': '2' }],
    ['OPTIONS', { ...preflight, 'transfer-encoding': 'chunked' }],
  ])('is not %s with %j', (method, headers) => {
    expect(is(method, headers)).toBe(false)
  })
})

describe('carriesBody and headerText', () => {
  it('read what decides nothing about who is asking', () => {
    expect(carriesBody({ headers: {} })).toBe(false)
    expect(carriesBody({ headers: { 'content-length': '1' } })).toBe(true)
    expect(carriesBody({ headers: new Headers({ 'transfer-encoding': 'chunked' }) })).toBe(true)
    expect(headerText({ headers: { a: 'x' } }, 'a')).toBe('x')
    expect(headerText({ headers: { A: 'x' } }, 'a')).toBe('x')
    expect(headerText({ headers: { a: ['x', 'y'] } }, 'a')).toBe('x')
    expect(headerText({ headers: new Headers({ A: 'x' }) }, 'a')).toBe('x')
    expect(headerText({ headers: new Headers() }, 'a')).toBeUndefined()
  })
})
