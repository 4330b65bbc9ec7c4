/** A JSON object as parsed: read its members with {@link member}, never through the prototype. */
export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses JSON text, at most `depth` levels deep, in which no object repeats a member (RFC 7519 section 4: two
 * parsers may disagree which one counts) or has one named `__proto__` (copies made with `Object.assign` would
 * change their prototype).
 *
 * Returns `undefined` for anything else, also for bytes that are not UTF-8 or begin with a BOM.
 */
export function parseJson(source: string | Uint8Array, depth: number): unknown {
  try {
    const text = typeof source === 'string' ? source : utf8.decode(source)
    const value: unknown = JSON.parse(text)
    return hasPlainMembers(text, depth) ? value : undefined
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

// The text has already passed JSON.parse, so the scan only has to find names and count levels.
function hasPlainMembers(text: string, depth: number): boolean {
  const open: (Set<string> | null)[] = [] // the names seen in each open object; null for an array
  let names: Set<string> | null = null
  let atName = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        names = new Set()
        open.push(names)
        atName = true
        break
      case 0x5b: // [
        names = null
        open.push(names)
        break
      case 0x7d: // }
      case 0x5d: // ]
        open.pop()
        names = open.at(-1) ?? null
        atName = false
        break
      case 0x2c: // ,
        atName = names !== null
        break
      case 0x22: {
        // "
        const end = closingQuote(text, i)
        if (atName && names !== null) {
          const raw = text.slice(i, end + 1)
          const name = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
          if (name === '__proto__' || names.has(name)) return false
          names.add(name)
          atName = false
        }
        i = end
        break
      }
      default:
    }
    if (open.length > depth) return false
  }
  return true
}

function closingQuote(text: string, opening: number): number {
  let i = opening + 1
  while (text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1
  return i
}
