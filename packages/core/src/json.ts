/** A JSON object as parsed: read its members with {@link member}, never through the prototype. */
export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses JSON text, at most `depth` levels deep, in which no object repeats a member (RFC 7519 section 4: two
 * parsers may disagree which one counts) or has one named `__proto__` (copies made with `Object.assign` would
 * change their prototype). What it gives is frozen to the bottom.
 *
 * Returns `undefined` for anything else, also for bytes that are not UTF-8 or begin with a BOM.
 */
export function parseJson(source: string | Uint8Array, depth: number): unknown {
  try {
    const text = typeof source === 'string' ? source : utf8.decode(source)
    const value: unknown = JSON.parse(text)
    // A member that is there twice is in the text twice and in the value once.
    return freezeMembers(value, depth) === countMembers(text) ? value : undefined
  } catch {
    return undefined
  }
}

/** {@link parseJson} for what must be one object. */
export function parseJsonObject(
  source: string | Uint8Array,
  depth: number,
): JsonObject | undefined {
  const value = parseJson(source, depth)
  return isObject(value) ? value : undefined
}

/** An own member of an object, or `undefined`. */
export function member(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as JsonObject)[name] : undefined
}

/** Whether a value is an object that is neither `null` nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether a value is a plain object, of this realm or another: its prototype is `null`, or has none itself.
 */
export function isPlainObject(value: unknown): value is JsonObject {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Whether a value is made of scalars, lists and plain objects only, so that freezing it leaves nothing to change. */
export function isData(value: unknown): boolean {
  const seen = new Set<object>()
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'function') return false
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    if (!Array.isArray(next) && !isPlainObject(next)) return false
    seen.add(next)
    for (const child of Object.values(next)) open.push(child)
  }
  return true
}

/** Freezes data to the bottom. Iterative, as depth comes from outside; views of bytes cannot be frozen. */
export function deepFreeze<T>(value: T): T {
  const seen = new Set<object>()
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next))
      continue
    seen.add(Object.freeze(next))
    for (const child of Object.values(next)) open.push(child)
  }
  return value
}

/** Freezes what JSON.parse made, and counts its members; `NaN` where it is too deep, or one is named `__proto__`. */
function freezeMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth <= 0) return NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) count += freezeMembers(item, depth - 1)
  } else {
    for (const name of Object.keys(value)) {
      if (name === '__proto__') return NaN
      count += 1 + freezeMembers((value as JsonObject)[name], depth - 1)
    }
  }
  Object.freeze(value)
  return count
}

// The text has already passed JSON.parse, so each colon outside of a string stands after the name of a member.
function countMembers(text: string): number {
  let count = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x22) inString = !inString
    else if (char === 0x5c) i += 1
    else if (char === 0x3a && !inString) count += 1
  }
  return count
}
