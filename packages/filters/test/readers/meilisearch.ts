// Reads Meilisearch's `filter`, as the grammar of its filter-parser and the documentation of array filters have it: `AND`
// before `OR`, each element of an array on its own, the outer array all, an inner one any. Only `=`, `!=`, `IN`, `NOT IN`,
// `AND`, `OR`, `NOT` and parentheses are read.
import { all, any, leaf, Unreadable, type Ast } from './ast.ts'

const KEYWORDS: readonly string[] =
  'AND OR IN NOT TO EXISTS IS NULL EMPTY CONTAINS STARTS WITH _geoRadius _geoBoundingBox'.split(' ')
const MAX_DEPTH = 150

/** @throws Unreadable */
export function readMeilisearch(filter: unknown): Ast {
  if (typeof filter === 'string') return all(expressions([filter]))
  if (!Array.isArray(filter)) throw new Unreadable('neither a string nor an array')
  return all(
    filter.flatMap((element: unknown) => {
      if (!Array.isArray(element)) return expressions([element])
      const alternatives = expressions(element)
      // An inner array without an expression in it is no condition at all.
      return alternatives.length === 0 ? [] : [any(alternatives)]
    }),
  )
}

function expressions(texts: readonly unknown[]): Ast[] {
  return texts.flatMap((text) => {
    if (typeof text !== 'string') throw new Unreadable('no string')
    return text.trim() === '' ? [] : [new Expression(text).read()]
  })
}

class Expression {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Ast {
    const ast = this.#or(0)
    if (this.#at < this.#text.length) throw new Unreadable('characters after the end')
    return ast
  }

  #or(depth: number): Ast {
    const parts = [this.#and(depth + 1)]
    while (this.#keyword('OR')) parts.push(this.#and(depth + 1))
    return any(parts)
  }

  #and(depth: number): Ast {
    const parts = [this.#not(depth + 1)]
    while (this.#keyword('AND')) parts.push(this.#not(depth + 1))
    return all(parts)
  }

  #not(depth: number): Ast {
    if (depth > MAX_DEPTH) throw new Unreadable('too deep')
    if (this.#keyword('NOT')) return { kind: 'not', part: this.#not(depth + 1) }
    if (!this.#symbol('(')) return this.#condition()
    const ast = this.#or(depth + 2)
    if (!this.#symbol(')')) throw new Unreadable('no closing parenthesis')
    return ast
  }

  #condition(): Ast {
    const name = this.#value()
    if (this.#symbol('!=')) return { kind: 'not', part: leaf(name, [this.#value()]) }
    if (this.#symbol('=')) return leaf(name, [this.#value()])
    const isNegated = this.#keyword('NOT')
    if (!this.#keyword('IN') || !this.#symbol('[')) throw new Unreadable('no operator')
    const values: string[] = []
    while (!this.#symbol(']')) {
      values.push(this.#value())
      if (!this.#symbol(',') && this.#text[this.#at] !== ']') throw new Unreadable('no comma')
    }
    const ast = leaf(name, values)
    return isNegated ? { kind: 'not', part: ast } : ast
  }

  /** A whole word, white space around it; otherwise nothing is read. */
  #keyword(word: string): boolean {
    const found = this.#match(/[ \t\r\n]*([\p{Alphabetic}\p{N}_.-]+)[ \t\r\n]*/uy)
    if (found?.[1] !== word) return false
    this.#at += found[0].length
    return true
  }

  #symbol(symbol: string): boolean {
    const found = this.#match(/[ \t\r\n]*([()[\],]|!=|=)[ \t\r\n]*/y)
    if (found?.[1] !== symbol) return false
    this.#at += found[0].length
    return true
  }

  #value(): string {
    this.#at += this.#match(/\s*/uy)?.[0].length ?? 0
    const quote = this.#text[this.#at]
    if (quote === '"' || quote === "'") return this.#quoted(quote)
    const found = this.#match(/([\p{Alphabetic}\p{N}_.-]+)[ \t\r\n]*/uy)
    const word = found?.[1]
    if (found === null || word === undefined || KEYWORDS.includes(word))
      throw new Unreadable('no value')
    this.#at += found[0].length
    return word
  }

  /** The first pass ends the text and takes the backslashes from quotes, the second reads what is left of them. */
  #quoted(quote: string): string {
    const start = this.#at + 1
    let end = start
    while (end < this.#text.length && this.#text[end] !== quote)
      end += this.#text[end] === '\\' ? 2 : 1
    if (this.#text[end] !== quote) throw new Unreadable('no closing quote')
    this.#at = end + 1
    this.#at += this.#match(/[ \t\r\n]*/y)?.[0].length ?? 0
    return unescaped(this.#text.slice(start, end).replaceAll(`\\${quote}`, quote))
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)
  }
}

const ESCAPED: Readonly<Record<string, string | undefined>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Octal and four-digit escapes, which the engine knows too, are not read. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x([0-9A-Fa-f]{2})|([^]?))/g, (_, byte?: string, character = '') => {
    if (byte !== undefined) return String.fromCodePoint(parseInt(byte, 16))
    const meant = /^["'\\/]$/.test(character) ? character : ESCAPED[character]
    if (meant === undefined) throw new Unreadable('no such escape')
    return meant
  })
}
