// Pinecone's metadata filters as its documentation has them: $eq, $in and $exists on fields, $and and $or over clauses.
import { listOf, objectOf, onlyMember, refuse, type Json } from './json.ts'

/** Refuses metadata that cannot be stored: a flat object of strings, numbers, booleans and lists of strings. */
export function checkMetadata(metadata: Json): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (key.startsWith('$')) refuse('a key with $')
    if (Array.isArray(value)) {
      if (!value.every((item) => typeof item === 'string')) refuse('a list of other than strings')
    } else if (!['string', 'number', 'boolean'].includes(typeof value)) refuse('a value')
  }
}

/** Whether a record's metadata satisfy a filter. */
export function admits(filter: unknown, metadata: Json): boolean {
  const clauses = Object.entries(objectOf(filter, 'filter'))
  // The client refuses an empty filter, and an empty clause is ignored, so that it finds everything.
  if (clauses.length === 0) refuse('an empty clause')
  // All members of a clause hold; all are read.
  const results = clauses.map(([name, condition]) => {
    if (name === '$and') return parts(condition, metadata).every(Boolean)
    if (name === '$or') return parts(condition, metadata).some(Boolean)
    return name.startsWith('$') ? refuse(name) : holds(name, condition, metadata)
  })
  return results.every(Boolean)
}

function parts(given: unknown, metadata: Json): readonly boolean[] {
  const list = listOf(given, 'clauses')
  if (list.length === 0) refuse('an empty list of clauses')
  return list.map((clause) => admits(clause, metadata))
}

function holds(key: string, condition: unknown, metadata: Json): boolean {
  const [operator, operand] = onlyMember(condition, key)
  const held: unknown = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (operator === '$exists') {
    if (typeof operand !== 'boolean') refuse('$exists')
    return (held !== undefined) === operand
  }
  const values = (Array.isArray(held) ? held : [held]) as readonly unknown[]
  if (operator === '$eq') {
    if (!['string', 'number', 'boolean'].includes(typeof operand)) refuse('$eq')
    return values.includes(operand)
  }
  if (operator !== '$in') return refuse(operator)
  const list = listOf(operand, '$in')
  // What an empty one finds is not documented.
  if (list.length === 0 || list.length > 10_000) refuse('$in')
  for (const type of ['string', 'number'])
    if (list.every((value) => typeof value === type))
      return values.some((value) => list.includes(value))
  return refuse('$in')
}
