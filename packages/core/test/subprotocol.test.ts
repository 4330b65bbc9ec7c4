import { describe, expect, it } from 'vitest'
import { AuthError, readSubprotocolToken } from '../src/index.ts'
import { widgetToken } from './fixtures/tokens.ts'

const read = (list: string, protocol?: string): string | undefined =>
  readSubprotocolToken({ headers: { 'sec-websocket-protocol': list } }, protocol)

describe('readSubprotocolToken', () => {
  const token = widgetToken()

  it('takes what comes after the marker', () => {
    expect(read(`countersign.v1, ${token}`)).toBe(token)
    expect(read(`countersign.v1,${token}`)).toBe(token)
    expect(read(`chat.v2, countersign.v1 ,\t${token}`)).toBe(token)
    expect(read(`acme.v1, ${token}`, 'acme.v1')).toBe(token)
  })

  it('reads an IncomingMessage and a Fetch Request', () => {
    const list = `countersign.v1, ${token}`
    expect(readSubprotocolToken({ headers: { 'Sec-WebSocket-Protocol': list } })).toBe(token)
    const headers = new Headers([
      ['sec-websocket-protocol', 'countersign.v1'],
      ['sec-websocket-protocol', token],
    ])
    expect(readSubprotocolToken({ headers })).toBe(token)
  })

  it('finds none where there is no list, no marker, or nothing after it', () => {
    expect(readSubprotocolToken({ headers: {} })).toBeUndefined()
    expect(read('chat.v2')).toBeUndefined()
    expect(read(token)).toBeUndefined()
    expect(read('countersign.v1')).toBeUndefined()
    expect(read(`Countersign.v1, ${token}`)).toBeUndefined()
    expect(read(`${token}, countersign.v1`)).toBeUndefined()
  })

  it.each([
    ['two tokens', `countersign.v1, ${token}, ${token}x`],
    ['one token twice', `countersign.v1, ${token}, ${token}`],
    ['the marker twice', `countersign.v1, countersign.v1, ${token}`],
    ['another protocol twice', `chat.v2, chat.v2, countersign.v1, ${token}`],
    ['an empty list', ''],
    ['an empty entry', `countersign.v1, , ${token}`],
    ['a comma at the end', `countersign.v1, ${token},`],
    ['a space in an entry', `countersign.v1, Bearer ${token}`],
    ['quotes', `countersign.v1, "${token}"`],
    ['what is not ASCII', 'countersign.v1, tökèn'],
    ['a control character', 'countersign.v1, a\u0000b'],
    ['a list that is too long', `countersign.v1, ${'a'.repeat(16_384)}`],
    ['many commas', ','.repeat(16_384)],
  ])('refuses %s', (_attack, list) => {
    expect(() => read(list)).toThrow(AuthError)
    expect(() => read(list)).toThrow(expect.objectContaining({ code: 'request_invalid' }))
  })

  it('reads headers of a request only', () => {
    const headers = new Map([['sec-websocket-protocol', token]]) as never
    expect(() => readSubprotocolToken({ headers })).toThrow(TypeError)
  })
})
