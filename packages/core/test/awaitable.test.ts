import { describe, expect, it } from 'vitest'
import { andThen, settled, withTimeout } from '../src/awaitable.ts'

describe('andThen', () => {
  it('goes on at once with a value', () => {
    expect(andThen(1, (value) => value + 1)).toBe(2)
  })

  it('goes on later with a promise', async () => {
    const later = andThen(Promise.resolve(1), (value) => value + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(2)
  })
})

describe('settled', () => {
  // oxlint-disable-next-line unicorn/no-thenable -- what is under test
  it.each([[1], ['x'], [null], [undefined], [{}], [{ then: 1 }]])('leaves %j as it is', (value) => {
    expect(settled<unknown>(value)).toBe(value)
  })

  it('makes a promise of every thenable, of functions too', async () => {
    const then = (resolve: (value: number) => void): void => resolve(7)
    // oxlint-disable-next-line unicorn/no-thenable -- what is under test
    const things = [{ then }, Object.assign(() => undefined, { then })]
    for (const thing of things) {
      const promise = settled<unknown>(thing)
      expect(promise).toBeInstanceOf(Promise)
      expect(await promise).toBe(7)
    }
  })
})

describe('withTimeout', () => {
  it('gives what was answered in time, and does not abort it', async () => {
    let given: AbortSignal | undefined
    const answer = await withTimeout(1000, (signal) => {
      given = signal
      return 'x'
    })
    expect(answer).toBe('x')
    expect(given?.aborted).toBe(false)
  })

  it('rejects with what the work throws or rejects with', async () => {
    const work = (): never => {
      throw new Error('at once')
    }
    await expect(withTimeout(1000, work)).rejects.toThrow('at once')
    const rejected = Promise.reject(new Error('later'))
    await expect(withTimeout(1000, () => rejected)).rejects.toThrow('later')
  })

  it('rejects and aborts when there is no answer', async () => {
    let given: AbortSignal | undefined
    const hanging = withTimeout(20, (signal) => {
      given = signal
      return new Promise<never>(() => undefined)
    })
    await expect(hanging).rejects.toThrow('timed out')
    expect(given?.aborted).toBe(true)
  })
})
