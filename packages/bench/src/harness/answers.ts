import { isDeepStrictEqual } from 'node:util'
import type { Race } from './race.ts'

/** What a contender, or a server, answered was wrong: figures of it would mean nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

/** Holds what a contender answered against what is right. @throws WrongAnswer */
export function checkAnswer(race: Race, name: string, answer: unknown, fixture: unknown): void {
  const expected = race.expected(name, fixture)
  if (isDeepStrictEqual(answer, expected)) return
  const [is, should] = [answer, expected].map((value) => JSON.stringify(value)?.slice(0, 500))
  throw new WrongAnswer(`${race.title}: "${name}" answers ${is} and not ${should}`)
}
