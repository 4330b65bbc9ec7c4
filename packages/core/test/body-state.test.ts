import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { bodyState, isJson, type BodyRequest } from '../src/body-state.ts'

const state = (headers: Record<string, string>, more: object = {}, ...body: unknown[]): string => {
  const request = { headers, method: 'POST', ...more } as BodyRequest
  return body.length > 0 ? bodyState(request, body[0]) : bodyState(request)
}
const sized = { 'content-length': '2' }
const chunked = { 'transfer-encoding': 'chunked' }

describe('a request like IncomingMessage', () => {
  it('carries none without content-length and transfer-encoding (RFC 9112 section 6.3)', () => {
    expect(state({})).toBe('none')
    expect(state({ 'content-length': '0' })).toBe('none')
    expect(state({ 'content-type': 'application/json' })).toBe('none')
    expect(state({}, { body: {} })).toBe('none')
    expect(state({}, { body: null })).toBe('none')
  })

  it('is unread where it carries one that nobody has parsed', () => {
    for (const headers of [sized, chunked, { 'content-length': '0', ...chunked }]) {
      expect(state(headers)).toBe('unread')
      expect(state(headers, { body: undefined, readableEnded: true })).toBe('unread')
    }
    expect(state({ 'content-length': 'x' })).toBe('unread')
  })

  it('is not taken in by the {} that Express 4 sets without reading', () => {
    const untouched = { readableDidRead: false, readableEnded: false }
    for (const body of [{}, null]) expect(state(sized, { ...untouched, body })).toBe('unread')
  })

  it('is parsed where the stream was read', () => {
    for (const body of [{}, null, { a: 1 }, [], 'x', 0]) {
      expect(state(sized, { body, readableDidRead: true, readableEnded: false })).toBe('parsed')
      expect(state(chunked, { body, readableDidRead: false, readableEnded: true })).toBe('parsed')
    }
  })

  it('is parsed where somebody put a body there by hand, read or not', () => {
    for (const body of [{ a: 1 }, [], [1], 'x', '', 0, false]) {
      expect(state(sized, { body })).toBe('parsed')
      expect(state({}, { body })).toBe('parsed')
    }
  })

  it('looks for the body where the framework keeps it', () => {
    // Somebody else's copy does not count: what is bound is what the framework keeps.
    expect(state(sized, { body: { a: 1 } }, undefined)).toBe('unread')
    expect(state(sized, {}, { a: 1 })).toBe('parsed')
    expect(state(sized, { body: { a: 1 } }, {})).toBe('unread')
  })

  it('reads a real stream’s own word', async () => {
    const stream = Object.assign(Readable.from(['{}']), { headers: sized, body: {} })
    expect(bodyState(stream)).toBe('unread')
    await stream.toArray()
    expect(bodyState(stream)).toBe('parsed')
  })
})

describe('HTTP/2', () => {
  it('carries a body while the stream is open after the headers', () => {
    expect(state({}, { stream: { endAfterHeaders: false } })).toBe('unread')
    expect(state({}, { stream: { endAfterHeaders: true } })).toBe('none')
    expect(state({}, { stream: {} })).toBe('none')
    expect(state({}, { stream: null })).toBe('none')
    expect(state({ 'content-length': '0' }, { stream: { endAfterHeaders: false } })).toBe('none')
  })
})

describe('a Fetch Request', () => {
  const url = 'https://example.test/'

  it('never holds a parsed body', async () => {
    expect(bodyState(new Request(url))).toBe('none')
    const request = new Request(url, { method: 'POST', body: '{}' })
    expect(bodyState(request)).toBe('unread')
    await request.text()
    expect(bodyState(request)).toBe('unread')
  })
})

describe('a plain object with headers in another case', () => {
  it('carries the body that it announces', () => {
    expect(state({ 'Content-Length': '2' })).toBe('unread')
    expect(state({ 'Transfer-Encoding': 'chunked' })).toBe('unread')
  })
})

describe('isJson', () => {
  it.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['APPLICATION/JSON'],
    [' application/json ;x=y'],
    ['application/problem+json'],
    ['application/vnd.api+json;v=1'],
  ])('takes %j', (type) => {
    expect(isJson({ headers: { 'content-type': type } })).toBe(true)
    expect(isJson({ headers: new Headers({ 'content-type': type }) })).toBe(true)
  })

  it.each([
    ['text/json'],
    ['application/jsonp'],
    ['application/json+xml'],
    ['application/x-ndjson'],
    ['application/a b+json'],
    ['text/plain; application/json'],
    ['multipart/form-data'],
    [''],
  ])('refuses %j', (type) => {
    expect(isJson({ headers: { 'content-type': type } })).toBe(false)
  })

  it('refuses none', () => {
    expect(isJson({ headers: {} })).toBe(false)
  })
})
