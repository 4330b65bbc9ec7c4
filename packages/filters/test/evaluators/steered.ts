// Documents that were drawn at random rarely satisfy a filter with hostile keys and values. These are moved towards one.
import fc from 'fast-check'
import type { Query, Scalar } from '../../src/index.ts'
import { hostileDocument, type HostileDocument } from '../hostile.ts'

/** A document that is held to queries, and the choices that are made on the way: which value, which branch of an `$or`. */
export type Draft = readonly [document: HostileDocument, choices: readonly number[]]

export const hostileDraft: fc.Arbitrary<Draft> = fc.tuple(
  hostileDocument,
  fc.array(fc.nat(15), { minLength: 1, maxLength: 6 }),
)

/** The document with what satisfies the queries added to it; what it holds already stays beside it in a list. */
export function steered([document, choices]: Draft, ...queries: readonly Query[]): HostileDocument {
  let made = 0
  const choose = <T>(list: readonly T[]): T => {
    const choice = choices[made % choices.length] as number
    made += 1
    return list[choice % list.length] as T
  }
  const result: Record<string, unknown> = { ...document }
  const steer = (query: Query): void => {
    for (const [name, member] of Object.entries(query)) {
      if (name === '$and') for (const part of member as readonly Query[]) steer(part)
      else if (name === '$or') steer(choose(member as readonly Query[]))
      else for (const values of listsOf(member)) if (values.length > 0) give(name, choose(values))
    }
  }
  const give = (key: string, value: Scalar): void => {
    const held: unknown = Object.hasOwn(result, key) ? result[key] : undefined
    if (held === undefined) result[key] = value
    else result[key] = Array.isArray(held) ? [...(held as unknown[]), value] : [held, value]
  }
  for (const query of queries) steer(query)
  return result
}

function listsOf(condition: unknown): readonly (readonly Scalar[])[] {
  if (typeof condition !== 'object') return [[condition as Scalar]]
  const { $eq, $in } = condition as { readonly $eq?: Scalar; readonly $in?: readonly Scalar[] }
  return [...($eq === undefined ? [] : [[$eq]]), ...($in === undefined ? [] : [$in])]
}
