// The part of Qdrant's filters that compiled ones need, as its documentation and its OpenAPI description have it: must,
// should and must_not, matches on fields of the payload, and has_id.
import { knownMembers, listOf, objectOf, onlyMember, refuse, type Json } from './json.ts'

export interface Point {
  readonly id: number | string
  readonly payload: Json
}

/** Whether a point passes a filter. */
export function passes(filter: unknown, point: Point): boolean {
  const clauses = objectOf(filter, 'filter')
  knownMembers(clauses, 'filter', ['must', 'should', 'must_not'])
  const conditions = (name: string): readonly boolean[] =>
    clauses[name] === undefined
      ? []
      : listOf(clauses[name], name).map((condition) => satisfies(condition, point))
  const should = conditions('should')
  return (
    conditions('must').every(Boolean) &&
    !conditions('must_not').some(Boolean) &&
    // Without conditions it is no constraint.
    (should.length === 0 || should.some(Boolean))
  )
}

function satisfies(given: unknown, point: Point): boolean {
  const condition = objectOf(given, 'condition')
  if ('has_id' in condition) {
    knownMembers(condition, 'condition', ['has_id'])
    return listOf(condition['has_id'], 'has_id').includes(point.id)
  }
  if (!('key' in condition)) return passes(condition, point)
  knownMembers(condition, 'condition', ['key', 'match'])
  const isMatch = matcher(condition['match'])
  const value = valueAt(point.payload, condition['key'])
  // A list of lists is not looked into.
  return Array.isArray(value) ? value.some(isMatch) : isMatch(value)
}

function matcher(match: unknown): (stored: unknown) => boolean {
  const [name, wanted] = onlyMember(match, 'match')
  if (name === 'value') {
    if (!isOneOf([wanted], 'string', 'boolean', 'integer')) refuse('match.value')
    return (stored) => stored === wanted
  }
  if (name !== 'any') return refuse(`match.${name}`)
  const list = listOf(wanted, 'match.any')
  // One of the two, as in the schema: a list of both fits neither.
  if (!isOneOf(list, 'string') && !isOneOf(list, 'integer')) refuse('match.any')
  return (stored) => list.includes(stored)
}

function isOneOf(list: readonly unknown[], ...types: readonly string[]): boolean {
  return list.every((value) => types.includes(isInt64(value) ? 'integer' : typeof value))
}

function isInt64(value: unknown): boolean {
  // JavaScript writes larger ones with an exponent, which is a float to Qdrant.
  return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63
}

const SEGMENT = String.raw`(?:[\p{Alphabetic}\p{Nd}_-]+|"[^"\\]*")`
const PATH = new RegExp(String.raw`^${SEGMENT}(?:\.${SEGMENT})*$`, 'u')

/** The value at a JSON path; this evaluator knows no indices. */
function valueAt(payload: Json, path: unknown): unknown {
  if (typeof path !== 'string' || !PATH.test(path)) return refuse('key')
  let value: unknown = payload
  for (const [segment] of path.matchAll(new RegExp(SEGMENT, 'gu'))) {
    const key = segment.startsWith('"') ? segment.slice(1, -1) : segment
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || !Object.hasOwn(value as Json, key)) return undefined
    value = (value as Json)[key]
  }
  return value
}
