import type { Identity } from '../identity.ts'
import { countingFor, Note } from './note.ts'

/** What a gate is to those that stand behind it. */
export interface AttachedBy {
  readonly authenticator: unknown
  /** The name of the profile. */
  readonly profile: string
  readonly throws: boolean
}

/** What a gate attached to a request. */
class Attached extends Note {
  readonly identity: Identity
  readonly by: AttachedBy

  constructor(request: object, identity: Identity, by: AttachedBy) {
    super(request)
    this.identity = identity
    this.by = by
  }
}

// A symbol of our own: guards find what was verified here, and no other middleware puts it there by accident.
const ATTACHED = Symbol('countersign')

type Marked = { [ATTACHED]?: Attached }

/** Attaches to a request, in the place of what was attached before; `false` where nothing can be added to it. */
export function attach(request: object, identity: Identity, by: AttachedBy): boolean {
  try {
    ;(request as Marked)[ATTACHED] = new Attached(request, identity, by)
    return true
  } catch {
    return false
  }
}

/** What was attached last to a request, or else to the nearest one that it inherits from. */
export function attached(request: object): Attached | undefined {
  return countingFor(request, (request as Marked)[ATTACHED])
}
