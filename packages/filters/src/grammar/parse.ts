import { FilterError } from '../filter-error.ts'
import { canonicalJson, seal, type Filters } from '../filters.ts'
import { group } from '../node.ts'
import { checkOptions } from '../options.ts'
import type { Query } from '../wire.ts'
import { readCondition } from './condition.ts'
import { readLimits, type FilterLimits } from './limits.ts'
import {
  countGroup,
  fail,
  fitsCertainly,
  isPlainObject,
  pointerTo,
  type Frame,
  type ListFrame,
  type QueryFrame,
  type Reading,
  type Segment,
} from './reading.ts'
import { exceedsBytes } from './scalar.ts'

const KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const NO_FILTER: Filters = seal([], Object.freeze({}))

/**
 * Reads a filter from parsed JSON. The grammar is closed: what is not known is refused, never passed on.
 *
 * - `source`: where the filter stands. `'body'` takes `undefined`, `null`, `{}` and `{"attributes": {}}` for "no filter",
 *   and an empty `$in` for a clause that matches nothing. `'token'` refuses them all: a signed filter that says nothing is
 *   a mistake, and must not allow everything.
 * - `limits`: see {@link FilterLimits}.
 *
 * Only own enumerable members with string keys count, and each is read once.
 *
 * @throws FilterError for everything that is no filter, also for objects whose members throw when read.
 * @throws TypeError for a wrong or unknown option.
 */
export function parseFilters(
  json: unknown,
  options: { readonly source: 'token' | 'body'; readonly limits?: FilterLimits | undefined },
): Filters {
  checkOptions(options, 'options', ['source', 'limits'])
  const { source } = options
  if (source !== 'token' && source !== 'body')
    throw new TypeError('options.source must be "token" or "body"')
  const reading: Reading = {
    source,
    limits: readLimits(options.limits),
    nodes: 0,
    values: 0,
    bytes: 0,
    frame: undefined,
    failure: undefined,
  }
  try {
    return readRoot(json, reading)
  } catch {
    // What was thrown is not looked at: a getter can throw a proxy that throws again.
    throw reading.failure ?? new FilterError('unreadable', pointerTo(reading.frame))
  }
}

function readRoot(json: unknown, reading: Reading): Filters {
  if (json === null || json === undefined) return readNothing(reading)
  if (!isPlainObject(json)) fail(reading, 'not_an_object')
  const members = Object.keys(json)
  if (members.length === 0) return readNothing(reading)
  for (const member of members) if (member !== 'attributes') fail(reading, 'unknown_member', member)
  return readAttributes(json['attributes'], reading)
}

function readNothing(reading: Reading): Filters {
  if (reading.source === 'token') fail(reading, 'missing')
  return NO_FILTER
}

// A stack of frames instead of recursion: no depth of input reaches the stack of calls.
function readAttributes(attributes: unknown, reading: Reading): Filters {
  const root = openQuery(attributes, undefined, 'attributes', 0, reading)
  let frame: Frame | undefined = root
  while (frame !== undefined) {
    reading.frame = frame
    if (frame.next === frame.size) frame = close(frame)
    else if (frame.type === 'list') frame = readElement(frame, reading)
    else frame = readMember(frame, reading)
  }
  reading.frame = undefined
  if (root.nodes.length === 0) return NO_FILTER
  const filters = seal(root.nodes, root.wire as Query)
  const isSmall = fitsCertainly(reading)
  if (!isSmall && exceedsBytes(canonicalJson(filters), reading.limits.bytes))
    fail(reading, 'too_large')
  return filters
}

function openQuery(
  value: unknown,
  parent: ListFrame | undefined,
  segment: Segment,
  depth: number,
  reading: Reading,
): QueryFrame {
  if (!isPlainObject(value)) fail(reading, 'not_an_object', segment)
  const keys = Object.keys(value)
  const isNoFilter = parent === undefined && reading.source === 'body'
  if (keys.length === 0 && !isNoFilter) fail(reading, 'empty_clause', segment)
  const isGroup = keys.length > 1
  if (isGroup) countGroup(reading, depth + 1, segment)
  return {
    type: 'query',
    parent,
    segment,
    source: value,
    keys,
    size: keys.length,
    depth: isGroup ? depth + 1 : depth,
    // What all holds together is collected in one list, however deep it was nested.
    nodes: parent?.kind === 'and' ? parent.nodes : [],
    wire: {},
    next: 0,
  }
}

function openList(parent: QueryFrame, segment: '$and' | '$or', reading: Reading): ListFrame {
  const source: unknown = parent.source[segment]
  if (!Array.isArray(source)) fail(reading, 'not_an_array', segment)
  // As in a list of values: whatever a hostile proxy has for a length.
  const size = Math.ceil(source.length)
  if (!(size > 0)) fail(reading, 'empty_operator', segment)
  const depth = parent.depth + 1
  countGroup(reading, depth, segment)
  const kind = segment === '$and' ? 'and' : 'or'
  const nodes = kind === 'and' ? parent.nodes : []
  return { type: 'list', kind, parent, segment, source, size, depth, nodes, wire: [], next: 0 }
}

function readElement(frame: ListFrame, reading: Reading): Frame {
  const index = frame.next
  frame.next += 1
  return openQuery(frame.source[index], frame, index, frame.depth, reading)
}

function readMember(frame: QueryFrame, reading: Reading): Frame {
  const key = frame.keys[frame.next] as string
  frame.next += 1
  if (key === '$and' || key === '$or') return openList(frame, key, reading)
  if (key.startsWith('$')) fail(reading, 'unsupported_operator', key)
  if (!KEY.test(key) || FORBIDDEN_KEYS.has(key)) fail(reading, 'bad_key', key)
  readCondition(frame, key, reading)
  return frame
}

function close(frame: Frame): Frame | undefined {
  Object.freeze(frame.wire)
  if (frame.type === 'list') {
    frame.parent.wire[frame.segment] = frame.wire
    if (frame.kind === 'or') frame.parent.nodes.push(group('or', frame.nodes))
  } else if (frame.parent !== undefined) {
    frame.parent.wire.push(frame.wire as Query)
    if (frame.parent.kind === 'or') frame.parent.nodes.push(group('and', frame.nodes))
  }
  return frame.parent
}
