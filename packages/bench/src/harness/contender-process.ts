// One contender in a process of its own, so that nothing it runs was trained, and no heap filled, by another.
import { loadRaces, type ScenarioName } from '../scenarios.ts'
import { answerQuestions } from './peer-process.ts'
import type { Contender } from './race.ts'
import { calibrate, timeCalls } from './timing.ts'

/** What the process can be asked. The first question is `open`. */
export type Question =
  | {
      readonly do: 'open'
      readonly scenario: ScenarioName
      readonly race: number
      readonly contender: string
      readonly fixture: unknown
    }
  | { readonly do: 'calibrate'; readonly warmUpMs: number; readonly roundMs: number }
  | { readonly do: 'round'; readonly calls: number }
  | { readonly do: 'facts' }

let contender: Contender | undefined

answerQuestions(async (message) => {
  const question = message as Question
  if (question.do === 'open') {
    const races = await loadRaces(question.scenario)
    contender = await races[question.race]?.open(question.contender, question.fixture)
    return contender?.answer()
  }
  if (contender === undefined) throw new Error('nothing was opened')
  if (question.do === 'facts') return contender.facts?.() ?? {}
  if (question.do === 'calibrate') return calibrate(contender, question)
  return timeCalls(contender, question.calls)
})
