import type { Identity } from '../identity.ts'

/** What a gate attached to a request. */
export interface Attached {
  readonly identity: Identity
  readonly authenticator: unknown
  /** The name of the profile. */
  readonly profile: string
  readonly throws: boolean
}

// A symbol of our own: guards find what was verified here, and no other middleware puts it there by accident.
const ATTACHED = Symbol('countersign')

export function attach(request: object, found: Attached): void {
  ;(request as { [ATTACHED]?: Attached })[ATTACHED] = found
}

export function attached(request: object): Attached | undefined {
  return (request as { [ATTACHED]?: Attached })[ATTACHED]
}
