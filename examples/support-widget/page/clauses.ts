import type { Condition, Query, WireFilters } from '@countersign/filters'

/** A filter as a list of texts, each of which holds: `plan: free, pro`. */
export function clausesOf(filters: WireFilters | undefined): readonly string[] {
  return filters === undefined ? [] : ofQuery(filters.attributes)
}

function ofQuery(query: Query): readonly string[] {
  return Object.entries(query).flatMap(([key, value]: [string, readonly Query[] | Condition]) => {
    if (key === '$and') return (value as readonly Query[]).flatMap(ofQuery)
    if (key === '$or')
      return [(value as readonly Query[]).map((one) => ofQuery(one).join(' and ')).join(' or ')]
    return ofCondition(key, value as Condition)
  })
}

function ofCondition(key: string, condition: Condition): readonly string[] {
  if (typeof condition !== 'object') return [`${key}: ${condition}`]
  return [
    ...('$eq' in condition ? [`${key}: ${condition.$eq}`] : []),
    ...('$in' in condition ? [`${key}: ${condition.$in.join(', ')}`] : []),
  ]
}
