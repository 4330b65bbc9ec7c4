/** A JSON object as parsed: read its members with {@link member}, never through the prototype. */
export type JsonObject = Readonly<Record<string, unknown>>

// In a loop over members it is compiled into nothing; `Object.hasOwn` is called for each. Taken before anything can change it.
// oxlint-disable-next-line typescript/unbound-method -- it is only used with `call`
const { hasOwnProperty } = Object.prototype

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
    const bytes = typeof source === 'string' ? Buffer.from(source) : source
    const members = isContainer(value) ? freezeMembers(value, depth) : 0
    return members === countMembers(bytes) ? value : undefined
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
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  )
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

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Freezes what JSON.parse made, and counts its members; `NaN` where it is too deep, or one is named `__proto__`. */
function freezeMembers(value: object, depth: number): number {
  if (depth <= 0 || Object.hasOwn(value, '__proto__')) return NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as unknown[])
      if (isContainer(item)) count += freezeMembers(item, depth - 1)
  } else {
    for (const name in value) {
      if (!hasOwnProperty.call(value, name)) continue // a polluted prototype
      count += 1
      const item = (value as JsonObject)[name]
      if (isContainer(item)) count += freezeMembers(item, depth - 1)
    }
  }
  Object.freeze(value)
  return count
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

// The text has already passed JSON.parse, so a string that a colon follows is the name of a member. In UTF-8 no part of a
// longer character looks like one of these. To go through bytes is quicker than to search the text for quotes.
function countMembers(text: Uint8Array): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== QUOTE) continue
    for (i += 1; i < text.length && text[i] !== QUOTE; i++) if (text[i] === BACKSLASH) i += 1
    do i += 1
    while (isSpace(text[i]))
    if (text[i] === COLON) count += 1
  }
  return count
}

// RFC 8259 section 2.
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
