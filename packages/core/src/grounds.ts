import type { Filters } from '@countersign/filters'
import type { Identity } from './identity.ts'
import type { PreparedKey } from './keys.ts'
import type { PreparedTenant } from './tenant.ts'

/** What stands behind an identity: needed to bind a body to it and to check it again. */
export interface Grounds {
  /** What made the identity: nothing else takes it. */
  readonly by: object
  readonly tenant: PreparedTenant | undefined
  /** Absent for anonymous requests. */
  readonly key: PreparedKey | undefined
  /** The signed filter, or what anonymous requests are held to. */
  readonly filters: Filters | undefined
}

// Not a member of the identity: a copy has none, and nobody can write it.
const made = new WeakMap<object, Grounds>()

/** Puts its grounds behind an identity, where only {@link groundsOf} finds them, and freezes it. */
export function ground<I extends Identity>(identity: I, grounds: Grounds): I {
  made.set(identity, grounds)
  return Object.freeze(identity)
}

/** The grounds of an identity that `by` made; `undefined` for everything else, also for a copy of one. */
export function groundsOf(identity: object, by: object): Grounds | undefined {
  const grounds = made.get(identity)
  return grounds?.by === by ? grounds : undefined
}
