import { conjunctsOf, type Filters } from '../filters.ts'
import type { Clause, Node } from '../node.ts'
import { CompileError, type CompileErrorCode } from './compile-error.ts'
import { pointerTo } from './pointer.ts'

/** Refuses the filter because of this clause, or of this value in it. */
export type Refuse = (
  code: CompileErrorCode,
  message: string,
  clause?: Clause,
  value?: unknown,
) => never

/** How an engine says each part of a filter. Parts are made in the order in which they were written. */
export interface Target<T> {
  /** One clause; `undefined` where it can match nothing, so that what depends on it falls away. */
  clause(clause: Clause, refuse: Refuse): T | undefined
  /** All of these hold: at least two. */
  all(parts: readonly T[], refuse: Refuse): T
  /** Any of these holds: at least two. */
  any(parts: readonly T[], refuse: Refuse): T
  /** Every document matches. */
  readonly everything: T
  /** No document matches. */
  readonly nothing: T
}

interface Frame<T> {
  readonly kind: 'and' | 'or'
  readonly nodes: readonly Node[]
  readonly parts: T[]
  readonly parent: Frame<T> | undefined
  impossible: boolean
  next: number
}

/**
 * Says a filter in an engine's language: the one traversal that all compilers share. Iterative, so no filter is too deep.
 * Every clause is visited, also where another one has decided, so that none is passed over that the engine cannot say.
 *
 * @throws CompileError where the target refuses.
 * @throws TypeError for anything that this package did not make.
 */
export function fold<T>(filters: Filters, target: Target<T>): T {
  const refuse: Refuse = (code, message, clause, value) => {
    throw new CompileError(code, message, pointerTo(filters, clause, value))
  }
  return foldNodes(conjunctsOf(filters), target, refuse)
}

/** The same for parts of a filter that all hold. */
export function foldNodes<T>(conjuncts: readonly Node[], target: Target<T>, refuse: Refuse): T {
  if (conjuncts.length === 0) return target.everything
  let frame = open<T>('and', conjuncts, undefined)
  for (;;) {
    const node = frame.nodes[frame.next]
    frame.next += 1
    if (node === undefined) {
      const part = close(frame, target, refuse)
      if (frame.parent === undefined) return part ?? target.nothing
      frame = frame.parent
      add(frame, part)
    } else if (node.kind === 'in') add(frame, target.clause(node, refuse))
    else frame = open(node.kind, node.nodes, frame)
  }
}

function open<T>(
  kind: Frame<T>['kind'],
  nodes: readonly Node[],
  parent: Frame<T> | undefined,
): Frame<T> {
  return { kind, nodes, parts: [], parent, impossible: false, next: 0 }
}

function add<T>(frame: Frame<T>, part: T | undefined): void {
  if (part === undefined) frame.impossible = true
  else frame.parts.push(part)
}

function close<T>(
  { kind, parts, impossible }: Frame<T>,
  target: Target<T>,
  refuse: Refuse,
): T | undefined {
  if (kind === 'and' && impossible) return undefined
  if (parts.length < 2) return parts[0]
  return kind === 'and' ? target.all(parts, refuse) : target.any(parts, refuse)
}
