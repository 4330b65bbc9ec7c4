import { reportTenant } from './events.ts'
import type { PreparedKeySet } from './key-set.ts'
import { fetchKeySet, KeySetError, type KeySetFetch } from './key-set-fetch.ts'
import { importKeySet } from './key-set-import.ts'
import type { PreparedKey } from './keys.ts'

/** What all key sets of an authenticator share. */
export interface KeySetRules {
  readonly fetch: KeySetFetch
  readonly timeoutMs: number
  /** Seconds that a set is held beyond its age while it cannot be fetched. */
  readonly maxStale: number
  /** From 0 to 1: spreads what would else happen at one instant. */
  readonly random: () => number
}

/** The keys of a set as one record has them. */
interface KeysOfRecord {
  readonly set: PreparedKeySet
  readonly imported: readonly PreparedKey[]
  readonly keys: readonly PreparedKey[]
  readonly fingerprints: ReadonlySet<string>
}

// All in seconds.
const MAX_AGE = 600
const REFRESH_AFTER = 450
/** Between two fetches that nothing but a request asks for, as for a `kid` that is not in the set. */
export const COOLDOWN: number = 10
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 60
/** How long after a pause a failure is still news: until then what is held is served, and asked for beside it. */
const OUTAGE_MEMORY = 60

/**
 * One key set of one tenant: what was fetched last, and when it is fetched again. Time comes with each call, in seconds; a
 * clock that jumps back makes an age negative, and then nothing is held by it.
 */
export class HeldKeySet {
  readonly #tenantId: string
  readonly #rules: KeySetRules
  #imported: readonly PreparedKey[] = []
  #readAt = -Infinity
  #askedAt = -Infinity
  /** Seconds that the host is left alone after it was asked last. */
  #quiet = 0
  #failures = 0
  #faults: readonly string[] = []
  #flight: Promise<void> | undefined
  #view: KeysOfRecord | undefined
  readonly #refreshAfter: number

  constructor(tenantId: string, rules: KeySetRules) {
    this.#tenantId = tenantId
    this.#rules = rules
    // Sets that were first fetched together are not refreshed together.
    this.#refreshAfter = REFRESH_AFTER + rules.random() * (MAX_AGE - REFRESH_AFTER) * 0.8
  }

  /** Whether what is held may be used: as it is young, or as its host is known to fail. */
  stateAt(now: number): 'fresh' | 'stale' | 'none' {
    const age = now - this.#readAt
    if (!(age >= 0)) return 'none'
    if (age < MAX_AGE) return 'fresh'
    const isOutage = this.isFailing && this.#isWithin(this.#quiet + OUTAGE_MEMORY, now)
    return isOutage && age < MAX_AGE + this.#rules.maxStale ? 'stale' : 'none'
  }

  /** Whether the last attempt to fetch it failed, or gave no key that can be used. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  /** The keys as a record has them, whatever their age. */
  viewOf(set: PreparedKeySet): KeysOfRecord {
    const imported = this.#imported
    if (this.#view?.set === set && this.#view.imported === imported) return this.#view
    const keys = imported
      .filter(({ alg }) => (set.algorithms as readonly string[]).includes(alg))
      .map((key) => {
        const { notBefore, notAfter } = set
        return Object.freeze({
          ...key,
          notBefore,
          notAfter,
          label: key.kid ?? set.label + key.label,
        })
      })
    const fingerprints = new Set(keys.map(({ fingerprint }) => fingerprint))
    this.#view = { set, imported, keys, fingerprints }
    return this.#view
  }

  /** Fetches it beside the requests, where it is time to. */
  keepUp(set: PreparedKeySet, now: number): void {
    if (now - this.#readAt >= this.#refreshAfter) void this.ask(set, now)
  }

  /**
   * Fetches it, unless it was asked for a moment ago: within the pause after a failure, and within `least` seconds. One at
   * a time; never rejects.
   */
  ask(set: PreparedKeySet, now: number, least = 0): Promise<void> | undefined {
    if (this.#flight !== undefined) return this.#flight
    if (this.#isWithin(Math.max(this.#quiet, least), now)) return undefined
    this.#askedAt = now
    this.#flight = this.#fetch(set, now).finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #fetch(set: PreparedKeySet, now: number): Promise<void> {
    try {
      const { keys, faults } = importKeySet(await fetchKeySet(set.url, this.#rules))
      // Also where no key is left: what is gone from the set does not count any more.
      this.#imported = keys
      this.#readAt = now
      for (const fault of faults)
        if (!this.#faults.includes(fault)) this.#report(set, `a key was left out: ${fault}`)
      this.#faults = faults
      if (keys.length === 0) throw new KeySetError('it has no key that can be used')
      this.#failures = 0
      this.#quiet = COOLDOWN
    } catch (error) {
      const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE)
      this.#failures += 1
      this.#quiet = pause * (0.5 + this.#rules.random() / 2)
      const reason = error instanceof KeySetError ? error.message : 'it cannot be read'
      this.#report(set, reason)
    }
  }

  #report({ label }: PreparedKeySet, reason: string): void {
    reportTenant({ tenant: JSON.stringify(this.#tenantId), reason: `key set ${label}: ${reason}` })
  }

  #isWithin(seconds: number, now: number): boolean {
    const since = now - this.#askedAt
    return since >= 0 && since < seconds
  }
}
