// One flood, in a process whose memory is its own.
import { answerQuestions } from '../harness/peer-process.ts'
import type { FloodName } from './floods.ts'
import { runFlood } from './run-flood.ts'

/** What the process is asked, once. */
export interface FloodQuestion {
  readonly flood: FloodName
  readonly requests: number
}

answerQuestions(async (message) => {
  const { flood, requests } = message as FloodQuestion
  return runFlood(flood, requests)
})
