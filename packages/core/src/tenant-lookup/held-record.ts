import type { PreparedTenant } from '../tenant.ts'
import type { Hold } from '../tenant-lookup.ts'
import { safelyBetween } from '../time.ts'
import type { Failure } from './back-off.ts'

/** How often in a row a record speaks for itself before it is looked up: so it stays among those used last. */
const ANSWERS = 64

/** What a directory said of one key: one tenant, until something ends it. */
export class HeldRecord implements Hold {
  // Whole seconds since the epoch: small numbers stand in the object itself, so that `holdsAt` reads one line of memory.
  #from = 0
  #until = 0
  #answersLeft = ANSWERS
  #tenant: PreparedTenant | undefined
  /** The age, in milliseconds, at which it is asked for again in the background. */
  #refreshAt = 0
  /** When the directory was asked for it, in milliseconds since the epoch: a record is as old as the question. */
  askedAt: number = -Infinity
  /** Of the call that gave it. */
  number = 0
  failure: Failure | undefined = undefined

  constructor(tenant?: PreparedTenant) {
    this.#tenant = tenant
  }

  /** `undefined` when nothing may be served of it: what is left is that the directory had this tenant once. */
  get tenant(): PreparedTenant | undefined {
    return this.#tenant
  }

  /** The tenant while it is fresh. A clock that jumped back makes an age negative: nothing holds by a time that is to come. */
  find(at: number): PreparedTenant | undefined {
    this.#answersLeft = ANSWERS
    return this.isDue(at) ? undefined : this.#tenant
  }

  /** Whether it is to be asked for again. */
  isDue(at: number): boolean {
    const age = at - this.askedAt
    return !(age >= 0 && age < this.#refreshAt)
  }

  holdsAt(now: number): boolean {
    if (this.#answersLeft === 0) return false
    this.#answersLeft -= 1
    return this.#from <= now && now < this.#until
  }

  /** The directory said the same again. */
  renew({ askedAt, number }: { askedAt: number; number: number }, refreshAt: number): void {
    this.askedAt = askedAt
    this.number = number
    this.failure = undefined
    this.#refreshAt = refreshAt
    const { from, until } = safelyBetween(askedAt / 1000, (askedAt + refreshAt) / 1000)
    this.#from = from
    this.#until = until
  }

  /** Ends what it says, for everybody who holds it. It is infinitely old then. */
  end(failure?: Failure): void {
    this.#tenant = undefined
    this.#refreshAt = 0
    this.#from = 0
    this.#until = 0
    this.askedAt = -Infinity
    this.number = 0
    this.failure = failure
  }
}
