import type { Query, Scalar } from './wire.ts'

/** The attribute `key` has, or holds, one of `values`. With no values it matches nothing. */
export interface Clause {
  readonly kind: 'in'
  readonly key: string
  readonly values: readonly Scalar[]
  readonly query: Query
}

/** All of `nodes` hold, or any of them. An `and` stands only inside an `or`, and has at least two nodes. */
export interface Group {
  readonly kind: 'and' | 'or'
  readonly nodes: readonly Node[]
  readonly query: Query
  readonly text: string
}

/** A filter in normal form: groups are flat and without duplicates, in the order they were written. */
export type Node = Clause | Group

/** A group of at least one node. An `and` of one is that one; an `or` of one stays an `or`. */
export function group(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  const members = new Map<string, Node>()
  // A group of the same kind is flat already, so one level is enough.
  for (const node of nodes)
    for (const member of node.kind === kind ? node.nodes : [node])
      members.set(canonicalText(member), member)
  const distinct = Object.freeze([...members.values()])
  if (kind === 'and' && distinct.length === 1) return distinct[0] as Node
  const queries = Object.freeze(distinct.map((node) => node.query))
  return Object.freeze({
    kind,
    nodes: distinct,
    query: Object.freeze(kind === 'and' ? { $and: queries } : { $or: queries }),
    text: groupText(kind, [...members.keys()]),
  })
}

/** One text for all nodes that differ in order or spelling only. */
export function canonicalText(node: Node): string {
  if (node.kind !== 'in') return node.text
  const texts = node.values.map((value) => JSON.stringify(value))
  // Keys need no escapes.
  return `{"${node.key}":${texts.length === 1 ? texts[0] : `{"$in":[${texts.toSorted().join()}]}`}}`
}

/** The canonical text of a group, from the canonical texts of distinct nodes. */
export function groupText(kind: 'and' | 'or', texts: readonly string[]): string {
  return `{"$${kind}":[${texts.toSorted().join()}]}`
}
