import { toWire, type Filters } from '../filters.ts'
import type { Clause } from '../node.ts'
import type { Condition, Query } from '../wire.ts'

/**
 * Where in the wire form a clause, or a value of it, stands first: RFC 6901. Compilers see the normal form, which has no
 * places; what is refused is refused wherever it stands, so the first place is one of the right ones.
 */
export function pointerTo(filters: Filters, clause?: Clause, value?: unknown): string {
  const root = '/attributes'
  if (clause === undefined) return root
  const open: { readonly query: Query; readonly at: string }[] = [
    { query: toWire(filters).attributes, at: root },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const members = Object.entries(next.query) as [string, Condition | readonly Query[]][]
    for (const [name, member] of members) {
      const at = `${next.at}/${name}`
      if (name === clause.key) {
        const place = placeIn(member as Condition, value)
        if (place !== undefined) return at + place
      } else if (Array.isArray(member)) {
        const queries = member.map((query: Query, index) => ({ query, at: `${at}/${index}` }))
        open.push(...queries.toReversed())
      }
    }
  }
  return root
}

function placeIn(condition: Condition, value: unknown): string | undefined {
  if (value === undefined || condition === value) return ''
  if (typeof condition !== 'object') return undefined
  if ('$eq' in condition && condition.$eq === value) return '/$eq'
  const index = '$in' in condition ? condition.$in.findIndex((item) => item === value) : -1
  return index < 0 ? undefined : `/$in/${index}`
}
