import { describe, it } from 'vitest'
import {
  toElasticsearch,
  type FieldOptions,
  type FieldType,
} from '../../src/engines/elasticsearch.ts'
import { toPinecone } from '../../src/engines/pinecone.ts'
import { toQdrant } from '../../src/engines/qdrant.ts'
import { finds, index, type FieldMapping, type Mapping } from '../evaluators/elasticsearch.ts'
import { holdsForMerges, keeping, type Engine } from '../evaluators/merges.ts'
import { admits, checkMetadata } from '../evaluators/pinecone.ts'
import { passes } from '../evaluators/qdrant.ts'
import { HOSTILE_KEYS } from '../hostile.ts'

const RUNS = 8000
// Milliseconds: many times what it takes, for a machine that is busy with other tests.
const TIMEOUT = 300_000

describe('law 2: a compiled filter finds what `matches` finds, or is refused as it must be', () => {
  it(
    'holds for Elasticsearch, without options and with fields of all types',
    () => {
      holdsForMerges(RUNS, [ELASTICSEARCH, ELASTICSEARCH_FIELDS])
    },
    TIMEOUT,
  )

  it(
    'holds for Qdrant',
    () => {
      holdsForMerges(RUNS, [QDRANT])
    },
    TIMEOUT,
  )

  it(
    'holds for Pinecone',
    () => {
      holdsForMerges(RUNS, [PINECONE])
    },
    TIMEOUT,
  )
})

const ELASTICSEARCH = elasticsearch(
  undefined,
  Object.fromEntries(HOSTILE_KEYS.map((key) => [key, 'keyword'])) as Mapping,
  (key, value) => typeof value !== 'string' || key.startsWith('_'),
)

const ELASTICSEARCH_FIELDS = elasticsearch(
  {
    a: 'a',
    A: { type: 'string' },
    b: { type: 'number' },
    OR: { type: 'boolean' },
    in: { type: 'number' },
    'a-b': { name: 'ab', type: 'string' },
    __x: { type: 'string' },
    _: { type: 'boolean' },
    toString: {},
    null: { type: 'number' },
  },
  {
    a: 'keyword',
    A: 'keyword',
    b: 'double',
    OR: 'boolean',
    in: 'long',
    ab: 'keyword',
    __x: 'keyword',
    _: 'boolean',
    toString: 'keyword' as const,
    null: 'double',
  },
  (key, value) =>
    ['a', 'toString'].includes(key)
      ? typeof value !== 'string'
      : ['b', 'in', 'null'].includes(key) && value === 1e21,
)

const QDRANT: Engine = {
  compile: (filters) => toQdrant(filters),
  // Any JSON is a payload.
  holding: (document) => document,
  finds: (filter, payload) => passes(filter, { id: 1, payload }),
  refuses: (_key, value) => typeof value === 'number' && !Number.isSafeInteger(value),
}

const PINECONE: Engine = {
  compile: (filters) => toPinecone(filters),
  holding: (document) => {
    const metadata = keeping(document, (value, key, isListed) => {
      if (key.startsWith('$')) return false
      return isListed ? typeof value === 'string' : typeof value !== 'object'
    })
    const { $a: _a, ...others } = metadata
    checkMetadata(others)
    return others
  },
  finds: admits,
  refuses: (_key, value) => value === 1e21,
}

function elasticsearch(
  fields: FieldOptions['fields'],
  mapping: Mapping,
  refuses: Engine['refuses'],
): Engine {
  const nameOf = (key: string): string => (key === 'a-b' && fields ? 'ab' : key)
  const fits: Readonly<Record<FieldMapping, FieldType>> = {
    keyword: 'string',
    long: 'number',
    double: 'number',
    float: 'number',
    boolean: 'boolean',
  }
  return {
    compile: (filters) => toElasticsearch(filters, { fields }),
    finds: (query, document) => {
      const members = Object.entries(document)
      const source = Object.fromEntries(members.map(([key, value]) => [nameOf(key), value]))
      return finds(query, index(source, mapping), mapping)
    },
    // What a field is not for is kept out of it: the engine would convert it, or refuse the document.
    holding: (document) =>
      keeping(document, (value, key) => {
        const type = mapping[nameOf(key)]
        if (value === null || type === undefined) return true
        return typeof value === fits[type] && (type !== 'long' || Number.isSafeInteger(value))
      }),
    refuses,
    typeOf: (key) => fits[mapping[nameOf(key)] as FieldMapping],
  }
}
