import { canonicalText, groupText, type Node } from './node.ts'
import type { Query, WireFilters } from './wire.ts'

declare const brand: unique symbol

/**
 * A filter that was parsed or merged by this package: an opaque, deeply frozen value. Where a function takes one, nothing
 * else is accepted, so text from a client can never pass for a filter that was checked. Its JSON is the wire form.
 */
export interface Filters {
  readonly [brand]: 'Filters'
}

interface Content {
  readonly conjuncts: readonly Node[]
  readonly wire: WireFilters
  text?: string
}

// A private field is what makes a filter genuine: look-alikes, copies and proxies have none. A WeakMap would do the same,
// but leaves its entries of every request to the garbage collector.
class SealedFilters {
  // Seen by JSON.stringify: `{}` would mean "no filter".
  readonly attributes: Query
  readonly #content: Content

  constructor(content: Content) {
    this.attributes = content.wire.attributes
    this.#content = content
    Object.freeze(this)
  }

  static contentOf(filters: object): Content | undefined {
    return #content in filters ? filters.#content : undefined
  }
}
// Else `new filters.constructor(…)` would forge one.
Reflect.deleteProperty(SealedFilters.prototype, 'constructor')

/** Makes a filter from the normal form; `query` is what it was written as. */
export function seal(conjuncts: readonly Node[], query: Query): Filters {
  const wire = Object.freeze({ attributes: query })
  return new SealedFilters({ conjuncts, wire }) as unknown as Filters
}

/** All of these hold; none at all matches everything. */
export function conjunctsOf(filters: Filters): readonly Node[] {
  return contentOf(filters).conjuncts
}

/**
 * The filter as JSON text in one fixed order: clauses and values are sorted and duplicates are gone, so filters that
 * differ in order, repetition or spelling only (`$eq`, a list of one, a nested `$and`) have the same text. Fit for a cache
 * key. Parsed again as a body it gives the same text. No filter is `{"attributes":{}}`.
 *
 * @throws TypeError for anything that this package did not make.
 */
export function canonicalJson(filters: Filters): string {
  const content = contentOf(filters)
  content.text ??= `{"attributes":${queryText(content.conjuncts)}}`
  return content.text
}

/**
 * The filter as a frozen wire object, the same one each time. A parsed filter keeps the order and the spelling it was
 * written in; a merged one lists the token's clauses, then the body's.
 *
 * @throws TypeError for anything that this package did not make.
 */
export function toWire(filters: Filters): WireFilters {
  return contentOf(filters).wire
}

function queryText(conjuncts: readonly Node[]): string {
  const texts = [...new Set(conjuncts.map(canonicalText))]
  return texts.length > 1 ? groupText('and', texts) : (texts[0] ?? '{}')
}

function contentOf(filters: unknown): Content {
  const isObject = typeof filters === 'object' && filters !== null
  const content = isObject ? SealedFilters.contentOf(filters) : undefined
  if (content === undefined)
    throw new TypeError('filters must come from parseFilters or mergeFilters')
  return content
}
