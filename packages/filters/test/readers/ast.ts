// What a reader of an engine's language makes of a text, and which documents that finds. Strings are compared exactly: what
// an engine ignores in them is not the compilers' business, what it reads as syntax is.

export type Ast =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Ast[] }
  | { readonly kind: 'not'; readonly part: Ast }
  | { readonly kind: 'leaf'; readonly name: string; readonly tests: readonly Test[] }

/** A document passes a leaf when one of its values passes one of the tests. */
export interface Test {
  readonly how: 'equal' | 'prefix' | 'phrase'
  readonly value: string
}

/** A reader refuses what its engine answers with an error, and what no compiler of ours has a use for. */
export class Unreadable extends Error {}

export function all(parts: readonly Ast[]): Ast {
  return parts.length === 1 ? (parts[0] as Ast) : { kind: 'all', parts }
}

export function any(parts: readonly Ast[]): Ast {
  return parts.length === 1 ? (parts[0] as Ast) : { kind: 'any', parts }
}

export function leaf(name: string, values: readonly string[]): Ast {
  return { kind: 'leaf', name, tests: values.map((value) => ({ how: 'equal', value })) }
}

/** Whether a document is found; a value of it that is no string is compared as `read` makes it of the test. */
export function selects(ast: Ast, document: Readonly<Record<string, unknown>>): boolean {
  switch (ast.kind) {
    case 'all':
      return ast.parts.every((part) => selects(part, document))
    case 'any':
      return ast.parts.some((part) => selects(part, document))
    case 'not':
      return !selects(ast.part, document)
    case 'leaf': {
      if (!Object.hasOwn(document, ast.name)) return false
      const held = document[ast.name]
      const values: readonly unknown[] = Array.isArray(held) ? held : [held]
      return values.some((value) => ast.tests.some((test) => passes(value, test)))
    }
  }
}

/** All three engines take the text of a number or a boolean for it. */
function passes(held: unknown, { how, value }: Test): boolean {
  if (typeof held === 'number') return value.trim() !== '' && Number(value) === held
  if (typeof held === 'boolean') return value === String(held)
  if (typeof held !== 'string') return false
  if (how === 'prefix') return held.startsWith(value)
  return how === 'phrase' ? held.includes(value) : held === value
}
