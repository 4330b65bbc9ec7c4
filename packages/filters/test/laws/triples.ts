// Law 2 for databases: random merges of hostile filters, with documents of which some satisfy the token, the body or both.
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  matches,
  mergeFilters,
  parseFilters,
  type Filters,
  type Query,
  type Scalar,
} from '../../src/index.ts'
import { hostileDraft, steered } from '../evaluators/steered.ts'
import {
  HOSTILE_STRINGS,
  hostileKey,
  hostileScalar,
  queries,
  type HostileDocument,
} from '../hostile.ts'
import { expectShare } from '../property.ts'

/** A token and a body, merged, and documents. The place of a document is its id. */
export interface Triple {
  readonly token: Filters
  readonly filters: Filters
  readonly documents: readonly HostileDocument[]
}

/** What columns hold, by the keys of attributes; attributes without one can be anything. */
export type Held = Readonly<
  Record<string, { readonly multiple: boolean; fits(value: unknown): boolean } | undefined>
>

export function triplesFor(held: Held): fc.Arbitrary<Triple> {
  const queriesOf = (source: 'token' | 'body'): fc.Arbitrary<Query> =>
    queries(hostileKey, hostileScalar, source).map((query) => fitted(query, held))
  const policies = fc.constantFrom('precedence', 'intersect', 'replace')
  return fc
    .tuple(queriesOf('token'), queriesOf('body'), policies, fc.tuple(hostileDraft, hostileDraft))
    .map(([signed, asked, policy, [one, other]]) => {
      const token = parseFilters({ attributes: signed }, { source: 'token' })
      const body = parseFilters({ attributes: asked }, { source: 'body' })
      const documents = [
        one[0],
        steered(one, signed),
        steered(one, asked),
        steered(one, signed, asked),
        steered(other, signed, asked),
      ]
      return {
        token,
        filters: mergeFilters(token, body, { policy }).filters as Filters,
        documents: documents.map((document) => inColumns(document, held)),
      }
    })
}

/** Counts what a property has seen, and holds each answer of a database against `matches`. */
export class Comparison {
  #cases = 0
  #found = 0
  #excluded = 0

  /** `ids`: of the documents that the database found. */
  check({ token, filters, documents }: Triple, ids: readonly unknown[]): void {
    const found = new Set(ids)
    for (const [id, document] of documents.entries()) {
      const isAllowed = matches(token, document)
      const isRight = found.has(id) === matches(filters, document) && (isAllowed || !found.has(id))
      // Only then: it takes more time than all that is tested.
      if (!isRight) expect({ id, found: ids }).toBe('what `matches` finds')
      this.#cases += 1
      if (found.has(id)) this.#found += 1
      if (!isAllowed) this.#excluded += 1
    }
  }

  /** There were enough answers of both kinds. */
  end(): void {
    expectShare(this.#found, this.#cases, 0.1)
    expectShare(this.#excluded, this.#cases, 0.1)
  }
}

const VALUES: readonly Scalar[] = [...HOSTILE_STRINGS, 0, 1, -1, 1.5, 1e21, true, false]

/** The query with values that the columns hold; one in eight of the others stays as it is. */
function fitted(query: Query, held: Held): Query {
  const members = Object.entries(query).map(([name, member]: [string, unknown]) => {
    if (name.startsWith('$'))
      return [name, (member as readonly Query[]).map((part) => fitted(part, held))]
    const column = columnOf(name, held)
    const fit = (_: string, value: unknown): unknown => {
      if (column === undefined || typeof value === 'object' || column.fits(value)) return value
      const values = [value, ...VALUES.filter(column.fits)]
      const choice = JSON.stringify(value).charCodeAt(1) || 0
      return values[choice % 8 === 0 ? 0 : choice % values.length]
    }
    return [name, JSON.parse(JSON.stringify(member), fit) as unknown]
  })
  return Object.fromEntries(members) as Query
}

/** The document as columns hold it: the values that fit, in a list only where a column takes several. */
function inColumns(document: HostileDocument, held: Held): HostileDocument {
  const members = Object.entries(document).map(([key, value]): [string, unknown] => {
    const column = columnOf(key, held)
    if (column === undefined) return [key, value]
    const values = [value].flat().filter((item) => column.fits(item) || item === null)
    return [key, column.multiple ? values : (values.at(-1) ?? null)]
  })
  return Object.fromEntries(members)
}

function columnOf(key: string, held: Held): Held[string] {
  return Object.hasOwn(held, key) ? held[key] : undefined
}
