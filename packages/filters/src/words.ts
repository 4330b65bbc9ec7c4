import { foldNodes, type Target } from './compile/fold.ts'
import type { Clause, Node } from './node.ts'
import type { Scalar } from './wire.ts'

/** A part of a filter, for people. */
export function inWords(node: Node): string {
  return foldNodes([node], WORDS, () => {
    throw new Error('words refuse nothing')
  })
}

const WORDS: Target<string> = {
  clause: ({ key, values }: Clause) => {
    if (values.length === 0) return `${key} to be one of no values`
    const list = values.map(quoted).join(', ')
    return values.length === 1 ? `${key} = ${list}` : `${key} to be one of ${list}`
  },
  all: (parts) => `(${parts.join(' and ')})`,
  any: (parts) => `(${parts.join(' or ')})`,
  everything: 'everything',
  nothing: 'nothing',
}

// What a client wrote must not be able to break or to turn a line of a terminal.
function quoted(value: Scalar): string {
  return JSON.stringify(value).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
