import type { Query, Scalar } from '../wire.ts'
import {
  countBytes,
  countGroup,
  countNode,
  fail,
  isPlainObject,
  type QueryFrame,
  type Reading,
  type Segment,
} from './reading.ts'
import { normalScalar, scalarBytes } from './scalar.ts'

/** Reads what the attribute `key` is held to into the nodes and the wire form of its frame. */
export function readCondition(frame: QueryFrame, key: string, reading: Reading): void {
  const value = frame.source[key]
  if (!isPlainObject(value)) {
    const scalar = readScalar(value, reading, key)
    frame.wire[key] = scalar
    addClause(frame, key, [scalar], frame.size === 1, reading)
    return
  }
  const operators = Object.keys(value)
  const isAlone = frame.size === 1 && operators.length === 1
  if (operators.length === 0) fail(reading, 'empty_clause', key)
  if (operators.length > 1) countGroup(reading, frame.size > 1 ? frame.depth : frame.depth + 1, key)
  const wire: { $eq?: Scalar; $in?: readonly Scalar[] } = {}
  for (const operator of operators) {
    if (operator === '$eq') {
      wire.$eq = readScalar(value[operator], reading, key, operator)
      addClause(frame, key, [wire.$eq], isAlone, reading)
    } else if (operator === '$in') {
      wire.$in = readList(value[operator], reading, key, operator)
      addClause(frame, key, wire.$in, isAlone, reading)
    } else fail(reading, 'unsupported_operator', key, operator)
  }
  frame.wire[key] = Object.freeze(wire)
}

function readScalar(value: unknown, reading: Reading, ...at: readonly Segment[]): Scalar {
  const bytes = scalarBytes(value)
  if (bytes === undefined) fail(reading, 'bad_value', ...at)
  countBytes(reading, bytes, ...at)
  reading.values += 1
  if (reading.values > reading.limits.values) fail(reading, 'too_large', ...at)
  return normalScalar(value as Scalar)
}

function readList(
  list: unknown,
  reading: Reading,
  ...at: readonly [key: string, operator: string]
): readonly Scalar[] {
  if (!Array.isArray(list)) fail(reading, 'not_an_array', ...at)
  // Read once, and compared so that the length of a hostile proxy, which can be anything, counts as none.
  const size: number = list.length
  if (!(size > 0) && reading.source === 'token') fail(reading, 'empty_operator', ...at)
  const distinct = new Set<Scalar>()
  for (let index = 0; index < size; index += 1)
    distinct.add(readScalar(list[index], reading, ...at, index))
  return Object.freeze([...distinct])
}

function addClause(
  frame: QueryFrame,
  key: string,
  values: readonly Scalar[],
  isAlone: boolean,
  reading: Reading,
): void {
  countNode(reading, key)
  countBytes(reading, '{"":}'.length + key.length, key)
  Object.freeze(values)
  // An object of a single condition is the wire form of its clause already; it is frozen when it is closed.
  const query = isAlone ? (frame.wire as Query) : clauseQuery(key, values)
  frame.nodes.push(Object.freeze({ kind: 'in', key, values, query }))
}

function clauseQuery(key: string, values: readonly Scalar[]): Query {
  const condition = values.length === 1 ? (values[0] as Scalar) : Object.freeze({ $in: values })
  return Object.freeze({ [key]: condition })
}
