import { matches, parseFilters } from '@countersign/filters'
import { makeDocuments, type Document } from '../filters/documents.ts'
import { SHAPES, type Shape } from '../filters/shapes.ts'
import { defineRace, type Contender, type Race } from '../harness/race.ts'

export const title = '`matches` over 10 000 documents, beside mingo and sift'

export const notes = [
  'Each filter is parsed or compiled once, then asked about every document, and what is found is counted. "By hand" is',
  'the same filter as plain JavaScript. A quick run has 2 000 documents.',
]

/** Answers whether a document is found. */
type Test = (document: Document) => boolean

const COMPILERS: Readonly<Record<string, (shape: Shape) => Promise<Test>>> = {
  countersign: async ({ query }) => {
    const filters = parseFilters({ attributes: query }, { source: 'body' })
    return (document) => matches(filters, document)
  },
  mingo: async ({ query: criteria }) => {
    const { Query } = await import('mingo')
    const query = new Query(criteria)
    return (document) => query.test(document)
  },
  sift: async ({ query }) => {
    const { default: sift } = await import('sift')
    return sift.default(query)
  },
  'by hand': async ({ holds }) => holds,
}

/** One race per shape, and one in which each call asks about all shapes, as code that serves many customers does. */
export const races: readonly Race[] = [
  ...SHAPES.map((shape) => matchRace(shape.title, [shape])),
  matchRace('all of these in turn', SHAPES),
]

function matchRace(name: string, shapes: readonly Shape[]): Race {
  const contenders = Object.entries(COMPILERS).map(([contender, compile]) => [
    contender,
    async (documents: readonly Document[]) =>
      scan(await Promise.all(shapes.map(compile)), documents),
  ])
  return defineRace<readonly Document[]>({
    title: name,
    reference: 'countersign',
    unit: 'document',
    bars: [{ contender: 'mingo', figure: 'ratio', bar: { atLeast: 3 } }],
    fixture: ({ documents }) => makeDocuments(documents),
    unitsPerCall: (documents) => documents.length * shapes.length,
    contenders: Object.fromEntries(contenders) as Record<
      string,
      (documents: readonly Document[]) => Promise<Contender>
    >,
    expected: (documents) => shapes.map(({ holds }) => places(documents, holds)),
  })
}

function scan(tests: readonly Test[], documents: readonly Document[]): Contender {
  return {
    answer: () => tests.map((test) => places(documents, test)),
    call() {
      let found = 0
      for (const test of tests) for (const document of documents) if (test(document)) found += 1
      return found
    },
  }
}

/** Where the documents stand that are found. */
function places(documents: readonly Document[], test: Test): number[] {
  return documents.flatMap((document, place) => (test(document) ? place : []))
}
