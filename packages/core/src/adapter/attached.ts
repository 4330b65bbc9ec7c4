import { IncomingMessage } from 'node:http'
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

type Marked = { [ATTACHED]?: Attached }

// A request whose prototype was exchanged, as Express does, is copied in its whole shape for each new member: 1.3 KB, some
// microseconds. A map takes a tenth of that, but more than a member of any other request.
const elsewhere = new WeakMap<object, Attached>()

/** Attaches to a request, in the place of what was attached before. */
export function attach(request: object, found: Attached): void {
  const isPlain = Object.getPrototypeOf(request) === IncomingMessage.prototype
  if (isPlain || Object.hasOwn(request, ATTACHED)) (request as Marked)[ATTACHED] = found
  else elsewhere.set(request, found)
}

/** What was attached last: where there is a member, everything later went there; one that is inherited comes last. */
export function attached(request: object): Attached | undefined {
  if (Object.hasOwn(request, ATTACHED)) return (request as Marked)[ATTACHED]
  return elsewhere.get(request) ?? (request as Marked)[ATTACHED]
}
