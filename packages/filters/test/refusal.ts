import { expect } from 'vitest'
import { FilterError, parseFilters, type FilterErrorCode, type FilterLimits } from '../src/index.ts'

type Source = 'token' | 'body'

/** What parsing is refused with, as `code pointer`. Anything but a FilterError fails the test. */
export function refusal(json: unknown, source: Source = 'body', limits?: FilterLimits): string {
  try {
    parseFilters(json, { source, limits })
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    return `${error.code} ${error.pointer}`
  }
  return 'accepted'
}

export function expectRefused(
  json: unknown,
  code: FilterErrorCode,
  pointer: string,
  sources: readonly Source[] = ['token', 'body'],
): void {
  for (const source of sources) expect(refusal(json, source)).toBe(`${code} ${pointer}`)
}
