import { describe, expect, it } from 'vitest'
import { refusal, withVary } from '../../src/adapter/refusal.ts'
import { AuthError } from '../../src/errors.ts'
import { toProblem } from '../../src/problem.ts'

describe('refusal', () => {
  const error = new AuthError('token_rejected')
  const connection = (headers: Record<string, string>, more: object = {}): string | undefined =>
    refusal(error, { headers, ...more }).headers['connection']

  it('is the problem document', () => {
    expect(refusal(error, { headers: {} })).toEqual(toProblem(error))
  })

  it('closes the connection before a large body that nobody has read', () => {
    expect(connection({ 'content-length': '65537' })).toBe('close')
    expect(connection({ 'content-length': 'x' })).toBe('close')
    expect(connection({ 'transfer-encoding': 'chunked' })).toBe('close')
    expect(connection({}, { stream: { endAfterHeaders: false } })).toBe('close')
    const { connection: _, ...others } = refusal(error, {
      headers: { 'content-length': '65537' },
    }).headers
    expect(others).toEqual(toProblem(error).headers)
  })

  it('keeps it before a small body, none, or one that was read', () => {
    expect(connection({})).toBeUndefined()
    expect(connection({ 'content-length': '0' })).toBeUndefined()
    expect(connection({ 'content-length': '65536' })).toBeUndefined()
    expect(connection({ 'content-length': '65537' }, { readableEnded: true })).toBeUndefined()
    expect(connection({ 'transfer-encoding': 'chunked' }, { readableEnded: true })).toBeUndefined()
  })
})

describe('withVary', () => {
  it.each<[unknown, string]>([
    [undefined, 'User-Token'],
    [null, 'User-Token'],
    ['', 'User-Token'],
    [[], 'User-Token'],
    ['Origin', 'Origin, User-Token'],
    [['Origin', 'Accept'], 'Origin, Accept, User-Token'],
    ['Origin, user-token', 'Origin, user-token'],
    ['USER-TOKEN , Origin', 'USER-TOKEN , Origin'],
    [['Origin', 'User-Token'], 'Origin, User-Token'],
    ['*', '*'],
    ['Origin, *', 'Origin, *'],
    ['User-Token-2', 'User-Token-2, User-Token'],
  ])('%j becomes %j', (current, expected) => {
    expect(withVary(current, 'User-Token')).toBe(expected)
  })
})
