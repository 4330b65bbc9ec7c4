import { canonicalText, groupText, type Node } from './node.ts'
import type { Query, WireFilters } from './wire.ts'

declare const brand: unique symbol

/**
 * A filter that was parsed or merged by this package: the wire form, frozen to the bottom, under a seal. Where a function
 * takes one, nothing else is accepted, so what a client sent can never pass for a filter that was checked; a copy has no seal.
 */
export interface Filters extends WireFilters {
  readonly [brand]: 'Filters'
}

interface Content {
  readonly conjuncts: readonly Node[]
  text?: string
}

// What `super(wire)` gives back becomes `this`, so that the field is put on the object itself.
const Given = function (object: object) {
  return object
} as unknown as new (object: object) => object

// The seal is a private field on a plain object: look-alikes, copies and proxies have none, and for everyone else it is
// plain JSON. A WeakMap would do the same, but leaves its entries of every request to the garbage collector.
class Seal extends Given {
  readonly #content: Content

  constructor(wire: object, content: Content) {
    super(wire)
    this.#content = content
  }

  static contentOf(object: object): Content | undefined {
    return #content in object ? object.#content : undefined
  }
}

/** Makes a filter from the normal form; `attributes` is what it was written as. */
export function seal(conjuncts: readonly Node[], attributes: Query): Filters {
  return Object.freeze(new Seal({ attributes }, { conjuncts })) as unknown as Filters
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
 * The filter as a frozen wire object: the filter itself, once its seal was checked. A parsed filter keeps the order and the
 * spelling it was written in; a merged one lists the token's clauses, then the body's.
 *
 * @throws TypeError for anything that this package did not make.
 */
export function toWire(filters: Filters): WireFilters {
  contentOf(filters)
  return filters
}

function queryText(conjuncts: readonly Node[]): string {
  const texts = [...new Set(conjuncts.map(canonicalText))]
  return texts.length > 1 ? groupText('and', texts) : (texts[0] ?? '{}')
}

function contentOf(filters: unknown): Content {
  const isObject = typeof filters === 'object' && filters !== null
  const content = isObject ? Seal.contentOf(filters) : undefined
  if (content === undefined)
    throw new TypeError('filters must come from parseFilters or mergeFilters')
  return content
}
