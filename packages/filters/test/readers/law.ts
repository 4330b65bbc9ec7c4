// The law that every compiler to text is held to, by a reader of that text.
import fc from 'fast-check'
import {
  CompileError,
  matches,
  mergeFilters,
  parseFilters,
  toWire,
  type Condition,
  type Filters,
  type MergePolicy,
  type Query,
  type Scalar,
} from '../../src/index.ts'
import { hostileKey, hostileScalar, HOSTILE_KEYS, HOSTILE_STRINGS, queries } from '../hostile.ts'
import { expectShare, holds } from '../property.ts'
import { selects, type Ast } from './ast.ts'

type Document = Readonly<Record<string, unknown>>
type Held = 'string' | 'number' | 'boolean'
type KeyedValue = readonly [key: string, value: Scalar]

/** What the keys hold in all documents; these engines take one type for another, so it must be said. */
export const TYPES: Readonly<Record<string, Held>> = {
  ...Object.fromEntries(HOSTILE_KEYS.map((key) => [key, 'string' as const])),
  b: 'number',
  __x: 'boolean',
}
export const FIELDS: Readonly<Record<string, { readonly type: Held }>> = Object.fromEntries(
  Object.entries(TYPES).map(([key, type]) => [key, { type }]),
)

export interface TextEngine<Output> {
  /** What means something to this engine, beside the hostile strings for all. */
  readonly strings: readonly string[]
  compile(filters: Filters): Output
  /** What the engine would make of that. */
  read(output: Output): Ast
  /** Whether the value cannot be said, written down again from the engine's documentation or source. */
  isUnsayable(value: Scalar): boolean
}

/**
 * For random tokens and bodies: the compiled filter finds the documents that `matches` finds; it has the structure that it
 * has with harmless values; and it is refused for a value that the engine cannot say, and for nothing else.
 */
export function expectLaw<Output>(runs: number, engine: TextEngine<Output>): void {
  const strings = [...HOSTILE_STRINGS, ...engine.strings]
  const sayable = strings.filter((text) => !engine.isUnsayable(text))
  // Filters have some eight values: few of them may be unsayable, or hardly any filter could be said.
  const scalar = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Scalar>(...sayable) },
    { weight: 3, arbitrary: fc.constantFrom<Scalar>(1, 0, -1, 1.5, true, false) },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom<Scalar>(...strings), hostileScalar) },
  )
  const filtersOf = (source: 'token' | 'body'): fc.Arbitrary<Filters> =>
    queries(hostileKey, scalar, source).map((attributes) =>
      parseFilters({ attributes }, { source }),
    )
  const policies = fc.constantFrom<MergePolicy>('precedence', 'intersect')
  const seen = { cases: 0, said: 0, found: 0, passedOver: 0 }

  holds(
    runs,
    fc.property(
      filtersOf('token'),
      filtersOf('body'),
      policies,
      fc.nat(),
      (token, body, policy, seed) => {
        const filters = mergeFilters(token, body, { policy }).filters as Filters
        seen.cases += 1
        const values = valuesIn(filters)
        const output = compileOr(engine, filters, values)
        if (output === undefined) return
        seen.said += 1
        const ast = engine.read(output.said)
        for (const document of documentsFor(values, seed)) {
          const expected = matches(filters, document)
          if (selects(ast, document) !== expected)
            throw new Error(
              `${expected ? 'not ' : ''}found: ${JSON.stringify({ output, document })}`,
            )
          seen[expected ? 'found' : 'passedOver'] += 1
        }
        if (seed % 8 === 0) expectSameStructure(engine, filters, ast)
      },
    ),
  )
  expectShare(seen.said, seen.cases, 0.3)
  expectShare(seen.cases - seen.said, seen.cases, 0.005)
  expectShare(seen.found, seen.said, 0.3)
  expectShare(seen.passedOver, seen.said, 0.3)
}

/** `undefined` where the engine refused for the right reason. */
function compileOr<Output>(
  engine: TextEngine<Output>,
  filters: Filters,
  values: readonly KeyedValue[],
): { readonly said: Output } | undefined {
  const due = values.some(([key, value]) => isFaulty(engine, key, value))
  try {
    const said = engine.compile(filters)
    if (due) throw new Error(`not refused: ${JSON.stringify(toWire(filters))}`)
    return { said }
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    const [key, value] = at(filters, error.pointer)
    if (error.code !== 'unsupported_value' || !isFaulty(engine, key, value))
      throw new Error(`refused: ${error.code} ${error.pointer} ${JSON.stringify(toWire(filters))}`)
    return undefined
  }
}

/** A value of another type than the field's is left out, so it need not be said. */
function isFaulty(engine: TextEngine<unknown>, key: string, value: unknown): boolean {
  return typeof value === TYPES[key] && engine.isUnsayable(value as Scalar)
}

/** With other strings in it, the same filter has the same structure and each string where it was. */
function expectSameStructure<Output>(
  engine: TextEngine<Output>,
  filters: Filters,
  expected: Ast,
): void {
  const harmless = new Map<string, string>()
  const original = new Map<string, string>()
  const rename = (value: unknown): unknown => {
    if (typeof value !== 'string') return value
    const name = harmless.get(value) ?? `v${harmless.size}`
    harmless.set(value, name)
    original.set(name, value)
    return name
  }
  const wire: unknown = JSON.parse(JSON.stringify(toWire(filters)), (_, value) => rename(value))
  const ast = engine.read(engine.compile(parseFilters(wire, { source: 'body' })))
  const restored = JSON.stringify(ast, (name, value: unknown) =>
    name === 'value' ? (original.get(value as string) ?? value) : value,
  )
  if (restored !== JSON.stringify(expected))
    throw new Error(`${JSON.stringify(expected)} instead of ${restored}`)
}

/** Documents with the values of the filter, others and none, alone and in lists. */
function documentsFor(values: readonly KeyedValue[], seed: number): Document[] {
  const held = new Map<string, unknown[]>()
  for (const [key, value] of values)
    if (typeof value === TYPES[key]) held.set(key, [...(held.get(key) ?? []), value])
  let state = seed
  // A linear congruential generator; its low bits have short periods.
  const pick = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: 4 }, () => {
    const document: Record<string, unknown> = {}
    for (const [key, fitting] of held) {
      const one = (): unknown =>
        pick(4) === 0 ? OTHER[TYPES[key] as Held] : fitting[pick(fitting.length)]
      document[key] = pick(3) === 0 ? [one(), one()] : one()
    }
    return document
  })
}

const OTHER: Readonly<Record<Held, Scalar>> = { string: 'x y', number: 7, boolean: false }

/** Each value of a filter with its key. */
function valuesIn(filters: Filters): readonly KeyedValue[] {
  const found: KeyedValue[] = []
  const visit = (query: Query): void => {
    for (const [key, member] of Object.entries(query) as [string, Condition | Query[]][])
      if (Array.isArray(member)) for (const part of member) visit(part)
      else for (const value of valuesOf(member)) found.push([key, value])
  }
  visit(toWire(filters).attributes)
  return found
}

function valuesOf(condition: Condition): readonly Scalar[] {
  if (typeof condition !== 'object') return [condition]
  const { $eq, $in = [] } = condition as { $eq?: Scalar; $in?: readonly Scalar[] }
  return $eq === undefined ? $in : [$eq, ...$in]
}

/** The key and the value that a pointer leads to. */
function at(filters: Filters, pointer: string): readonly [key: string, value: unknown] {
  let found: unknown = toWire(filters)
  let key = ''
  for (const segment of pointer.split('/').slice(1)) {
    found = (found as Readonly<Record<string, unknown>>)[segment]
    if (Object.hasOwn(TYPES, segment)) key = segment
  }
  return [key, found]
}
