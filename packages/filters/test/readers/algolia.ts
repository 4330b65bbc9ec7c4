// Reads Algolia's `facetFilters`, as its API reference describes them: the elements all hold, of a list in it any; a list in
// that is invalid. `attribute:value` up to the first colon, `attribute:-value` for all others, `\-` for a minus sign.
import { all, any, leaf, Unreadable, type Ast } from './ast.ts'

/** @throws Unreadable */
export function readAlgolia(parameters: object): Ast {
  const { facetFilters, ...others } = parameters as { readonly facetFilters?: unknown }
  if (Object.keys(others).length > 0) throw new Unreadable('another parameter')
  if (!Array.isArray(facetFilters)) throw new Unreadable('no list')
  return all(
    facetFilters.map((element: unknown) => {
      if (!Array.isArray(element)) return filter(element)
      if (element.length === 0) throw new Unreadable('no alternatives')
      return any(element.map(filter))
    }),
  )
}

function filter(text: unknown): Ast {
  if (typeof text !== 'string') throw new Unreadable('no string')
  const colon = text.indexOf(':')
  if (colon < 1) throw new Unreadable('no attribute')
  const name = text.slice(0, colon)
  // The weight of a filter is for ranking only.
  const value = text.slice(colon + 1).replace(/<score=\d+>$/, '')
  if (value === '' || value === '-') throw new Unreadable('no value')
  if (value.startsWith('-')) return { kind: 'not', part: leaf(name, [value.slice(1)]) }
  return leaf(name, [value.replace(/^\\-/, '-')])
}
