import { describe, expect, it } from 'vitest'
import { readArguments } from '../src/arguments.ts'
import { SCENARIOS } from '../src/scenarios.ts'

describe('readArguments', () => {
  it('runs everything in full where nothing is said', () => {
    expect(readArguments([])).toEqual({
      quick: false,
      json: false,
      assert: false,
      write: false,
      scenarios: SCENARIOS,
    })
  })

  it('takes a name, the beginning of names, and several', () => {
    const chosen = (...args: string[]) => readArguments(args).scenarios
    expect(chosen('--only', 'tokens')).toEqual(['tokens'])
    expect(chosen('--only', 'http', '--only', 'floods')).toEqual([
      'http-known',
      'http-mix',
      'floods',
    ])
    expect(chosen('--only', 'filters').every((name) => name.startsWith('filters-'))).toBe(true)
  })

  it.each([
    ['an unknown flag', ['--fast']],
    ['an argument without a flag', ['tokens']],
    ['a scenario that does not exist', ['--only', 'token']],
    ['a page of a quick run', ['--write', '--quick']],
    ['a page of one scenario', ['--write', '--only', 'tokens']],
  ])('refuses %s', (_, args) => {
    expect(() => readArguments(args)).toThrow(TypeError)
  })
})
