// The part of Elasticsearch's Query DSL that filters need, as the reference documents it: term, terms, bool, match_all and
// match_none over fields of an explicit mapping, with what the engine converts when it indexes and when it searches.
import { knownMembers, listOf, objectOf, onlyMember, refuse, type Json } from './json.ts'

export type FieldMapping = 'keyword' | 'long' | 'double' | 'float' | 'boolean'
/** Explicit, with `dynamic: false`: what is not mapped is not found. */
export type Mapping = Readonly<Record<string, FieldMapping>>

type Term = string | number | boolean
/** The terms that the index holds for a document. */
export type Indexed = ReadonlyMap<string, ReadonlySet<Term>>

/** Indexes a document; one that does not fit the mapping is refused. */
export function index(source: Json, mapping: Mapping, path = ''): Indexed {
  const indexed = new Map<string, ReadonlySet<Term>>()
  for (const [key, value] of Object.entries(source)) {
    const type = Object.hasOwn(mapping, path + key) ? mapping[path + key] : undefined
    if (type !== undefined) indexed.set(path + key, termsOf(value, type))
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [name, terms] of index(value as Json, mapping, `${path}${key}.`))
        indexed.set(name, terms)
  }
  return indexed
}

function termsOf(value: unknown, type: FieldMapping): ReadonlySet<Term> {
  // Lists have no mapping of their own: a list of lists is one list.
  const values = Array.isArray(value)
    ? (value as unknown[]).flat(Number.POSITIVE_INFINITY)
    : [value]
  return new Set(values.filter((item) => item !== null).map(STORED[type]))
}

/** Whether a query finds a document. */
export function finds(query: unknown, document: Indexed, mapping: Mapping): boolean {
  const [name, body] = onlyMember(query, 'query')
  if (name === 'match_all' || name === 'match_none') {
    knownMembers(objectOf(body, name), name, [])
    return name === 'match_all'
  }
  if (name === 'bool') return bool(objectOf(body, 'bool'), document, mapping)
  if (name !== 'term' && name !== 'terms') return refuse(`query ${name}`)

  const [field, condition] = onlyMember(body, name)
  const values = name === 'term' ? [valueOf(condition)] : listOf(condition, 'terms')
  const type = Object.hasOwn(mapping, field) ? mapping[field] : undefined
  const terms = document.get(field)
  // All are read, also those after one that is found.
  const wanted = values.map((value) => (type === undefined ? undefined : SEARCHED[type](value)))
  return wanted.some((term) => term !== undefined && terms?.has(term))
}

function valueOf(condition: unknown): unknown {
  const { value, ...options } = objectOf(condition, 'term')
  knownMembers(options, 'term', [])
  return value
}

function bool(body: Json, document: Indexed, mapping: Mapping): boolean {
  knownMembers(body, 'bool', ['must', 'filter', 'should', 'must_not', 'minimum_should_match'])
  const clauses = (name: string): boolean[] => {
    const given: unknown = body[name]
    const list: readonly unknown[] =
      given === undefined ? [] : Array.isArray(given) ? given : [given]
    return list.map((query) => finds(query, document, mapping))
  }
  const required = [...clauses('must'), ...clauses('filter')]
  const should = clauses('should')
  const excluded = clauses('must_not')
  // A `should` beside a `must` or a `filter` counts for the score only, unless a minimum is named.
  const least = body['minimum_should_match'] ?? (should.length > 0 && required.length === 0 ? 1 : 0)
  if (!Number.isInteger(least)) refuse('minimum_should_match')
  const matched = should.filter(Boolean).length
  return required.every(Boolean) && !excluded.some(Boolean) && matched >= (least as number)
}

function textOf(value: unknown): string {
  if (typeof value === 'object' || value === undefined) refuse('a value is expected')
  // What stood in the JSON, not a string that was made of it.
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function numberOf(value: unknown): number {
  if (typeof value === 'boolean') refuse('a boolean for a number')
  const text = textOf(value)
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) refuse('not a number')
  return Number(text)
}

function booleanOf(value: unknown): boolean {
  const text = textOf(value)
  if (text !== 'true' && text !== 'false') refuse('not a boolean')
  return text === 'true'
}

function longOf(value: number): number {
  if (Math.abs(value) >= 2 ** 63) refuse('out of range for a long')
  return value
}

// `coerce` is on by default: a `long` takes strings, and cuts fractions off.
const STORED: Readonly<Record<FieldMapping, (value: unknown) => Term>> = {
  keyword: textOf,
  long: (value) => longOf(Math.trunc(numberOf(value))) + 0,
  double: numberOf,
  float: (value) => Math.fround(numberOf(value)),
  boolean: booleanOf,
}

// `undefined` is a term that no document has.
const SEARCHED: Readonly<Record<FieldMapping, (value: unknown) => Term | undefined>> = {
  keyword: textOf,
  long: (value) => {
    const number = numberOf(value)
    return Number.isInteger(number) ? longOf(number) : undefined
  },
  double: numberOf,
  float: (value) => Math.fround(numberOf(value)),
  boolean: booleanOf,
}
