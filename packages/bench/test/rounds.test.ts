import { describe, expect, it } from 'vitest'
import { compete, competeAnew, times, type Entrant, type RunRound } from '../src/harness/rounds.ts'
import { calibrate, timeCalls } from '../src/harness/timing.ts'

function entrants(names: readonly string[], log: string[]): Entrant[] {
  return names.map((name, index) => ({
    name,
    async round() {
      log.push(name)
      return { operations: 10, wall: 100 * (index + 1), cpu: 50 * (index + 1) }
    },
    close: () => undefined,
  }))
}

describe('compete', () => {
  it('gives everyone one turn per round, in an order that rotates', async () => {
    const log: string[] = []
    await compete(entrants(['a', 'b', 'c'], log), 4)
    expect(log.join('')).toBe('abcbcacababc')
  })

  it('keeps the samples apart, per operation', async () => {
    const results = await compete(entrants(['a', 'b'], []), 2)
    expect(times(results, 'b', 'wall')).toEqual([20, 20])
    expect(times(results, 'a', 'cpu')).toEqual([5, 5])
    expect(() => times(results, 'c', 'cpu')).toThrow('"c" did not take part')
  })

  it('gives the samples of a round to those that ran it, however it was run', async () => {
    const runRound: RunRound<Entrant> = async (order) =>
      order.map(({ name }) => ({ operations: 1, wall: name === 'a' ? 1 : 2, cpu: 0 }))
    const results = await compete(entrants(['a', 'b'], []), 3, runRound)
    expect([times(results, 'a', 'wall'), times(results, 'b', 'wall')]).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
  })

  it('refuses two of the same name, whose samples would be mixed', async () => {
    await expect(compete(entrants(['a', 'a'], []), 1)).rejects.toThrow('the same name')
  })
})

describe('competeAnew', () => {
  it('starts everyone again each time, puts the samples together, and asks the last ones', async () => {
    const log: string[] = []
    const open = async () => {
      log.push('open')
      return entrants(['a', 'b'], log).map((entrant) => ({
        ...entrant,
        close: () => void log.push('close'),
      }))
    }
    const results = await competeAnew({
      generations: 2,
      rounds: 2,
      open,
      last: async (last) => void log.push(`${last.length}`),
    })
    expect(times(results, 'b', 'wall')).toEqual([20, 20, 20, 20])
    expect(log.join(' ')).toBe('open a b b a close close open a b b a 2 close close')
  })

  it('closes them also where one fails', async () => {
    let closed = 0
    const failing: Entrant = {
      name: 'a',
      round: () => Promise.reject(new Error('broken')),
      close: () => (closed += 1),
    }
    const twice = { generations: 2, rounds: 2, open: async () => [failing] }
    await expect(competeAnew(twice)).rejects.toThrow('broken')
    expect(closed).toBe(1)
  })
})

describe('timing', () => {
  it('awaits promises, and only those', async () => {
    let settled = 0
    const slow = { answer: () => 0, call: () => Promise.resolve().then(() => (settled += 1)) }
    const { operations, wall, cpu } = await timeCalls(slow, 5)
    expect([operations, settled]).toEqual([5, 5])
    expect(wall).toBeGreaterThan(0)
    expect(cpu).toBeGreaterThanOrEqual(0)
  })

  it('finds out how many calls fill a round', async () => {
    const busy = {
      answer: () => 0,
      call() {
        const end = performance.now() + 0.5
        while (performance.now() < end);
      },
    }
    const calls = await calibrate(busy, { warmUpMs: 20, roundMs: 10 })
    expect(calls).toBeGreaterThanOrEqual(1)
    expect(calls).toBeLessThanOrEqual(20)
  })
})
