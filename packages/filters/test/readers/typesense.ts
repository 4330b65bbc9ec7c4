// Reads Typesense's `filter_by`, in the engine's own steps (its filter.cpp and string_utils.cpp): the text is cut into
// conditions, parentheses and operators, these are put in order, and each condition is read by the type of its field. What
// follows after a colon and a bracket is a place on the map, backticks or not. Only `=` and `:=` with values are read.
import { all, any, Unreadable, type Ast, type Test } from './ast.ts'

export type Schema = Readonly<Record<string, 'string' | 'number' | 'boolean'>>

/** @throws Unreadable */
export function readTypesense(filter: string, schema: Schema): Ast {
  if (filter.replace(/^ +| +$/g, '') === '') return all([])
  const operands: Ast[] = []
  for (const token of inPostfix(tokens(filter))) {
    if (token !== '&&' && token !== '||') {
      operands.push(condition(token, schema))
      continue
    }
    const right = operands.pop()
    const left = operands.pop()
    if (left === undefined || right === undefined) throw new Unreadable('an operand is missing')
    operands.push(token === '&&' ? all([left, right]) : any([left, right]))
  }
  // The engine takes the last operand and forgets the others; none of ours may rely on that.
  if (operands.length !== 1) throw new Unreadable('an operator is missing')
  return operands[0] as Ast
}

function tokens(filter: string): string[] {
  const found: string[] = []
  for (let at = 0; at < filter.length;) {
    const character = filter[at] as string
    if (character === ' ') at += 1
    else if (character === '(' || character === ')') {
      found.push(character)
      at += 1
    } else if (character === '&' || character === '|') {
      if (filter[at + 1] !== character) throw new Unreadable('half an operator')
      found.push(character + character)
      at += 2
    } else {
      if (character === '$' || filter.startsWith('!$', at)) throw new Unreadable('a join')
      const end = endOfCondition(filter, at)
      found.push(filter.slice(at, end).trim())
      at = end
    }
  }
  return found
}

function endOfCondition(filter: string, start: number): number {
  let isQuoted = false
  let isAfterColon = false
  let isPlace = false
  for (let at = start; at < filter.length; at += 1) {
    const character = filter[at] as string
    if (at > start) {
      if (character === '`') isQuoted = !isQuoted
      if (isAfterColon && character === '(') {
        isPlace = true
        isAfterColon = false
      } else if (isAfterColon && character === '[' && /^\[ *\(/.test(filter.slice(at))) {
        return endOfPlaces(filter, at)
      } else if (character !== ' ') isAfterColon = false
      const isOperator = filter.startsWith('&&', at) || filter.startsWith('||', at)
      if (!isQuoted && !isPlace && (character === '(' || character === ')' || isOperator)) return at
    }
    if (character === ':') isAfterColon = true
    if (character === ')') isPlace = false
    if (!isQuoted && !isAfterColon && filter.startsWith('.{', at - 1))
      throw new Unreadable('an object')
  }
  return filter.length
}

function endOfPlaces(filter: string, start: number): number {
  let open = 0
  for (let at = start; at < filter.length; at += 1) {
    if (filter[at] === '[') open += 1
    if (filter[at] === ']') open -= 1
    if (open === 0) return at + 1
  }
  throw new Unreadable('places without an end')
}

/** Both operators bind alike and to the left. */
function inPostfix(infix: readonly string[]): string[] {
  const output: string[] = []
  const waiting: string[] = []
  const flush = (): void => {
    while (waiting.length > 0 && waiting.at(-1) !== '(') output.push(waiting.pop() as string)
  }
  for (const token of infix) {
    if (token === '(') waiting.push(token)
    else if (token === ')') {
      flush()
      if (waiting.pop() === undefined) throw new Unreadable('unbalanced parentheses')
    } else if (token === '&&' || token === '||') {
      flush()
      waiting.push(token)
    } else output.push(token)
  }
  flush()
  if (waiting.length > 0) throw new Unreadable('unbalanced parentheses')
  return output
}

function condition(text: string, schema: Schema): Ast {
  const colon = text.indexOf(':')
  if (colon < 0) throw new Unreadable('no colon')
  const name = text.slice(0, colon).trim()
  const type = name === 'id' ? 'string' : Object.hasOwn(schema, name) ? schema[name] : undefined
  if (type === undefined) throw new Unreadable('no such field')
  const written = text.slice(colon + 1).trim()
  if (!written.startsWith('=')) throw new Unreadable('another operator')
  const value = written.slice(1).replace(/^ +/, '')
  if (value === '') throw new Unreadable('no value')
  const isList = value.startsWith('[') && value.endsWith(']')
  const inner = isList ? value.slice(1, -1) : value
  if (type === 'string')
    return { kind: 'leaf', name, tests: isList ? splitValues(inner).map(testOf) : [single(inner)] }
  const values = isList ? inner.split(',').map((item) => item.trim()) : [inner]
  const format = type === 'number' ? /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/ : /^(?:true|false)$/
  if (!values.every((item) => format.test(item))) throw new Unreadable('not of its type')
  return { kind: 'leaf', name, tests: values.map((item) => ({ how: 'equal', value: item })) }
}

/** Outside of a list the backticks are left where they are; comparisons do not see them, as no other symbol. */
function single(value: string): Test {
  const quoted = /^`([^`]+)`$/s.exec(value)
  return quoted === null ? testOf(value) : hasWords({ how: 'equal', value: quoted[1] as string })
}

function splitValues(text: string): string[] {
  const values: string[] = []
  let isQuoted = false
  let value = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    if (character === '`' && text[at - 1] !== '\\') isQuoted = !(isQuoted && value !== '')
    else if (character === ',' && !isQuoted) {
      values.push(value.trim())
      value = ''
    } else value += character
  }
  return value === '' ? values : [...values, value.trim()]
}

function testOf(value: string): Test {
  if (value.length > 1 && value.startsWith('"') && value.endsWith('"'))
    return hasWords({ how: 'phrase', value: value.slice(1, -1) })
  const isPrefix = value.length > 1 && value.endsWith('*')
  return hasWords(isPrefix ? { how: 'prefix', value: value.slice(0, -1) } : { how: 'equal', value })
}

function hasWords(test: Test): Test {
  if (!/[\p{L}\p{N}]/u.test(test.value)) throw new Unreadable('no word in the value')
  return test
}
