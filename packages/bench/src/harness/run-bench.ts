import { loadScenario, type ScenarioName } from '../scenarios.ts'
import { describeMachine } from './machine.ts'
import type { Report, Section } from './report.ts'
import { runScenario } from './run-scenario.ts'
import type { Size } from './size.ts'

/** A run of the bench: `command` is how it was asked for, `say` gets its progress. */
export interface Run {
  readonly scenarios: readonly ScenarioName[]
  readonly size: Size
  readonly command: string
  readonly say: (text: string) => void
}

/** Runs one scenario after the other. One that is broken is reported, and says nothing about the others. */
export async function runBench({ scenarios, size, command, say }: Run): Promise<Report> {
  const machine = describeMachine()
  const date = new Date().toISOString()
  const start = performance.now()
  const sections: Section[] = []
  const broken: { name: string; reason: string }[] = []
  for (const name of scenarios) {
    say(`${name} …`)
    const begun = performance.now()
    try {
      sections.push(await runScenario(name, await loadScenario(name), size))
    } catch (error) {
      broken.push({ name, reason: error instanceof Error ? String(error.stack) : 'unknown' })
    }
    say(` ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  }
  const seconds = Math.round((performance.now() - start) / 1000)
  return { machine, size: size.name, command, date, seconds, sections, broken }
}
