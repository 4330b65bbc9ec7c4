import type { ScenarioName } from '../scenarios.ts'
import { checkAnswer } from './answers.ts'
import type { Question } from './contender-process.ts'
import { startProcess, type PeerProcess } from './peer-process.ts'
import type { Facts, Race } from './race.ts'
import { raceTable } from './race-table.ts'
import type { Table } from './report.ts'
import { competeAnew, type Entrant, type Sample } from './rounds.ts'
import type { Size } from './size.ts'

// What fast-jwt says about keying its cache by the token; it would stand in the middle of the report.
const FLAGS = ['--disable-warning=FAST_JWT_CACHE_KEY_BUILDER_SECURITY_RISK']

/** Where a race stands: the name of its scenario, and its place there. */
export interface Place {
  readonly scenario: ScenarioName
  readonly race: number
}

/** Runs a race to its end. @throws WrongAnswer before anything is timed */
export async function runRace(race: Race, place: Place, size: Size): Promise<Table> {
  const facts: Record<string, Facts> = {}
  const results = await competeAnew({
    generations: size.generations,
    rounds: size.rounds,
    open: () => openEntrants(race, place, size),
    async last(entrants) {
      for (const entrant of entrants) facts[entrant.name] = (await entrant.facts?.()) ?? {}
    },
  })
  return raceTable(race, results, facts)
}

/**
 * Starts a process for each contender, checks what it answers, and warms it up.
 *
 * @throws WrongAnswer
 */
export async function openEntrants(race: Race, place: Place, size: Size): Promise<Entrant[]> {
  const fixture = await race.fixture(size)
  const units = race.unitsPerCall(fixture)
  const opened = race.names.map((name) => ({
    name,
    child: startProcess(new URL('contender-process.js', import.meta.url), FLAGS),
  }))
  try {
    await Promise.all(opened.map(({ name, child }) => open(race, place, name, fixture, child)))
    const entrants: Entrant[] = []
    // One after the other, so that no one warms up in another's way.
    for (const { name, child } of opened) entrants.push(await warmUp(name, child, units, size))
    return entrants
  } catch (error) {
    for (const { child } of opened) child.close()
    throw error
  }
}

async function open(
  race: Race,
  place: Place,
  name: string,
  fixture: unknown,
  child: PeerProcess,
): Promise<void> {
  const question: Question = { do: 'open', ...place, contender: name, fixture }
  checkAnswer(race, name, await child.ask(question), fixture)
}

async function warmUp(
  name: string,
  child: PeerProcess,
  units: number,
  { warmUpMs, roundMs }: Size,
): Promise<Entrant> {
  const ask = (question: Question): Promise<unknown> => child.ask(question)
  const calls = (await ask({ do: 'calibrate', warmUpMs, roundMs })) as number
  return {
    name,
    async round() {
      const sample = (await ask({ do: 'round', calls })) as Sample
      return { ...sample, operations: sample.operations * units }
    },
    facts: async () => (await ask({ do: 'facts' })) as Facts,
    close: () => child.close(),
  }
}
