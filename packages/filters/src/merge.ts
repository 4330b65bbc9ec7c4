import { FilterError } from './filter-error.ts'
import { conjunctsOf, seal, type Filters } from './filters.ts'
import { countShared, isSame, queryOf, type Node } from './node.ts'
import { checkOptions } from './options.ts'
import type { Query } from './wire.ts'

/** What becomes of the body's clauses. In every policy what the token says holds. */
export type MergePolicy = 'precedence' | 'intersect' | 'strict' | 'replace'

/** A clause of the body that the merged filter leaves out. */
export interface DroppedClause {
  /** The attribute; absent for an `$or`. */
  readonly key?: string
  /** The clause, in wire form. */
  readonly clause: Query
  readonly reason: 'contradicts' | 'replaced'
}

export interface MergedFilters {
  /** `undefined` when neither side filters. */
  readonly filters: Filters | undefined
  readonly dropped: readonly DroppedClause[]
}

const POLICIES: readonly unknown[] = ['precedence', 'intersect', 'strict', 'replace']
const NOTHING_DROPPED: readonly never[] = Object.freeze([])

/**
 * The filter that holds for a request: what the token says, narrowed by what the body asks for.
 *
 * - `token`, `body`: parsed filters; one that means "no filter" counts as absent. Without a token filter the body's is
 *   returned in every policy.
 * - `policy`, `'precedence'` by default. The body counts as a list of clauses that all hold (an `$or` is one clause). One
 *   contradicts when it shares no value with a token clause on the same attribute; a list without values never does.
 *   - `'precedence'`: token and body both hold, except for clauses that contradict, which are dropped.
 *   - `'intersect'`: token and body both hold; a contradiction finds only what has several values.
 *   - `'strict'`: as `'precedence'`, but a contradiction is refused.
 *   - `'replace'`: the token alone.
 *
 * `dropped` names each clause of the body that was left out. The result can be as large as both together, plus an `$and`.
 *
 * @throws FilterError `filter_conflict` for a contradiction under `'strict'`.
 * @throws TypeError for filters that this package did not make, an unknown policy or an unknown option.
 */
export function mergeFilters(
  token?: Filters,
  body?: Filters,
  options: { readonly policy?: MergePolicy | undefined } = {},
): MergedFilters {
  checkOptions(options, 'options', ['policy'])
  const policy = readPolicy(options)
  const signed = token === undefined ? [] : conjunctsOf(token)
  const asked = body === undefined ? [] : conjunctsOf(body)
  if (asked.length === 0) return merged(signed.length === 0 ? undefined : token)
  if (signed.length === 0) return merged(body)

  const conjuncts = [...signed]
  const dropped: DroppedClause[] = []
  for (const node of asked) {
    const relation = policy === 'replace' ? 'replaced' : standing(node, signed)
    if (relation === 'replaced') dropped.push(drop(node, relation))
    else if (relation === 'contradicts' && policy !== 'intersect') {
      if (policy === 'strict') throw new FilterError('filter_conflict', '')
      dropped.push(drop(node, relation))
    } else if (relation !== 'known') conjuncts.push(node)
  }
  // The same object, so that what it holds is not made again for every request.
  if (conjuncts.length === signed.length) return merged(token, dropped)
  const $and = Object.freeze(conjuncts.map(queryOf))
  return merged(seal(conjuncts, Object.freeze({ $and })), dropped)
}

/** @throws TypeError for an unknown policy */
export function readPolicy({
  policy = 'precedence',
}: {
  readonly policy?: MergePolicy | undefined
}): MergePolicy {
  if (!POLICIES.includes(policy))
    throw new TypeError('options.policy must be "precedence", "intersect", "strict" or "replace"')
  return policy
}

function merged(
  filters: Filters | undefined,
  dropped: readonly DroppedClause[] = NOTHING_DROPPED,
): MergedFilters {
  return Object.freeze({ filters, dropped: Object.freeze(dropped) })
}

function drop(node: Node, reason: DroppedClause['reason']): DroppedClause {
  const clause = queryOf(node)
  return Object.freeze(node.kind === 'in' ? { key: node.key, clause, reason } : { clause, reason })
}

/** How a clause of the body stands to the token: it contradicts, it is said there too, or it adds something. */
export function standing(node: Node, signed: readonly Node[]): 'contradicts' | 'known' | 'new' {
  let found: 'known' | 'new' = 'new'
  for (const other of signed) {
    if (node.kind !== 'in' || other.kind !== 'in') {
      if (isSame(node, other)) found = 'known'
    } else if (node.key === other.key) {
      // Compared, but never intersected: a document with several values can satisfy both lists.
      const shared = countShared(node, other)
      if (shared === 0 && node.values.length > 0) return 'contradicts'
      if (shared === node.values.length && shared === other.values.length) found = 'known'
    }
  }
  return found
}
