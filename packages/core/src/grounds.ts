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

// What `super(identity)` gives back becomes `this`, so that the field is put on the object itself.
const Given = function (object: object) {
  return object
} as unknown as new (object: object) => object

// A private field on a plain object: look-alikes, copies and proxies have none. A WeakMap would do the same, but leaves its
// entries of every request to the garbage collector.
class Grounded extends Given {
  readonly #grounds: Grounds

  constructor(identity: object, grounds: Grounds) {
    super(identity)
    this.#grounds = grounds
  }

  static groundsOf(object: object): Grounds | undefined {
    return #grounds in object ? object.#grounds : undefined
  }
}

/** Puts its grounds behind an identity, where only {@link groundsOf} finds them, and freezes it. */
export function ground<I extends Identity>(identity: I, grounds: Grounds): I {
  return Object.freeze(new Grounded(identity, grounds)) as unknown as I
}

/** The grounds of an identity that `by` made; `undefined` for everything else, also for a copy of one. */
export function groundsOf(identity: unknown, by: object): Grounds | undefined {
  const isObject = typeof identity === 'object' && identity !== null
  const grounds = isObject ? Grounded.groundsOf(identity) : undefined
  return grounds?.by === by ? grounds : undefined
}
