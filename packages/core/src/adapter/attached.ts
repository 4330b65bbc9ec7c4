import { inspect } from 'node:util'
import type { Identity } from '../identity.ts'

/** What a gate is to those that stand behind it. */
export interface AttachedBy {
  readonly authenticator: unknown
  /** The name of the profile. */
  readonly profile: string
  readonly throws: boolean
}

/** What a gate attached to a request. */
export interface Attached {
  readonly identity: Identity
  readonly by: AttachedBy
}

class Mark implements Attached {
  readonly identity: Identity
  readonly by: AttachedBy

  constructor(identity: Identity, by: AttachedBy) {
    this.identity = identity
    this.by = by
  }
  // Whoever logs a request does not ask for claims.
  [inspect.custom](): string {
    return '[countersign]'
  }
}

// A symbol of our own: guards find what was verified here, and no other middleware puts it there by accident.
const ATTACHED = Symbol('countersign')

/** Attaches to a request, in the place of what was attached before. */
export function attach(request: object, identity: Identity, by: AttachedBy): void {
  ;(request as { [ATTACHED]?: Attached })[ATTACHED] = new Mark(identity, by)
}

/** What was attached last to a request, or else to the nearest one that it inherits from. */
export function attached(request: object): Attached | undefined {
  return (request as { [ATTACHED]?: Attached })[ATTACHED]
}
