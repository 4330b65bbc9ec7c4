import { conjunctsOf, type Filters } from './filters.ts'
import { holds } from './match.ts'
import { readPolicy, standing, type MergePolicy } from './merge.ts'
import { queryOf, type Node } from './node.ts'
import { checkOptions } from './options.ts'
import type { Query } from './wire.ts'
import { inWords } from './words.ts'

/** A clause of the token or the body, and what became of it. */
export interface ExplainedClause {
  readonly from: 'token' | 'body'
  /** The attribute; absent for an `$or`. */
  readonly key?: string
  /** The clause, in wire form. */
  readonly clause: Query
  /**
   * `holds`: it counts. `repeats`: the token says it already. `dropped`: it does not count. `refused`: because of it, the
   * whole request is `filter_conflict`.
   */
  readonly outcome: 'holds' | 'repeats' | 'dropped' | 'refused'
  /** Why it was dropped or refused. */
  readonly reason?: 'contradicts' | 'replaced'
  /** The token's clause that it contradicts or repeats. */
  readonly signed?: Query
  /** Whether the document satisfies it; absent without a document. */
  readonly satisfied?: boolean
}

export interface MergeExplanation {
  /** Those of the token, then those of the body, in the order they were written. */
  readonly clauses: readonly ExplainedClause[]
  /** Whether the document is found; absent without a document, and where the request is refused. */
  readonly found?: boolean
  /** The same as sentences, one for each clause and one for what they come to. */
  readonly lines: readonly string[]
}

/**
 * Explains what {@link mergeFilters} makes of a token's and a body's filter, clause by clause: to answer "why do I not see
 * this article?".
 *
 * - `policy`: as for mergeFilters, `'precedence'` by default.
 * - `document`: the attributes of an article; each clause then says whether the article satisfies it.
 *
 * What comes back quotes the token, the request and the document. It is for the eyes of whoever may see all three: not for
 * logs, and not for an answer to the client.
 *
 * @throws TypeError for filters that this package did not make, an unknown policy or an unknown option.
 */
export function explainMerge(
  token?: Filters,
  body?: Filters,
  options: {
    readonly policy?: MergePolicy | undefined
    readonly document?: Readonly<Record<string, unknown>> | undefined
  } = {},
): MergeExplanation {
  checkOptions(options, 'options', ['policy', 'document'])
  const policy = readPolicy(options)
  const { document } = options
  const signed = token === undefined ? [] : conjunctsOf(token)
  const asked = body === undefined ? [] : conjunctsOf(body)

  const ruled = [
    ...signed.map((node): Ruled => ({ from: 'token', node, outcome: 'holds' })),
    ...asked.map((node) => rule(node, signed, policy)),
  ]
  const clauses: ExplainedClause[] = []
  const lines: string[] = []
  for (const ruling of ruled) {
    const satisfied = document && holds(ruling.node, document)
    clauses.push(explained(ruling, satisfied))
    lines.push(`${sentence(ruling, policy)}${verdict(satisfied)}`)
  }
  const isRefused = clauses.some(({ outcome }) => outcome === 'refused')
  const found =
    document && !isRefused
      ? clauses.every(({ outcome, satisfied }) => outcome === 'dropped' || satisfied)
      : undefined
  lines.push(summary(clauses, isRefused, found))
  return { clauses, ...(found !== undefined && { found }), lines }
}

type Ruled = Pick<ExplainedClause, 'from' | 'outcome' | 'reason'> & {
  readonly node: Node
  readonly signed?: Node | undefined
}

function rule(node: Node, signed: readonly Node[], policy: MergePolicy): Ruled {
  const from = 'body'
  if (signed.length === 0) return { from, node, outcome: 'holds' }
  if (policy === 'replace') return { from, node, outcome: 'dropped', reason: 'replaced' }
  const relation = standing(node, signed)
  const other = signed.find((one) => standing(node, [one]) === relation)
  if (relation === 'known') return { from, node, outcome: 'repeats', signed: other }
  if (relation === 'new' || policy === 'intersect') return { from, node, outcome: 'holds' }
  const outcome = policy === 'strict' ? 'refused' : 'dropped'
  return { from, node, outcome, reason: relation, signed: other }
}

function explained(
  { from, node, outcome, reason, signed }: Ruled,
  satisfied: boolean | undefined,
): ExplainedClause {
  return {
    from,
    ...(node.kind === 'in' && { key: node.key }),
    clause: queryOf(node),
    outcome,
    ...(reason && { reason }),
    ...(signed && { signed: queryOf(signed) }),
    ...(satisfied !== undefined && { satisfied }),
  }
}

function sentence({ from, node, outcome, reason, signed }: Ruled, policy: MergePolicy): string {
  const asks = from === 'token' ? 'The token asks for' : 'The request asks for'
  const what = `${asks} ${inWords(node)}`
  if (outcome === 'holds') return `${what}.`
  if (outcome === 'repeats') return `${what}, as the token does.`
  const why =
    reason === 'replaced'
      ? `the policy "${policy}" takes the token's filter alone`
      : `the token asks for ${inWords(signed as Node)}`
  return `${what}: ${outcome}, since ${why}.`
}

function verdict(satisfied: boolean | undefined): string {
  if (satisfied === undefined) return ''
  return satisfied ? ' The document satisfies this.' : ' The document does not satisfy this.'
}

function summary(
  clauses: readonly ExplainedClause[],
  isRefused: boolean,
  found: boolean | undefined,
): string {
  if (isRefused) return 'The request is refused with filter_conflict.'
  if (found !== undefined) return found ? 'The document is found.' : 'The document is not found.'
  const count = clauses.filter(({ outcome }) => outcome === 'holds').length
  if (count === 0) return 'No clause holds: every document is found.'
  return count === 1 ? 'One clause holds.' : `${count} clauses hold together.`
}
