import { conjunctsOf, type Filters } from './filters.ts'
import type { Clause, Group, Node } from './node.ts'

type Document = Readonly<Record<string, unknown>>

/**
 * Whether a document satisfies a filter. This is the reference meaning that every compiler is held to.
 *
 * `document` is a plain object of attributes; own properties only. Nothing is coerced: `"1"` is not `1`. An array matches
 * when any of its elements does. A missing attribute, `null`, an object or a nested array never matches.
 *
 * @throws TypeError for filters that this package did not make.
 */
export function matches(filters: Filters, document: Document): boolean {
  for (const node of conjunctsOf(filters)) if (!holds(node, document)) return false
  return true
}

interface Frame {
  readonly group: Group
  next: number
}

/** Whether a document satisfies one part of a filter. */
export function holds(root: Node, document: Document): boolean {
  const open: Frame[] = []
  let node = root
  for (;;) {
    while (node.kind !== 'in') {
      open.push({ group: node, next: 1 })
      node = node.nodes[0] as Node
    }
    const result = clauseHolds(node, document)
    const sibling = undecided(open, result)
    if (sibling === undefined) return result
    node = sibling
  }
}

/** The next node that can still change the result; groups that `result` decides are closed. */
function undecided(open: Frame[], result: boolean): Node | undefined {
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const { kind, nodes } = frame.group
    // The first true decides an `or`, the first false an `and`.
    if (result !== (kind === 'or') && frame.next < nodes.length) {
      frame.next += 1
      return nodes[frame.next - 1]
    }
    open.pop()
  }
  return undefined
}

function clauseHolds({ key, values }: Clause, document: Document): boolean {
  if (!Object.hasOwn(document, key)) return false
  const value = document[key]
  const isOneOfThem = (item: unknown): boolean => (values as readonly unknown[]).includes(item)
  return Array.isArray(value) ? value.some(isOneOfThem) : isOneOfThem(value)
}
