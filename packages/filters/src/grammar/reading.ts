import { FilterError, type FilterErrorCode } from '../filter-error.ts'
import type { Node } from '../node.ts'
import type { Query } from '../wire.ts'
import type { EffectiveLimits } from './limits.ts'

/** A step of an RFC 6901 pointer. */
export type Segment = string | number

/** An object that is being read; all its members hold. */
export interface QueryFrame {
  readonly type: 'query'
  readonly parent: ListFrame | undefined
  readonly segment: Segment
  readonly source: Readonly<Record<string, unknown>>
  readonly keys: readonly string[]
  readonly size: number
  readonly depth: number
  readonly nodes: Node[]
  readonly wire: Record<string, unknown>
  next: number
}

/** The array of an `$and` or `$or` that is being read. */
export interface ListFrame {
  readonly type: 'list'
  readonly kind: 'and' | 'or'
  readonly parent: QueryFrame
  readonly segment: '$and' | '$or'
  readonly source: readonly unknown[]
  readonly size: number
  readonly depth: number
  readonly nodes: Node[]
  readonly wire: Query[]
  next: number
}

export type Frame = QueryFrame | ListFrame

/** The state of one call of parseFilters. */
export interface Reading {
  readonly source: 'token' | 'body'
  readonly limits: EffectiveLimits
  nodes: number
  values: number
  bytes: number
  frame: Frame | undefined
  failure: FilterError | undefined
}

/** Refuses the filter; `at` leads on from the frame that is being read. */
export function fail(reading: Reading, code: FilterErrorCode, ...at: readonly Segment[]): never {
  // Kept beside the exception: only so can a refusal be told from what a hostile object throws.
  reading.failure = new FilterError(code, pointerTo(reading.frame, ...at))
  throw reading.failure
}

export function pointerTo(frame: Frame | undefined, ...at: readonly Segment[]): string {
  const segments = at.toReversed()
  for (let step = frame; step !== undefined; step = step.parent) segments.push(step.segment)
  return segments
    .toReversed()
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

export function countNode(reading: Reading, at: Segment): void {
  reading.nodes += 1
  if (reading.nodes > reading.limits.nodes) fail(reading, 'too_large', at)
}

/** Counts an `$and` or `$or`, written or implied: as the canonical text writes it, so that it can be parsed again. */
export function countGroup(reading: Reading, depth: number, at: Segment): void {
  if (depth > reading.limits.depth) fail(reading, 'too_deep', at)
  countNode(reading, at)
}

/** Counts bytes of the canonical text: what is too large is refused before it is read to its end. */
export function countBytes(reading: Reading, bytes: number, at: Segment): void {
  reading.bytes += bytes
  if (reading.bytes > reading.limits.bytes) fail(reading, 'too_large', at)
}

/** Whether the canonical text need not be made to know that it is small enough: its syntax has bounds. */
export function fitsCertainly({ bytes, nodes, values, limits }: Reading): boolean {
  const syntax = nodes * '{"$and":[]},'.length + values * ','.length + '{"attributes":{}}'.length
  return bytes + syntax <= limits.bytes
}

/** Made by a literal, `JSON.parse` or `Object.create(null)`, in any realm; no array, no instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null
}
