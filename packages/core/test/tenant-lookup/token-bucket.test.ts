import { describe, expect, it } from 'vitest'
import { createTokenBucket, type TokenBucket } from '../../src/tenant-lookup/token-bucket.ts'

function bucket(): { tokens: TokenBucket; clock: { now: number }; taken: () => number } {
  const clock = { now: 1_000_000 }
  const tokens = createTokenBucket({ burst: 10, perSecond: 4, now: () => clock.now })
  const taken = (): number => {
    let count = 0
    while (count < 1000 && tokens.take()) count += 1
    return count
  }
  return { tokens, clock, taken }
}

describe('a token bucket', () => {
  it('is full at first, and fills up again with time', () => {
    const { clock, taken } = bucket()
    expect(taken()).toBe(10)
    clock.now += 249
    expect(taken()).toBe(0)
    clock.now += 1
    expect(taken()).toBe(1)
    clock.now += 1000
    expect(taken()).toBe(4)
    clock.now += 3_600_000
    expect(taken()).toBe(10)
  })

  it('counts parts of a token', () => {
    const { clock, taken } = bucket()
    taken()
    let count = 0
    for (let n = 0; n < 1000; n++) {
      clock.now += 1
      count += taken()
    }
    expect(count).toBe(4)
  })

  it('takes back what was not needed, and never holds more than it can', () => {
    const { tokens, taken } = bucket()
    tokens.giveBack()
    expect(taken()).toBe(10)
    tokens.giveBack()
    expect(taken()).toBe(1)
  })

  it.each([[1000], [3_600_000], [86_400_000]])(
    'neither fills up nor starves when the clock jumps back by %i ms',
    (by) => {
      const { clock, taken } = bucket()
      taken()
      clock.now -= by
      expect(taken()).toBe(0)
      clock.now += 1000
      expect(taken()).toBe(4)
    },
  )

  it('goes on after a clock that did not tell the time', () => {
    const { clock, taken } = bucket()
    taken()
    clock.now = NaN
    expect(taken()).toBe(0)
    clock.now = 2_000_000
    expect(taken()).toBe(0)
    clock.now += 1000
    expect(taken()).toBe(4)
  })
})
