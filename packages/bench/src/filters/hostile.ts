import type { FilterErrorCode } from '@countersign/filters'

/** A filter as somebody hostile, or careless, would send it. */
export interface HostileFilter {
  readonly text: string
  /** What it is refused for; `accepted` for the largest that are not. */
  readonly answer: FilterErrorCode | 'accepted'
}

const SIZE = 16 * 1024

const filter = (query: string): string => `{"attributes":${query}}`
const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join()
const nest = (depth: number, inner: string, open: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth)
const clause = (index: number, length: number): string =>
  `{"k${index}":"${`v${index}`.padEnd(length, '-')}"}`

/** `$and` and `$or` in turn, `clauses` in each of six levels, so that every level is written out again by the next. */
function ladder(clauses: number, length: number): string {
  let query = clause(0, length)
  for (let level = 0; level < 6; level += 1) {
    const items = list(clauses, (index) => clause(1 + level * clauses + index, length))
    query = `{"$${level % 2 === 0 ? 'or' : 'and'}":[${items},${query}]}`
  }
  return filter(query)
}

/** About 16 KiB of JSON each, or just over a limit. */
export const HOSTILE: Readonly<Record<string, HostileFilter>> = {
  'nested $and, 16 KiB of it': {
    text: filter(nest(Math.floor(SIZE / 11), '{"a":1}', '{"$and":[', ']}')),
    answer: 'too_deep',
  },
  'nested $or, 16 KiB of it': {
    text: filter(nest(Math.floor(SIZE / 10), '{"a":1}', '{"$or":[', ']}')),
    answer: 'too_deep',
  },
  'nested too deep in the last of 200 clauses': {
    text: filter(
      `{"$or":[${list(200, (index) => clause(index, 40))},${nest(9, '{"a":1}', '{"$or":[', ']}')}]}`,
    ),
    answer: 'too_deep',
  },
  '1 500 keys': {
    text: filter(`{${list(1500, (index) => `"key${index}":1`)}}`),
    answer: 'too_large',
  },
  '1 500 clauses in $or': {
    text: filter(`{"$or":[${list(1500, (index) => `{"k":${index}}`)}]}`),
    answer: 'too_large',
  },
  'a list of 4 000 values': {
    text: filter(`{"k":{"$in":[${list(4000, String)}]}}`),
    answer: 'too_large',
  },
  'a list of 257 values': {
    text: filter(`{"k":{"$in":[${list(257, String)}]}}`),
    answer: 'too_large',
  },
  'a string of 16 KiB': {
    text: filter(`{"k":"${'x'.repeat(SIZE)}"}`),
    answer: 'bad_value',
  },
  'a key of 16 KiB': {
    text: filter(`{"${'k'.repeat(SIZE)}":1}`),
    answer: 'bad_key',
  },
  'seventeen strings of 1 KiB': {
    text: filter(`{"$or":[${list(17, (index) => clause(index, 1024))}]}`),
    answer: 'too_large',
  },
  'control characters, six bytes each when written': {
    text: filter(`{"$or":[${list(3, (index) => `{"k${index}":"${'\\u0001'.repeat(1000)}"}`)}]}`),
    answer: 'too_large',
  },
  'an unknown operator after 250 clauses': {
    text: filter(`{"$and":[${list(250, (index) => clause(index, 40))},{"k":{"$gt":1}}]}`),
    answer: 'unsupported_operator',
  },
  'too large only once it is written out': {
    text: filter(`{"$and":[${list(250, (index) => clause(index, 54))}]}`),
    answer: 'too_large',
  },
  'too large only once it is written out, in six levels': {
    text: ladder(40, 57),
    answer: 'too_large',
  },
  'accepted: 250 clauses, 16 KiB': {
    text: filter(`{"$and":[${list(250, (index) => clause(index, 53))}]}`),
    answer: 'accepted',
  },
  'accepted: 240 clauses in six levels, 16 KiB': {
    text: ladder(40, 55),
    answer: 'accepted',
  },
}
