// Law 2 for an engine whose compiled queries are evaluated: random merges of hostile filters, and documents for them.
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  CompileError,
  matches,
  mergeFilters,
  parseFilters,
  toWire,
  type Filters,
  type Query,
  type Scalar,
} from '../../src/index.ts'
import type { FieldType } from '../../src/compile/fields.ts'
import {
  HOSTILE_STRINGS,
  hostileKey,
  hostileScalar,
  queries,
  type HostileDocument,
} from '../hostile.ts'
import { expectShare, holds } from '../property.ts'
import { overTheWire } from './json.ts'
import { hostileDraft, steered } from './steered.ts'

export interface Engine {
  compile(filters: Filters): unknown
  /** Whether the compiled query finds a document. */
  finds(query: unknown, document: HostileDocument): boolean
  /** The part of a document that the engine, or its schema, can hold. */
  holding(document: HostileDocument): HostileDocument
  /** Whether a clause on this key with this value must be refused. */
  refuses(key: string, value: unknown): boolean
  /** What the engine takes an attribute to hold. Most values of filters and documents are of that type then. */
  typeOf?(key: string): FieldType | undefined
}

/** Finds what `matches` finds, and refuses exactly what must be refused, for random merges under each of the engines. */
export function holdsForMerges(runs: number, engines: readonly Engine[]): void {
  const seen = { filters: 0, refused: 0, cases: 0, found: 0 }

  const violation = (
    engine: Engine,
    filters: Filters,
    drafts: readonly HostileDocument[],
  ): string | undefined => {
    seen.filters += 1
    const due = clausesOf(filters).some(([key, value]) => engine.refuses(key, value))
    const query = compiled(engine, filters)
    if (query instanceof CompileError) {
      seen.refused += 1
      return due && engine.refuses(...clauseAt(filters, query.pointer)) ? undefined : 'refused'
    }
    if (due) return 'not refused'
    const received = overTheWire(query)
    for (const draft of drafts) {
      const document = engine.holding(draft)
      const found = engine.finds(received, document)
      if (found !== matches(filters, document)) return 'other than `matches`'
      seen.cases += 1
      if (found) seen.found += 1
    }
    return undefined
  }

  holds(
    runs,
    fc.property(
      fc.constantFrom(...engines),
      queries(hostileKey, hostileScalar, 'token'),
      queries(hostileKey, hostileScalar, 'body'),
      fc.constantFrom('precedence', 'intersect'),
      fc.tuple(hostileDraft, hostileDraft),
      (engine, anyToken, anyBody, policy, [one, other]) => {
        const token = retyped(anyToken, engine)
        const body = retyped(anyBody, engine)
        const merged = mergeFilters(
          parseFilters({ attributes: token }, { source: 'token' }),
          parseFilters({ attributes: body }, { source: 'body' }),
          { policy },
        )
        const drafts = [steered(one, token), steered(one, body), steered(other, token, body)]
        const found = violation(engine, merged.filters as Filters, drafts)
        // Only then: it takes more time than all that is tested.
        if (found !== undefined) expect(found).toBeUndefined()
      },
    ),
  )
  expectShare(seen.refused, seen.filters, 0.1)
  expectShare(seen.filters - seen.refused, seen.filters, 0.1)
  expectShare(seen.found, seen.cases, 0.1)
}

function compiled(engine: Engine, filters: Filters): unknown {
  try {
    return engine.compile(filters)
  } catch (error) {
    if (error instanceof CompileError) return error
    throw error
  }
}

/** The key of the clause that a pointer leads into, and the value that it leads to. */
function clauseAt(filters: Filters, pointer: string): readonly [key: string, value: unknown] {
  let value: unknown = toWire(filters)
  let key = ''
  for (const segment of pointer.split('/').slice(1)) {
    value = (value as Readonly<Record<string, unknown>>)[segment]
    if (!/^(?:attributes|\$.*|\d+)$/.test(segment)) key = segment
  }
  return [key, value]
}

/** Each value of each clause, with its key. */
function clausesOf(filters: Filters): readonly (readonly [key: string, value: unknown])[] {
  const clausesIn = (query: Query): readonly (readonly [string, unknown])[] =>
    Object.entries(query).flatMap(([name, member]: [string, unknown]) => {
      if (name.startsWith('$')) return (member as readonly Query[]).flatMap(clausesIn)
      const values = typeof member === 'object' ? Object.values(member as object).flat() : [member]
      return values.map((value: unknown) => [name, value] as const)
    })
  return clausesIn(toWire(filters).attributes)
}

/** The query with most values in the types that the engine takes the attributes to hold; some stay as they are. */
function retyped(query: Query, engine: Engine): Query {
  const members = Object.entries(query).map(([name, member]: [string, unknown]) => {
    if (name.startsWith('$'))
      return [name, (member as readonly Query[]).map((part) => retyped(part, engine))]
    const type = engine.typeOf?.(name)
    const retype = (value: unknown): unknown => (type ? valueOf(type, value) : value)
    if (typeof member !== 'object') return [name, retype(member)]
    const operators = Object.entries(member as object).map(
      ([operator, operand]: [string, unknown]) => [
        operator,
        Array.isArray(operand) ? operand.map(retype) : retype(operand),
      ],
    )
    return [name, Object.fromEntries(operators) as unknown]
  })
  return Object.fromEntries(members) as Query
}

const VALUES: Readonly<Record<FieldType, readonly Scalar[]>> = {
  string: HOSTILE_STRINGS,
  number: [1, 0, -1, 1.5, 0.1, -1e-7, Number.MAX_SAFE_INTEGER],
  boolean: [true, false],
}

function valueOf(type: FieldType, value: unknown): unknown {
  const text = JSON.stringify(value)
  const position = text.length * 7 + text.charCodeAt(text.length >> 1)
  if (typeof value === type || position % 16 === 0) return value
  return VALUES[type][position % VALUES[type].length]
}

/** The document with only those values, alone or in lists, that are kept. */
export function keeping(
  document: HostileDocument,
  keeps: (value: unknown, key: string, isListed: boolean) => boolean,
): HostileDocument {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(document)) {
    if (Array.isArray(value)) result[key] = value.filter((item) => keeps(item, key, true))
    else if (keeps(value, key, false)) result[key] = value
  }
  return result
}
