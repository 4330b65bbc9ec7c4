import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkAnswer, WrongAnswer } from '../src/harness/answers.ts'
import { TINY } from '../src/harness/size.ts'
import { loadScenario, SCENARIOS } from '../src/scenarios.ts'

// fast-jwt warns of a cache that is keyed by the token itself, which is one of those that are measured.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(SCENARIOS)('%s', (scenario) => {
  it('has contenders that answer rightly, and would notice one that does not', async () => {
    const { races = [], run } = await loadScenario(scenario)
    expect(races.length > 0 || run !== undefined).toBe(true)
    for (const race of races) {
      const fixture = structuredClone(await race.fixture(TINY))
      expect(race.unitsPerCall(fixture)).toBeGreaterThan(0)
      for (const name of race.names) {
        const contender = await race.open(name, fixture)
        checkAnswer(race, name, structuredClone(await contender.answer()), fixture)
        expect(() => checkAnswer(race, name, 'wrong', fixture)).toThrow(WrongAnswer)
        for (let calls = 0; calls < 3; calls += 1) await contender.call()
        contender.facts?.()
      }
    }
  })
})
