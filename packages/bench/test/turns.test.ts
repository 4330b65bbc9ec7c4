import { describe, expect, it } from 'vitest'
import type { Sample } from '../src/harness/rounds.ts'
import { takeTurns, type Stoppable } from '../src/http/turns.ts'

/** Works only while it may go, a piece at a time, and says how many others could work meanwhile. */
class Worker implements Stoppable {
  static readonly all = new Set<Worker>()
  isGoing = true
  most = 0

  constructor() {
    Worker.all.add(this)
  }
  stop(): void {
    this.isGoing = false
  }
  go(): void {
    this.isGoing = true
  }
  async work(pieces: number): Promise<Sample> {
    await tick()
    for (let done = 0; done < pieces; await tick()) {
      if (!this.isGoing) continue
      done += 1
      this.most = Math.max(this.most, [...Worker.all].filter(({ isGoing }) => isGoing).length)
    }
    return { operations: pieces, wall: 0, cpu: pieces }
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

describe('turns', () => {
  it('let one work at a time, all to their end, and all go then', async () => {
    Worker.all.clear()
    const workers = [new Worker(), new Worker(), new Worker()]
    const begun = performance.now()
    const samples = await takeTurns(workers, (worker) => worker.work(30 + workers.indexOf(worker)))
    expect(samples.map(({ operations, cpu }) => [operations, cpu])).toEqual([
      [30, 30],
      [31, 31],
      [32, 32],
    ])
    expect(workers.map(({ most, isGoing }) => [most, isGoing])).toEqual(
      workers.map(() => [1, true]),
    )
    // Only one's own turns count.
    const nanoseconds = (performance.now() - begun) * 1e6
    for (const { wall } of samples) expect(wall).toBeGreaterThan(0)
    expect(samples.reduce((sum, { wall }) => sum + wall, 0)).toBeLessThanOrEqual(nanoseconds)
  })

  it('end where anybody fails, and leave nobody standing', async () => {
    Worker.all.clear()
    const workers = [new Worker(), new Worker()]
    const work = (worker: Worker): Promise<Sample> =>
      worker === workers[0]
        ? worker.work(2).then(() => Promise.reject(new Error('broken')))
        : new Promise(() => undefined)
    await expect(takeTurns(workers, work)).rejects.toThrow('broken')
    expect(workers.map(({ isGoing }) => isGoing)).toEqual([true, true])
  })
})
