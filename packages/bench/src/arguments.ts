import { parseArgs } from 'node:util'
import { SCENARIOS, type ScenarioName } from './scenarios.ts'

/** What a run of the bench is asked for. */
export interface Arguments {
  readonly quick: boolean
  readonly json: boolean
  readonly assert: boolean
  readonly write: boolean
  readonly scenarios: readonly ScenarioName[]
}

export const USAGE = `npm run bench -- [--quick] [--only <name>]... [--json] [--assert] [--write]

  --quick   less of everything: under two minutes, for a first look
  --only    this scenario, or all whose names begin so: ${SCENARIOS.join(', ')}
  --json    the report as JSON
  --assert  end with 1 where a bar is missed
  --write   write the tables of a full run to docs/performance.md
`

/** @throws TypeError for what is not known, and for what does not go together */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      assert: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const { quick, json, assert, write, only } = values
  if (write && (quick || only.length > 0))
    throw new TypeError('--write is for full runs: without --quick and --only')
  for (const name of only)
    if (!SCENARIOS.some((scenario) => isMeant(scenario, name)))
      throw new TypeError(`--only ${name}: no scenario has this name`)
  const scenarios = SCENARIOS.filter(
    (scenario) => only.length === 0 || only.some((name) => isMeant(scenario, name)),
  )
  return { quick, json, assert, write, scenarios }
}

function isMeant(scenario: string, name: string): boolean {
  return scenario === name || scenario.startsWith(`${name}-`)
}
