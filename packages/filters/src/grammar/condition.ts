import type { FilterErrorCode } from '../filter-error.ts'
import type { Query, Scalar } from '../wire.ts'
import {
  countBytes,
  countGroup,
  countNode,
  fail,
  isPlainObject,
  type QueryFrame,
  type Reading,
} from './reading.ts'
import { normalScalar, scalarBytes } from './scalar.ts'

/** Reads what the attribute `key` is held to into the nodes and the wire form of its frame. */
export function readCondition(frame: QueryFrame, key: string, reading: Reading): void {
  const value = frame.source[key]
  if (!isPlainObject(value)) {
    const fault = countScalar(value, reading)
    if (fault !== undefined) fail(reading, fault, key)
    const scalar = normalScalar(value as Scalar)
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
    const operand = value[operator]
    if (operator === '$eq') {
      const fault = countScalar(operand, reading)
      if (fault !== undefined) fail(reading, fault, key, operator)
      wire.$eq = normalScalar(operand as Scalar)
      addClause(frame, key, [wire.$eq], isAlone, reading)
    } else if (operator === '$in') {
      wire.$in = readList(operand, key, reading)
      addClause(frame, key, wire.$in, isAlone, reading)
    } else fail(reading, 'unsupported_operator', key, operator)
  }
  frame.wire[key] = Object.freeze(wire)
}

/** Counts a value, and says what is wrong with it; where it stands is made out only then. */
function countScalar(value: unknown, reading: Reading): FilterErrorCode | undefined {
  const bytes = scalarBytes(value)
  if (bytes === undefined) return 'bad_value'
  reading.bytes += bytes
  reading.values += 1
  const { limits } = reading
  return reading.bytes > limits.bytes || reading.values > limits.values ? 'too_large' : undefined
}

// Up to here, comparing each with each is quicker than a set.
const FEW = 8

function readList(list: unknown, key: string, reading: Reading): readonly Scalar[] {
  if (!Array.isArray(list)) fail(reading, 'not_an_array', key, '$in')
  // Read once, and compared so that the length of a hostile proxy, which can be anything, counts as none.
  const size: number = list.length
  if (!(size > 0) && reading.source === 'token') fail(reading, 'empty_operator', key, '$in')
  const scalars: Scalar[] = []
  for (let index = 0; index < size; index += 1) {
    const value: unknown = list[index]
    const fault = countScalar(value, reading)
    if (fault !== undefined) fail(reading, fault, key, '$in', index)
    scalars.push(normalScalar(value as Scalar))
  }
  const isDistinct =
    size <= FEW && scalars.every((scalar, place) => scalars.indexOf(scalar) === place)
  return Object.freeze(isDistinct ? scalars : [...new Set(scalars)])
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
  // An object of a single condition is the wire form of its clause already; it is frozen when it is closed.
  const query = isAlone ? (frame.wire as Query) : undefined
  frame.nodes.push({ kind: 'in', key, values, query })
}
