import { cachedRecords } from './cached-records.ts'
import { cachedTokens } from './cached-tokens.ts'
import { directoryAnswers } from './directory-answers.ts'
import { floods } from './floods.ts'
import { identities } from './identities.ts'
import { keySets } from './key-sets.ts'
import { lookups } from './lookups.ts'
import { outages } from './outages.ts'
import type { StateAttack } from './stage.ts'

export { playStateAttack, type StateAttack } from './stage.ts'

/** Attacks that take several steps; each has a control of its own among them. */
export const STATE_ATTACKS: readonly StateAttack[] = [
  ...cachedTokens,
  ...cachedRecords,
  ...identities,
  ...directoryAnswers,
  ...outages,
  ...lookups,
  ...keySets,
  ...floods,
]
