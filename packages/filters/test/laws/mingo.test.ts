import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toMongo } from '../../src/engines/mongo.ts'
import { matches, mergeFilters, parseFilters, type Filters } from '../../src/index.ts'
import { mongoQuery } from '../evaluators/mongo.ts'
import { hostileDraft, steered, type Draft } from '../evaluators/steered.ts'
import { hostileKey, hostileScalar, queries, type HostileDocument } from '../hostile.ts'
import { expectShare, holds } from '../property.ts'

const TRIPLES = 100_000
// Each of some tokens meets each of some bodies: to make them takes most of the time.
const EACH = 4
// Milliseconds: many times what it takes, for a machine that is busy with other tests.
const TIMEOUT = 300_000

interface Token {
  readonly signed: Filters
  /** The JSON as it was signed: MongoDB reads it without our parser, merge and compiler. */
  readonly allows: ReturnType<typeof mongoQuery>
}

describe('law 2 against an evaluator of MongoDB queries', () => {
  it(
    'finds what `matches` finds, and nothing that the token as it was signed excludes',
    () => {
      const seen = { triples: 0, dropped: 0, cases: 0, found: 0, excluded: 0, foreign: 0 }

      const violation = (
        { signed, allows }: Token,
        asked: Filters,
        documents: readonly HostileDocument[],
      ): string | undefined => {
        const allowed = documents.map((document) => allows.test(document))
        const precedence = mergeFilters(signed, asked)
        // Without a contradiction, both policies come to the same filter.
        const merges = [precedence]
        if (precedence.dropped.length > 0)
          merges.push(mergeFilters(signed, asked, { policy: 'intersect' }))
        seen.triples += 1
        seen.dropped += merges.length - 1
        for (const filters of merges.map((merged) => merged.filters as Filters)) {
          const query = mongoQuery(toMongo(filters))
          for (const [index, document] of documents.entries()) {
            const found = query.test(document)
            if (found !== matches(filters, document)) return 'other than `matches`'
            if (found && !allowed[index]) return 'excluded by the token'
            seen.cases += 1
            if (found) seen.found += 1
            else if (!allowed[index] && matches(asked, document)) seen.excluded += 1
            if (Object.hasOwn(document, '__proto__') || 'a.b' in document) seen.foreign += 1
          }
        }
        return undefined
      }

      holds(
        TRIPLES / (EACH * EACH),
        fc.property(
          some(queries(hostileKey, hostileScalar, 'token')),
          some(queries(hostileKey, hostileScalar, 'body')),
          some(hostileDraft),
          (tokens, bodies, drafts) => {
            const asked = bodies.map((attributes) =>
              parseFilters({ attributes }, { source: 'body' }),
            )
            for (const [row, attributes] of tokens.entries()) {
              const signed = parseFilters({ attributes }, { source: 'token' })
              const token = { signed, allows: mongoQuery(attributes) }
              for (const [column, body] of bodies.entries()) {
                const draft = drafts[(row + column) % EACH] as Draft
                const found = violation(token, asked[column] as Filters, [
                  steered(draft, attributes),
                  steered(draft, body),
                  steered(draft, attributes, body),
                ])
                if (found !== undefined) expect(found).toBeUndefined()
              }
            }
          },
        ),
      )
      expectShare(seen.dropped, seen.triples, 0.05)
      expectShare(seen.found, seen.cases, 0.1)
      expectShare(seen.excluded, seen.cases, 0.1)
      expectShare(seen.foreign, seen.cases, 0.05)
    },
    TIMEOUT,
  )
})

function some<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: EACH, maxLength: EACH })
}
