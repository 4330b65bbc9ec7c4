import { describe, expect, it } from 'vitest'
import { allOf, anyOf } from '../../src/compile/cnf.ts'

const NONE = 1000

describe('anyOf', () => {
  it('takes one list from each part, in all ways', () => {
    expect(anyOf([[['a']], [['b', 'c']]], NONE)).toEqual([['a', 'b', 'c']])
    expect(anyOf([[['a'], ['b']], [['c']]], NONE)).toEqual([
      ['a', 'c'],
      ['b', 'c'],
    ])
    expect(
      anyOf(
        [
          [['a'], ['b']],
          [['c', 'd'], ['e']],
        ],
        NONE,
      ),
    ).toEqual([
      ['a', 'c', 'd'],
      ['a', 'e'],
      ['b', 'c', 'd'],
      ['b', 'e'],
    ])
  })

  it('names an alternative once', () => {
    expect(anyOf([[['a', 'b'], ['c']], [['b']]], NONE)).toEqual([
      ['a', 'b'],
      ['c', 'b'],
    ])
  })

  it('counts the alternatives before it makes them', () => {
    const parts = [
      [['a'], ['b']],
      [['c', 'd'], ['e']],
    ]
    // Three in a list with `c` and `d`, two in one with `e`, and two of each.
    expect(anyOf(parts, 10)).toHaveLength(4)
    expect(anyOf(parts, 9)).toBeUndefined()
    const pairs = Array.from({ length: 100_000 }, (_, index) => [[`a${index}`], [`b${index}`]])
    expect(anyOf(pairs, NONE)).toBeUndefined()
  })
})

describe('allOf', () => {
  it('takes all lists of all parts, up to a number of alternatives', () => {
    const parts = [[['a'], ['b', 'c']], [['d']]]
    expect(allOf(parts, 4)).toEqual([['a'], ['b', 'c'], ['d']])
    expect(allOf(parts, 3)).toBeUndefined()
  })
})
