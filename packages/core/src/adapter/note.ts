import { inspect } from 'node:util'

/** What is remembered on a request, of that request. A member, since a WeakMap leaves entries to the garbage collector. */
export class Note {
  readonly request: object

  constructor(request: object) {
    this.request = request
  }
}

// Whoever logs a request does not ask for claims.
Object.defineProperty(Note.prototype, inspect.custom, { value: () => '[countersign]' })

/**
 * A note that was found on a request, where it counts: it is of that request, or of one that it inherits from. Proxies of one
 * request show the same note, and so does a copy: it may be of somebody else.
 */
export function countingFor<N extends Note>(request: object, note: N | undefined): N | undefined {
  if (note === undefined || note.request === request) return note
  return Object.prototype.isPrototypeOf.call(note.request, request) ? note : undefined
}
