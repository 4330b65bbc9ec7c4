import { describe, expect, it } from 'vitest'
import { CompileError, parseFilters } from '../../src/index.ts'
import { toElasticsearch } from '../../src/engines/elasticsearch.ts'
import { toMongo } from '../../src/engines/mongo.ts'
import { toPinecone } from '../../src/engines/pinecone.ts'
import { toQdrant } from '../../src/engines/qdrant.ts'

describe('CompileError', () => {
  it('has a code, a pointer and a name', () => {
    const error = new CompileError('too_complex', 'The engine cannot say this.', '/attributes')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'CompileError',
      code: 'too_complex',
      message: 'The engine cannot say this.',
      pointer: '/attributes',
    })
    expect(String(error)).toBe('CompileError: The engine cannot say this.')
  })

  it('keeps what the filter says out of its text (law 4)', () => {
    const secret = 2 ** 60
    const filters = parseFilters(
      { attributes: { canary: { $in: ['canary', secret] } } },
      { source: 'token' },
    )
    const compilers = [
      () => toElasticsearch(filters),
      () => toElasticsearch(filters, { fields: { canary: { type: 'number' } } }),
      () => toQdrant(filters),
      () => toPinecone(filters),
      () => toMongo(filters, { fields: {} }),
    ]
    for (const compile of compilers) {
      expect(compile).toThrow(CompileError)
      expect(compile).not.toThrow(/canary|1152921/)
    }
  })
})
