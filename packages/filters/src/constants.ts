import type { Filters } from './filters.ts'
import { parseFilters } from './grammar/parse.ts'

/** The filter that every document satisfies: "no filter", said aloud. */
export const matchAll: Filters = parseFilters({}, { source: 'body' })

/**
 * The filter that no document satisfies. `identity.filters ?? matchNone` shows nothing to a request for which no filter
 * holds. One that only the body has holds too: where a token has to have one, let the profile require it.
 */
export const matchNone: Filters = parseFilters(
  { attributes: { none: { $in: [] } } },
  { source: 'body' },
)
