import { expect, test } from 'vitest'
import { wait, type Waiting } from '../src/waiting.ts'
import { Clock } from './fixtures/clock.ts'
import { reasonOf } from './fixtures/world.ts'

const reason = new Error('enough')

test('a signal that has aborted already', async () => {
  const clock = new Clock()
  expect(await reasonOf(wait(clock.timer, 100, undefined, AbortSignal.abort(reason)))).toBe(reason)
  expect(clock.pending).toEqual([])
})

test.each([
  ['what it waited for', 'value'],
  ['the time', undefined],
])('%s ends it, and leaves nothing behind', async (_name, value) => {
  const clock = new Clock()
  const waiting: Waiting = new Set()
  const { signal } = new AbortController()
  const promise = value === undefined ? undefined : Promise.resolve(value)
  const done = wait(clock.timer, 100, promise, signal, waiting)
  expect(waiting.size).toBe(1)
  if (value === undefined) clock.advance(100)
  expect(await done).toBe(value)
  expect(waiting.size).toBe(0)
  expect(clock.pending).toEqual([])
})
