import { isPlainObject } from '@countersign/core/signing'
import { pointerTo, SignerError } from './signer-error.ts'

/** A value that JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Names that no object in a token may have: copies of it could change their prototype. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
])

/** What is left for a payload. */
export interface Room {
  /** Values. Each takes a byte at least, so this bounds the walk before the size is known. */
  nodes: number
}

/**
 * The JSON text of a value, or the place that is not JSON.
 *
 * `JSON.stringify` would leave out what is undefined, turn NaN into null, and ask every object and every prototype how it
 * wants to be written. Here each member is read once, and what was checked is what is written.
 *
 * @param levels objects and lists that may stand in each other
 * @throws SignerError `undefined_value`, `not_json`, `bad_name`, `too_deep`, `token_too_large`
 */
export function jsonText(value: unknown, pointer: string, levels: number, room: Room): string {
  room.nodes -= 1
  if (room.nodes < 0) throw new SignerError('token_too_large', '')
  switch (typeof value) {
    case 'undefined':
      throw new SignerError('undefined_value', pointer)
    case 'boolean':
      return String(value)
    case 'number':
      if (Number.isFinite(value)) return String(value)
      break
    case 'string':
      // A lone surrogate is read in as many ways as there are parsers (RFC 8259 section 8.2).
      if (value.isWellFormed()) return JSON.stringify(value)
      break
    case 'object':
      if (value === null) return 'null'
      if (levels === 0) throw new SignerError('too_deep', pointer)
      if (Array.isArray(value)) return listText(value, pointer, levels - 1, room)
      if (isPlainObject(value)) return objectText(value, pointer, levels - 1, room)
      break
    default:
  }
  throw new SignerError('not_json', pointer)
}

function listText(list: readonly unknown[], pointer: string, levels: number, room: Room): string {
  const texts: string[] = []
  // By index and not by iterator, which leaves out nothing but can be anybody's.
  for (let index = 0; index < list.length; index += 1)
    texts.push(jsonText(list[index], pointerTo(pointer, index), levels, room))
  return `[${texts.join(',')}]`
}

function objectText(
  object: Readonly<Record<string, unknown>>,
  pointer: string,
  levels: number,
  room: Room,
): string {
  if (Object.getOwnPropertySymbols(object).length > 0) throw new SignerError('not_json', pointer)
  const texts = Object.keys(object).map((name) => {
    const at = pointerTo(pointer, name)
    if (FORBIDDEN_NAMES.has(name)) throw new SignerError('bad_name', at)
    if (!name.isWellFormed()) throw new SignerError('not_json', at)
    return `${JSON.stringify(name)}:${jsonText(object[name], at, levels, room)}`
  })
  return `{${texts.join(',')}}`
}
