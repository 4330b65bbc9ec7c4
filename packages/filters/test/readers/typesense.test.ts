import { describe, expect, it } from 'vitest'
import { selects, Unreadable } from './ast.ts'
import { readTypesense, type Schema } from './typesense.ts'

const SCHEMA: Schema = {
  a: 'string',
  b: 'string',
  c: 'string',
  country: 'string',
  category: 'string',
  age: 'number',
  rating: 'number',
  in_stock: 'boolean',
}
const finds = (filter: string, document: Readonly<Record<string, unknown>>): boolean =>
  selects(readTypesense(filter, SCHEMA), document)

describe('readTypesense', () => {
  it('reads the examples of the documentation', () => {
    expect(finds('country:=USA', { country: 'USA' })).toBe(true)
    expect(finds('country:= United States', { country: 'United States' })).toBe(true)
    expect(
      finds('country:=`United States, Minor Outlying Islands`', {
        country: 'United States, Minor Outlying Islands',
      }),
    ).toBe(true)
    expect(finds('category:= [`Running Shoes, Men`, Sneaker]', { category: 'Sneaker' })).toBe(true)
    expect(
      finds('category:= [`Running Shoes, Men`, Sneaker]', {
        category: ['x', 'Running Shoes, Men'],
      }),
    ).toBe(true)
    expect(finds('country:=`USA (x) && y`', { country: 'USA (x) && y' })).toBe(true)
    expect(finds('id:=123', { id: '123' })).toBe(true)
    expect(finds('in_stock:=true && age:=[1, -2.5]', { in_stock: true, age: -2.5 })).toBe(true)
    expect(finds('rating:=1e2', { rating: 100 })).toBe(true)
    expect(finds('', {})).toBe(true)
  })

  it('takes && and || as they come', () => {
    expect(finds('a:=1 || b:=1 && c:=1', { a: '1' })).toBe(false)
    expect(finds('a:=1 || (b:=1 && c:=1)', { a: '1' })).toBe(true)
    expect(finds('a:=1 && b:=1 || c:=1', { c: '1' })).toBe(true)
    expect(finds('a:=1 && (b:=1 || c:=1)', { c: '1' })).toBe(false)
    expect(finds('a:=1||b:=1', { b: '1' })).toBe(true)
  })

  it('finds more than one value by a prefix or a phrase, in backticks or not', () => {
    expect(finds('a:=[`x*`,y]', { a: 'xyz' })).toBe(true)
    expect(finds('a:=x*', { a: 'xyz' })).toBe(true)
    expect(finds('a:=[`"x y"`]', { a: 'a x y z' })).toBe(true)
    expect(finds('a:="x y"', { a: 'a x y z' })).toBe(true)
  })

  it('lets backticks be escaped in lists, but not where the text is cut', () => {
    expect(finds('a:=[`x\\`,y`]', { a: 'x\\`,y' })).toBe(true)
    // What was found in the engine: the value ends the condition, and the rest of it is one of its own.
    expect(finds('a:=`x\\` || b:=y || c:=\\`z` ', { b: 'y' })).toBe(true)
  })

  it('reads on to the end of a place on the map, in backticks or not', () => {
    expect(() => readTypesense('(a:=`x:(` || b:=`y`) && c:=`z`', SCHEMA)).toThrow(Unreadable)
    expect(() => readTypesense('(a:=`x: [ (`) && c:=`z`', SCHEMA)).toThrow(Unreadable)
    expect(finds('a:=`x:y(`', { a: 'x:y(' })).toBe(true)
  })

  it.each([
    'a',
    'a:=',
    'a:=``',
    'a:=[x, ``]',
    'a:=`)`',
    'a:=1 &&',
    '&& a:=1',
    '& a:=1',
    '(a:=1',
    'a:=1)',
    'a:=`x` b:=`y`)',
    '() && a:=1',
    '(a:=1)(b:=1)',
    'z:=1',
    'toString:=1',
    'age:=`1`',
    'age:=x',
    'age:=[1,x]',
    'in_stock:=1',
    'in_stock:=TRUE',
    '$a(b:=1)',
    '!$a(b:=1)',
    'a.{b:=1}',
  ])('refuses what Typesense refuses, and joins: %s', (filter) => {
    expect(() => readTypesense(filter, SCHEMA)).toThrow(Unreadable)
  })
})
