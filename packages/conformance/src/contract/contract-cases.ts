import type { ContractCase } from './case.ts'
import { searchCases } from './search-cases.ts'
import { widgetCases } from './widget-cases.ts'

/** The table of requests: each host must answer as it says, and all hosts alike. */
export const contractCases: readonly ContractCase[] = [...widgetCases, ...searchCases]
