import { describe, expect, it, vi } from 'vitest'
import { createBudget } from '../src/budget.ts'
import { createDesk, type Message } from '../src/desk.ts'

const owner = { tenantId: 'ten_acme', userId: 'usr_42' }
const ids = (messages: readonly Message[]): number[] => messages.map(({ id }) => id)

describe('a desk', () => {
  const desk = () => createDesk(async () => 'answer')

  it('keeps the last hundred messages of a conversation', () => {
    const { say, since } = desk()
    for (let times = 0; times < 150; times += 1) say(owner, 'agent', 'x')
    expect(ids(since(owner, 0))).toEqual(Array.from({ length: 100 }, (_, index) => 51 + index))
    expect(ids(since(owner, 148))).toEqual([149, 150])
    expect(ids(since(owner, 150))).toEqual([])
    expect(ids(since(owner, 151))).toHaveLength(100)
  })

  it('tells followers until they are gone, and nobody who was gone before', () => {
    const { say, follow } = desk()
    const [gone, hear] = [new AbortController(), vi.fn()]
    follow(owner, hear, gone.signal)
    say(owner, 'agent', 'one')
    gone.abort()
    follow(owner, hear, gone.signal)
    say(owner, 'agent', 'two')
    expect(hear.mock.calls).toEqual([[{ id: 1, from: 'agent', text: 'one' }]])
  })

  it('keeps ids apart that would be one text together', () => {
    const { say, since } = desk()
    say({ tenantId: 'a', userId: 'b","c' }, 'agent', 'x')
    expect(since({ tenantId: 'a","b', userId: 'c' }, 0)).toEqual([])
  })

  it('forgets the conversation that was not used for longest, and none that is followed', () => {
    const { say, since, follow } = desk()
    const user = (userId: string) => ({ tenantId: 'ten_acme', userId })
    const hear = vi.fn()
    follow(user('followed'), hear, new AbortController().signal)
    say(user('followed'), 'agent', 'x')
    say(user('old'), 'agent', 'x')
    say(user('used'), 'agent', 'x')
    for (let times = 0; times < 9997; times += 1) say(user(`usr_${times}`), 'agent', 'x')
    expect(since(user('used'), 0)).toHaveLength(1)
    say(user('one too many'), 'agent', 'x')
    expect(since(user('used'), 0)).toHaveLength(1)
    say(user('followed'), 'agent', 'y')
    expect(hear).toHaveBeenCalledTimes(2)
    expect(since(user('old'), 0)).toEqual([])
  })
})

describe('a budget', () => {
  it('holds no more than it does at first, however long nothing is spent', () => {
    let now = 0
    const { spend } = createBudget(10, 2, () => now)
    now = 1_000_000
    expect([spend(10), spend(1)]).toEqual([true, false])
    now += 500
    expect([spend(1), spend(1)]).toEqual([true, false])
  })

  it('is not refilled, or emptied, by a clock that goes back', () => {
    let now = 1_000_000
    const { spend } = createBudget(10, 2, () => now)
    expect(spend(9)).toBe(true)
    now = 0
    expect([spend(1), spend(1)]).toEqual([true, false])
    now = 500
    expect(spend(1)).toBe(true)
  })
})
