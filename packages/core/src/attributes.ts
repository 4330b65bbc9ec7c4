import { isPlainObject } from './json.ts'

/** What a signed or sent user attribute may be. */
export type UserAttributes = Readonly<Record<string, unknown>>

const MAX_KEYS = 64
const MAX_DEPTH = 8
const MAX_BYTES = 8192
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Copies user attributes: a plain object of JSON values, at most 64 keys in all, 8 levels, 8 KiB as JSON, and no
 * key that could reach a prototype. Returns a new object that shares nothing with the one given, or `undefined`.
 *
 * Iterative, and each member is read once: what was checked is what is copied.
 */
export function copyAttributes(value: unknown): Record<string, unknown> | undefined {
  if (!isPlainObject(value)) return undefined
  const root: Record<string, unknown> = {}
  const open: { from: object; to: Record<string, unknown> | unknown[]; depth: number }[] = [
    { from: value, to: root, depth: 1 },
  ]
  let keys = 0
  let nodes = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from, to, depth } = next
    if (depth > MAX_DEPTH) return undefined
    const entries = Array.isArray(from)
      ? from.length > MAX_BYTES
        ? undefined
        : Array.from(from, (item: unknown, index) => [index, item] as const)
      : Object.entries(from)
    if (entries === undefined) return undefined
    for (const [name, child] of entries) {
      if (typeof name === 'string' && (FORBIDDEN.has(name) || ++keys > MAX_KEYS)) return undefined
      // Every value takes at least a byte of JSON, so this bounds the walk before the size is known.
      if (++nodes > MAX_BYTES) return undefined
      const copy = copyShallow(child)
      if (copy === undefined) return undefined
      ;(to as Record<string | number, unknown>)[name] = copy
      if (typeof copy === 'object' && copy !== null)
        open.push({ from: child as object, to: copy as Record<string, unknown>, depth: depth + 1 })
    }
  }
  return Buffer.byteLength(JSON.stringify(root)) > MAX_BYTES ? undefined : root
}

// A scalar itself, an empty container for a container, `undefined` for what is not JSON.
function copyShallow(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : undefined
    case 'object':
      if (value === null) return null
      if (Array.isArray(value)) return []
      return isPlainObject(value) ? {} : undefined
    default:
      return undefined
  }
}

/** Whether two copies hold the same JSON. */
export function sameAttributes(a: UserAttributes, b: UserAttributes): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

// Depth is bounded by copyAttributes.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]))
}
