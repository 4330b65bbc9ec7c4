import type { Scalar } from '../wire.ts'

const MAX_STRING_BYTES = 1024
// \b \t \n \f \r; the other control characters are written with four digits.
const SHORT_ESCAPES: readonly number[] = [0x08, 0x09, 0x0a, 0x0c, 0x0d]

/** The bytes of a scalar's JSON text in UTF-8, or `undefined` for anything that no clause may hold. */
export function scalarBytes(value: unknown): number | undefined {
  if (typeof value === 'string') return stringBytes(value)
  const isAllowed = typeof value === 'boolean' || Number.isFinite(value)
  return isAllowed ? String(value).length : undefined
}

/** JSON has one zero. */
export function normalScalar(value: Scalar): Scalar {
  return value === 0 ? 0 : value
}

function stringBytes(text: string): number | undefined {
  if (text.length > MAX_STRING_BYTES) return undefined
  let bytes = text.length
  let escapes = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      if (unit === 0) return undefined
      if (unit < 0x20) escapes += SHORT_ESCAPES.includes(unit) ? 1 : 5
      else if (unit === 0x22 || unit === 0x5c) escapes += 1
    } else if (unit < 0x800) {
      bytes += 1
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes += 2
    } else {
      if (!isPair(unit, text.charCodeAt(index + 1))) return undefined
      bytes += 2
      index += 1
    }
  }
  return bytes > MAX_STRING_BYTES ? undefined : bytes + escapes + '""'.length
}

// Past the end of a string a unit is NaN, which is in no range.
function isPair(high: number, low: number): boolean {
  return high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff
}

/** Whether a well-formed text has more bytes than that in UTF-8. */
export function exceedsBytes(text: string, limit: number): boolean {
  let bytes = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes += 2
    else if (unit >= 0x80) bytes += 1
  }
  return bytes > limit
}
