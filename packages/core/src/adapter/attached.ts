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
  identity: Identity
  by: AttachedBy
  readonly request: object

  constructor(identity: Identity, by: AttachedBy, request: object) {
    this.identity = identity
    this.by = by
    this.request = request
  }
  // Whoever logs a list of headers does not ask for claims.
  [inspect.custom](): string {
    return '[countersign]'
  }
}

// A symbol of our own: guards find what was verified here, and no other middleware puts it there by accident.
const ATTACHED = Symbol('countersign')

type Headers = object & { [ATTACHED]?: Mark }

// A mark stands on the list of headers that came, since a member of the request itself is costly in Express:
// docs/decisions/0027. Here are requests that have no list of their own.
const elsewhere = new WeakMap<object, Attached>()

/** Attaches to a request, in the place of what was attached before. */
export function attach(request: object, identity: Identity, by: AttachedBy): void {
  const list = headersOf(request)
  const mark = list?.[ATTACHED]
  if (mark?.request === request) {
    mark.identity = identity
    mark.by = by
    return
  }
  const isFree = list !== undefined && mark === undefined && Object.isExtensible(list)
  // Asked for again, since a getter may make another list each time.
  if (isFree && headersOf(request) === list) list[ATTACHED] = new Mark(identity, by, request)
  else elsewhere.set(request, { identity, by })
}

/** What was attached last to a request, or else to the nearest one that it inherits from. */
export function attached(request: object): Attached | undefined {
  const mark = headersOf(request)?.[ATTACHED]
  let holder: object | null = request
  for (; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const found = mark?.request === holder ? mark : elsewhere.get(holder)
    if (found !== undefined) return found
  }
  return undefined
}

function headersOf({ rawHeaders }: { readonly rawHeaders?: unknown }): Headers | undefined {
  return Array.isArray(rawHeaders) ? rawHeaders : undefined
}
