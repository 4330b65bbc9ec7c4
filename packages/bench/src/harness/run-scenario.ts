import type { ScenarioModule, ScenarioName } from '../scenarios.ts'
import type { Section, Table } from './report.ts'
import { runRace } from './run-race.ts'
import type { Size } from './size.ts'

/** Runs a scenario to its end. @throws WrongAnswer where something is fast but wrong */
export async function runScenario(
  name: ScenarioName,
  { title, notes, races = [], run }: ScenarioModule,
  size: Size,
): Promise<Section> {
  if (run !== undefined) return { name, title, notes, tables: await run(size) }
  const tables: Table[] = []
  for (const [index, race] of races.entries())
    tables.push(await runRace(race, { scenario: name, race: index }, size))
  return { name, title, notes, tables }
}
