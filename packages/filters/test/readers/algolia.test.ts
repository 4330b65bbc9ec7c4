import { describe, expect, it } from 'vitest'
import { readAlgolia } from './algolia.ts'
import { selects, Unreadable } from './ast.ts'

const finds = (facetFilters: unknown, document: Readonly<Record<string, unknown>>): boolean =>
  selects(readAlgolia({ facetFilters }), document)

describe('readAlgolia', () => {
  it('reads the examples of the documentation', () => {
    expect(finds(['genre:comedy'], { genre: 'comedy' })).toBe(true)
    expect(finds(['genre:-comedy'], { genre: 'comedy' })).toBe(false)
    expect(finds(['genre:-comedy'], { genre: 'drama' })).toBe(true)
    expect(finds(['category:Book', 'author:John Doe'], { category: 'Book' })).toBe(false)
    expect(finds([['genre:comedy', 'genre:drama']], { genre: ['x', 'drama'] })).toBe(true)
    const both = [['category:Book', 'category:Movie'], 'author:John Doe']
    expect(finds(both, { category: 'Movie', author: 'John Doe' })).toBe(true)
    expect(finds(both, { category: 'Movie' })).toBe(false)
    expect(finds(['category:\\-Movie'], { category: '-Movie' })).toBe(true)
    expect(finds(['count:\\-12'], { count: -12 })).toBe(true)
    expect(finds(['brand:Apple<score=3>'], { brand: 'Apple' })).toBe(true)
    expect(finds(['isEnabled:true'], { isEnabled: true })).toBe(true)
  })

  it('takes everything after the first colon for the value', () => {
    expect(finds(['a:b:-c'], { a: 'b:-c' })).toBe(true)
    expect(finds(['a:--b'], { a: '-b' })).toBe(false)
    expect(finds(['a:x OR b:y'], { b: 'y' })).toBe(false)
  })

  it('takes no filter for no condition', () => {
    expect(finds([], {})).toBe(true)
  })

  it.each(['a:b', [7], [[]], [['a:b', ['c:d']]], ['a'], [':b'], ['a:'], ['a:-'], ['a:<score=1>']])(
    'refuses what Algolia has no meaning for: %j',
    (facetFilters) => {
      expect(() => readAlgolia({ facetFilters })).toThrow(Unreadable)
    },
  )

  it('refuses other parameters', () => {
    expect(() => readAlgolia({ facetFilters: [], filters: 'a:b' })).toThrow(Unreadable)
    expect(() => readAlgolia({})).toThrow(Unreadable)
  })
})
