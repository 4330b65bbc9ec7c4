import { describe, expect, it } from 'vitest'
import { quantile, ratios, summarise } from '../src/harness/statistics.ts'

describe('quantile', () => {
  it('is a value of the list where one stands there, and between two in proportion', () => {
    expect(quantile([1, 2, 3, 4, 5], 0.5)).toBe(3)
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
    expect(quantile([10, 20], 0.9)).toBe(19)
    expect(quantile([7], 0.25)).toBe(7)
    expect([quantile([1, 5, 9], 0), quantile([1, 5, 9], 1)]).toEqual([1, 9])
  })

  it.each([
    ['an empty list', [], 0.5],
    ['what is no number', [1, Number.NaN], 0.5],
    ['a share above 1', [1], 1.5],
    ['a share that is no number', [1], Number.NaN],
  ])('refuses %s', (_, values, share) => {
    expect(() => quantile(values, share)).toThrow(RangeError)
  })
})

describe('summarise', () => {
  it('sorts by number, and leaves the list as it is', () => {
    const values = [100, 9, 30, 20, 10]
    expect(summarise(values)).toEqual({
      min: 9,
      lowerQuartile: 10,
      median: 20,
      upperQuartile: 30,
      p90: 72,
    })
    expect(values).toEqual([100, 9, 30, 20, 10])
  })
})

describe('ratios', () => {
  it('compares round by round, so that a slow round counts for both', () => {
    expect(ratios([30, 300], [10, 100])).toEqual([3, 3])
  })

  it('takes off what an empty call costs, in the same round', () => {
    expect(ratios([50, 110], [20, 30], [10, 10])).toEqual([4, 5])
  })

  it('refuses rounds that do not belong together', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError)
    expect(() => ratios([1], [1], [1, 1])).toThrow(RangeError)
  })
})
