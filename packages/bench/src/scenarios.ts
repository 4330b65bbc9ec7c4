import type { Race } from './harness/race.ts'
import type { Table } from './harness/report.ts'
import type { Size } from './harness/size.ts'

/** What the module of a scenario has. Its races run by themselves, unless `run` does something else, perhaps with them. */
export interface ScenarioModule {
  readonly title: string
  readonly notes: readonly string[]
  readonly races?: readonly Race[]
  readonly run?: (size: Size) => Promise<readonly Table[]>
}

const MODULES = {
  'filters-match': () => import('./scenarios/filters-match.ts'),
  'filters-compile': () => import('./scenarios/filters-compile.ts'),
  'filters-refuse': () => import('./scenarios/filters-refuse.ts'),
  'filters-merge': () => import('./scenarios/filters-merge.ts'),
  tokens: () => import('./scenarios/tokens.ts'),
  'http-known': () => import('./scenarios/http-known.ts'),
  'http-mix': () => import('./scenarios/http-mix.ts'),
  tenants: () => import('./scenarios/tenants.ts'),
  floods: () => import('./scenarios/floods.ts'),
} satisfies Record<string, () => Promise<ScenarioModule>>

export type ScenarioName = keyof typeof MODULES

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly ScenarioName[] = Object.keys(MODULES) as ScenarioName[]

export async function loadScenario(name: ScenarioName): Promise<ScenarioModule> {
  return MODULES[name]()
}

/** The races of a scenario, in their order; none where it has none. */
export async function loadRaces(name: ScenarioName): Promise<readonly Race[]> {
  return (await loadScenario(name)).races ?? []
}
