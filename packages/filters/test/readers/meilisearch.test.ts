import { describe, expect, it } from 'vitest'
import { selects, Unreadable } from './ast.ts'
import { readMeilisearch } from './meilisearch.ts'

const finds = (filter: unknown, document: Readonly<Record<string, unknown>>): boolean =>
  selects(readMeilisearch(filter), document)

describe('readMeilisearch', () => {
  it('reads the examples of the documentation', () => {
    expect(finds('genres = horror', { genres: ['comedy', 'horror'] })).toBe(true)
    expect(finds("director = 'Jordan Peele'", { director: 'Jordan Peele' })).toBe(true)
    expect(finds('director = "Tim Burton"', { director: 'Jordan Peele' })).toBe(false)
    expect(finds('genres != action', { genres: 'drama' })).toBe(true)
    expect(finds('rating = 4', { rating: 4 })).toBe(true)
    expect(finds('overview IN [horror, comedy]', { overview: 'comedy' })).toBe(true)
    expect(finds('genres NOT IN [horror, comedy]', { genres: 'comedy' })).toBe(false)
    const mixed = ['genres = comedy', ['genres = horror', 'director = "Jordan Peele"']]
    expect(finds(mixed, { genres: ['comedy', 'horror'] })).toBe(true)
    expect(finds(mixed, { genres: 'comedy', director: 'Jordan Peele' })).toBe(true)
    expect(finds(mixed, { genres: 'horror' })).toBe(false)
  })

  it('takes AND before OR, and NOT before both', () => {
    expect(finds('a = 1 OR b = 1 AND c = 1', { a: '1' })).toBe(true)
    expect(finds('(a = 1 OR b = 1) AND c = 1', { a: '1' })).toBe(false)
    expect(finds('a = 1 AND b = 1 OR c = 1', { c: '1' })).toBe(true)
    expect(finds('NOT a = 1 AND b = 1', { b: '1' })).toBe(true)
    expect(finds('NOT a = 1 OR b = 1', { a: '1' })).toBe(false)
    expect(finds('NOT (a = 1 OR b = 1)', { b: '1' })).toBe(false)
  })

  it.each([
    // From the engine's own tests.
    [String.raw`title = 'foo\\'`, 'foo\\'],
    [String.raw`title = 'foo\\\\'`, 'foo\\\\'],
    [String.raw`title = 'foo\x20\n\t\"\'"'`, 'foo \n\t"\'"'],
    [String.raw`title = "Hello \"world\""`, 'Hello "world"'],
    [String.raw`title = "Hello \\\"world\\\""`, String.raw`Hello \"world\"`],
    [String.raw`title = 'I\'m "super" tamo'`, `I'm "super" tamo`],
    [String.raw`title = "\"\""`, '""'],
    ['title = " some spaces "', ' some spaces '],
    ["title = 'cha)nnel'", 'cha)nnel'],
    ['title = ""', ''],
  ])('unescapes %s', (filter, title) => {
    expect(finds(filter, { title })).toBe(true)
  })

  it('reads lists as the engine does', () => {
    expect(finds('colour IN[]', { colour: 'green' })).toBe(false)
    expect(finds('colour IN[green,]', { colour: 'green' })).toBe(true)
    expect(finds(' colour IN [  green , blue , ]', { colour: 'blue' })).toBe(true)
    expect(finds('"OR" IN ["AND", "]"]', { OR: ']' })).toBe(true)
  })

  it('takes no condition for none', () => {
    for (const filter of ['', ' ', [], [''], [[]], [['']]]) expect(finds(filter, {})).toBe(true)
    expect(finds([[], 'a = 1'], {})).toBe(false)
  })

  it.each([
    'a',
    'a =',
    'a = 1 b = 2',
    'a = 1 OR',
    'a = 1 ORb = 1',
    '(a = 1',
    'a = 1)',
    'a = AND',
    'OR = 1',
    'a = "x',
    'a = "x"y"',
    'a = "\\q"',
    'a IN [x y]',
    'a IN [x',
    'a IN x',
    'a = ,',
    `${'('.repeat(40)}a = 1${')'.repeat(40)}`,
    7,
    [7],
    [['a = 1', ['b = 1']]],
  ])('refuses what Meilisearch refuses: %j', (filter) => {
    expect(() => readMeilisearch(filter)).toThrow(Unreadable)
  })
})
