import type { Query, Scalar } from './wire.ts'

/** The attribute `key` has, or holds, one of `values`, which are distinct. With no values it matches nothing. */
export interface Clause {
  readonly kind: 'in'
  readonly key: string
  readonly values: readonly Scalar[]
  /** Made when it is asked for. */
  query: Query | undefined
}

/** All of `nodes` hold, or any of them. An `and` stands only inside an `or`, and has at least two nodes. */
export interface Group {
  readonly kind: 'and' | 'or'
  readonly nodes: readonly Node[]
  /** Made when they are asked for. */
  query: Query | undefined
  text: string | undefined
}

/** A filter in normal form: groups are flat and without duplicates, in the order they were written. */
export type Node = Clause | Group

/** A group of at least one node. An `and` of one is that one; an `or` of one stays an `or`. */
export function group(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  // A group of the same kind is flat already, so one level is enough.
  const flat = nodes.some((node) => node.kind === kind)
    ? nodes.flatMap((node) => (node.kind === kind ? node.nodes : node))
    : nodes
  const members = distinct(flat)
  if (kind === 'and' && members.length === 1) return members[0] as Node
  return { kind, nodes: members, query: undefined, text: undefined }
}

/** The wire form of a node, frozen to the bottom. */
export function queryOf(node: Node): Query {
  node.query ??= Object.freeze(node.kind === 'in' ? clauseQuery(node) : groupQuery(node))
  return node.query
}

function clauseQuery({ key, values }: Clause): Query {
  return { [key]: values.length === 1 ? (values[0] as Scalar) : Object.freeze({ $in: values }) }
}

// Here and below, calls nest no deeper than the limits let a filter be.
function groupQuery({ kind, nodes }: Group): Query {
  const queries = Object.freeze(nodes.map(queryOf))
  return kind === 'and' ? { $and: queries } : { $or: queries }
}

/** One text for all nodes that differ in order or spelling only. */
export function canonicalText(node: Node): string {
  if (node.kind !== 'in') return (node.text ??= groupText(node.kind, node.nodes.map(canonicalText)))
  const texts = node.values.map((value) => JSON.stringify(value))
  // Keys need no escapes.
  return `{"${node.key}":${texts.length === 1 ? texts[0] : `{"$in":[${texts.toSorted().join()}]}`}}`
}

/** The canonical text of a group, from the canonical texts of distinct nodes. */
export function groupText(kind: 'and' | 'or', texts: readonly string[]): string {
  return `{"$${kind}":[${texts.toSorted().join()}]}`
}

/** How many values two clauses share. */
export function countShared(clause: Clause, other: Clause): number {
  let count = 0
  for (const value of clause.values) if (other.values.includes(value)) count += 1
  return count
}

// Up to here, comparing each with each is quicker than making their texts.
const FEW = 16

/** Whether two nodes say the same, in whatever order. */
export function isSame(node: Node, other: Node): boolean {
  if (node.kind === 'in' || other.kind === 'in')
    return node.kind === 'in' && other.kind === 'in' && isSameClause(node, other)
  const size = node.nodes.length
  if (node.kind !== other.kind || size !== other.nodes.length) return false
  if (size > FEW) return canonicalText(node) === canonicalText(other)
  return node.nodes.every((member) => other.nodes.some((one) => isSame(member, one)))
}

function isSameClause(clause: Clause, other: Clause): boolean {
  const size = clause.values.length
  return (
    clause.key === other.key && size === other.values.length && size === countShared(clause, other)
  )
}

function distinct(nodes: readonly Node[]): readonly Node[] {
  if (nodes.length > FEW)
    return [...new Map(nodes.map((node) => [canonicalText(node), node])).values()]
  return nodes.filter((node, index) => nodes.findIndex((other) => isSame(node, other)) === index)
}
