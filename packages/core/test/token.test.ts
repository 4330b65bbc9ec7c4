import { afterEach, describe, expect, it } from 'vitest'
import {
  createHeaderParser,
  readCompact,
  readHeader,
  readPayload,
  type CompactToken,
} from '../src/token.ts'
import { refusalOf } from './fixtures/refusals.ts'
import { segment } from './fixtures/tokens.ts'

const limits = { tokenBytes: 8192, depth: 4 }
const parseHeader = createHeaderParser(limits.depth)
const header = segment({ alg: 'HS256' })
const payload = segment({ sub: 'x' })
const rejected = (reason: string): object => ({
  code: 'token_rejected',
  reason,
  claim: undefined,
})
const joined = ({ signed, signature }: CompactToken): string => `${signed}.${signature}`
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('readCompact', () => {
  it('gives the parsed header, and the other segments as they stand', () => {
    const text = `${header}.${payload}.c2ln`
    expect(readCompact(text, limits, parseHeader)).toEqual({
      header: { alg: 'HS256' },
      payload: Buffer.from(payload, 'base64url'),
      signed: `${header}.${payload}`,
      signature: 'c2ln',
    })
  })

  it('takes a token of exactly tokenBytes, and 400s one more', () => {
    const text = `${header}.${payload}.c2ln`
    expect(joined(readCompact(text, { tokenBytes: text.length }, parseHeader))).toBe(text)
    expect(
      refusalOf(() => readCompact(text, { tokenBytes: text.length - 1 }, parseHeader)),
    ).toEqual({
      code: 'request_invalid',
      reason: 'the token is too large',
      claim: undefined,
    })
  })

  describe('one spelling per segment (RFC 7515 section 7.1)', () => {
    it.each([
      ['an empty text', ''],
      ['one segment', header],
      ['two segments', `${header}.${payload}`],
      ['four segments', `${header}.${payload}.c2ln.c2ln`],
      ['five segments, a JWE', `${header}.c2ln.c2ln.c2ln.c2ln`],
      ['a trailing dot', `${header}.${payload}.c2ln.`],
      ['a leading dot', `.${header}.${payload}.c2ln`],
      ['no header', `.${payload}.c2ln`],
      ['no payload, a detached one', `${header}..c2ln`],
      ['no signature (RFC 8725 2.1)', `${header}.${payload}.`],
      ['padding in the header', `${segment('{"alg":""}')}==.${payload}.c2ln`],
      ['padding in the payload', `${header}.YQ==.c2ln`],
      ['padding in the signature', `${header}.${payload}.YQ==`],
      ['a leading space', ` ${header}.${payload}.c2ln`],
      ['a trailing space', `${header}.${payload}.c2ln `],
      ['a trailing line feed', `${header}.${payload}.c2ln\n`],
      ['a leading line feed', `\n${header}.${payload}.c2ln`],
      ['a space within', `${header}. ${payload}.c2ln`],
      ['+ of the other alphabet', `${header}.${payload}.c2+n`],
      ['/ of the other alphabet', `${header}.${payload}.c2/n`],
      ['a letter outside ASCII', `${header}.${payload}.c2lñ`],
      ['a NUL', `${header}.${payload}.c2ln\0`],
      [
        'a letter that is one of the alphabet in its lowest byte: header',
        `\u0165${header.slice(1)}.${payload}.c2ln`,
      ],
      ['the same in the payload', `${header}.\u0165${payload.slice(1)}.c2ln`],
      ['the same in the signature', `${header}.${payload}.c2l\u016e`],
      ['+ of the other alphabet in the payload', `${header}.c2+n.c2ln`],
      ['/ of the other alphabet in the header', `c2/n.${payload}.c2ln`],
      [
        'white space within the payload',
        `${header}.${payload.slice(0, 4)}\n${payload.slice(4)}.c2ln`,
      ],
      ['a length of 1 mod 4 in the header', `${header}A.${payload}.c2ln`],
      ['a length of 1 mod 4 in the payload', `${header}.AAAAA.c2ln`],
      ['a length of 1 mod 4 in the signature', `${header}.${payload}.AAAAA`],
      ['spare bits in the header', `eyJhIjoxfR.${payload}.c2ln`],
      ['spare bits in the payload, two characters', `${header}.AB.c2ln`],
      ['spare bits in the payload, three characters', `${header}.AAB.c2ln`],
      ['the text undefined', 'undefined'],
      ['the text null', 'null'],
    ])('refuses %s', (_, text) => {
      expect(refusalOf(() => readCompact(text, limits, parseHeader))).toEqual(
        rejected('not a canonical compact JWS'),
      )
    })

    it.each([[2], [3], [6], [7]])(
      'takes of the last character of %i only what encoders write',
      (length) => {
        for (const last of BASE64URL) {
          const part = 'A'.repeat(length - 1) + last
          const canonical = Buffer.from(part, 'base64url').toString('base64url') === part
          for (const text of [`${header}.${payload}.${part}`, `${header}.${part}.c2ln`])
            if (canonical) expect(joined(readCompact(text, limits, parseHeader))).toBe(text)
            else
              expect(refusalOf(() => readCompact(text, limits, parseHeader))).toEqual(
                rejected('not a canonical compact JWS'),
              )
        }
      },
    )

    it('takes every character of the alphabet', () => {
      const text = `${header}.${payload}.${BASE64URL}`
      expect(joined(readCompact(text, limits, parseHeader))).toBe(text)
    })
  })

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['no JSON', 'alg=none'],
    ['a repeated member', '{"alg":"HS256","alg":"none"}'],
    ['a member named __proto__', '{"alg":"HS256","__proto__":{}}'],
    ['too deep', '{"a":{"a":{"a":{"a":{}}}}}'],
    ['not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['a BOM', '\uFEFF{"alg":"HS256"}'],
  ])('refuses a header that is %s', (_, content) => {
    expect(
      refusalOf(() => readCompact(`${segment(content)}.${payload}.c2ln`, limits, parseHeader)),
    ).toEqual(rejected('the header is not a plain JSON object'))
  })

  it('takes a header as deep as the limit', () => {
    const text = `${segment('{"a":{"a":{"a":{}}}}')}.${payload}.c2ln`
    expect(readCompact(text, limits, parseHeader).header).toEqual({ a: { a: { a: {} } } })
  })
})

describe('readPayload', () => {
  const read = (content: unknown): unknown =>
    readPayload({ payload: Buffer.from(segment(content), 'base64url') }, { depth: 2 })

  it('reads one JSON object', () => {
    expect(read('{"a":"ü","b":[1]}')).toEqual({ a: 'ü', b: [1] })
  })

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', 'hello'],
    ['a repeated member', '{"tenantId":"a","tenantId":"b"}'],
    ['too deep', '{"a":[[]]}'],
    ['not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
  ])('refuses a payload that is %s', (_, content) => {
    expect(refusalOf(() => read(content))).toEqual(
      rejected('the payload is not a plain JSON object'),
    )
  })
})

describe('readHeader', () => {
  const rules = { algorithms: ['HS256', 'ES256'], type: null }
  const read = (content: object, over: { type?: string } = {}): unknown =>
    readHeader(content as Record<string, unknown>, { ...rules, ...over })

  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'alg')
  })

  it('gives the algorithm and the kid', () => {
    expect(read({ alg: 'HS256' })).toEqual({ alg: 'HS256', kid: undefined })
    expect(read({ alg: 'ES256', kid: 'k1' })).toEqual({ alg: 'ES256', kid: 'k1' })
  })

  it.each([
    ['none'],
    ['None'],
    ['NONE'],
    ['hs256'],
    ['RS256'],
    ['HS256 '],
    [''],
    [null],
    [256],
    [['HS256']],
    [undefined],
  ])('refuses "alg": %j (RFC 8725 2.1)', (alg) => {
    expect(refusalOf(() => read({ alg }))).toEqual(rejected('the algorithm is not allowed'))
  })

  it('does not read alg through the prototype', () => {
    Object.assign(Object.prototype, { alg: 'HS256' })
    expect(refusalOf(() => read({}))).toEqual(rejected('the algorithm is not allowed'))
  })

  it.each([['crit'], ['b64'], ['zip'], ['enc']])('refuses a header with %s', (name) => {
    for (const value of [['exp'], true, undefined])
      expect(refusalOf(() => read({ alg: 'HS256', [name]: value }))).toEqual(
        rejected(`the header has "${name}"`),
      )
  })

  it('compares the algorithm before the rest', () => {
    expect(refusalOf(() => read({ alg: 'none', crit: [], kid: 1 }))).toEqual(
      rejected('the algorithm is not allowed'),
    )
  })

  it.each([[1], [null], [['k1']], [{}]])('refuses a kid that is %j', (kid) => {
    expect(refusalOf(() => read({ alg: 'HS256', kid }))).toEqual(rejected('kid is not a string'))
  })

  it('never uses keys and addresses of keys in the header (RFC 8725 3.10)', () => {
    const keys = { jwk: { kty: 'oct', k: 'AA' }, jku: 'https://evil.example', x5u: 'x', x5c: ['x'] }
    expect(read({ alg: 'HS256', ...keys })).toEqual({ alg: 'HS256', kid: undefined })
  })

  describe('typ (RFC 8725 3.11)', () => {
    it('is not checked where the profile names none', () => {
      expect(read({ alg: 'HS256', typ: 'anything' })).toMatchObject({ alg: 'HS256' })
    })

    it.each([['at+jwt'], ['AT+JWT'], ['application/at+jwt'], ['Application/AT+jwt']])(
      'takes %s for at+jwt',
      (typ) => {
        expect(read({ alg: 'HS256', typ }, { type: 'at+jwt' })).toMatchObject({ alg: 'HS256' })
        expect(read({ alg: 'HS256', typ: 'at+JWT' }, { type: typ })).toMatchObject({ alg: 'HS256' })
      },
    )

    it.each([
      ['JWT'],
      [undefined],
      [null],
      [1],
      ['at+jwt '],
      ['x/application/at+jwt'],
      ['at+application/jwt'],
      [''],
    ])('refuses %j', (typ) => {
      expect(refusalOf(() => read({ alg: 'HS256', typ }, { type: 'at+jwt' }))).toEqual(
        rejected('the type is another'),
      )
    })
  })
})

describe('createHeaderParser', () => {
  const distinct = (n: number): string => segment({ alg: 'HS256', n })

  it('remembers a header, frozen', () => {
    const parse = createHeaderParser(4)
    const first = parse(header)
    expect(first).toEqual({ alg: 'HS256' })
    expect(Object.isFrozen(first)).toBe(true)
    expect(parse(header)).toBe(first)
  })

  it('forgets, so that a flood of headers does not fill the memory', () => {
    const parse = createHeaderParser(4)
    const first = parse(header)
    for (let n = 0; n < 100; n++) parse(distinct(n))
    expect(parse(header)).toEqual(first)
    expect(parse(header)).not.toBe(first)
  })

  it('keeps none that is long', () => {
    const parse = createHeaderParser(4)
    const long = segment({ alg: 'HS256', kid: 'x'.repeat(500) })
    expect(parse(long)).toEqual(parse(long))
    expect(parse(long)).not.toBe(parse(long))
  })

  it('keeps none that was refused', () => {
    const parse = createHeaderParser(1)
    for (const refused of ['{"a":{}}', '{"a":1,"a":1}', '[]', 'x'])
      for (let times = 0; times < 2; times++)
        expect(refusalOf(() => parse(segment(refused)))).toEqual(
          rejected('the header is not a plain JSON object'),
        )
  })
})
