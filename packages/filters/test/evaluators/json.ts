// What the evaluators of JSON queries share. They are strict: what an engine refuses, or what they do not know, throws.

export type Json = Readonly<Record<string, unknown>>

/** A query that the engine refuses, or that the evaluator does not know. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused'
}

export function refuse(reason: string): never {
  throw new QueryRefused(reason)
}

export function objectOf(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(`${where} is no object`)
  return value as Json
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(`${where} is no list`)
  return value as readonly unknown[]
}

/** The name and the value of the only member. */
export function onlyMember(value: unknown, where: string): readonly [string, unknown] {
  const members = Object.entries(objectOf(value, where))
  if (members.length !== 1) refuse(`${where} has ${members.length} members`)
  return members[0] as [string, unknown]
}

export function knownMembers(value: Json, where: string, names: readonly string[]): void {
  for (const name of Object.keys(value)) if (!names.includes(name)) refuse(`${where}.${name}`)
}

/** The value as it is after a trip over the wire. */
export function overTheWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
