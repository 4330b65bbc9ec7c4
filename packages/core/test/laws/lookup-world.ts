import { expect } from 'vitest'
import type { TenantDirectory } from '../../src/directory/directory.ts'
import { AuthError } from '../../src/errors.ts'
import type { PreparedTenant, Tenant } from '../../src/tenant.ts'
import { createTenantLookup, type Hold, type TenantLookup } from '../../src/tenant-lookup.ts'
import { keys, settle } from '../fixtures/lookup-bench.ts'
import type { Tally } from './verdicts.ts'

// Law 3 about records alone, with answers that are long on their way and overtake each other. What may be served is said
// over a log of what was asked and answered: nothing here knows how the look-up remembers it.

const TTL = 60
const MAX_STALE = 300
const UNKNOWN = 5
/** The earliest refresh, as a part of `TTL`. */
const REFRESH = 0.75
const SHORTEST_PAUSE = 0.5
const LONGEST_PAUSE = 30
const LONGEST_REFUSAL = 5

export const IDS = ['acme', 'globex'] as const
const hashOf = (id: string): string => `sha256:${(id === 'acme' ? 'a' : 'b').repeat(64)}`
export const HASHES = IDS.map(hashOf)
const KEYS = [...IDS, ...HASHES]
export const ownerOf = (key: string): string =>
  IDS.find((id) => key === id || key === hashOf(id)) ?? ''
const isHash = (key: string): boolean => key.startsWith('sha256:')

/** What a directory said: which record, by its number; that there is none; nothing usable; or nothing at all. */
type Said = number | 'unknown' | 'broken' | 'failed'

interface Asked {
  readonly key: string
  readonly at: number
  /** In which order questions came. */
  readonly number: number
  readonly said: Said
  readonly land: () => void
  /** It was overtaken by an invalidation: those who wait for it get it, and nobody else. */
  dropped: boolean
  /** What those who wait for it must get, once it has landed. */
  result: Said | undefined
}

/** What the log says last about a key. */
interface Word {
  /** The last answer that says something about the tenant. */
  said: Exclude<Said, 'failed'> | undefined
  /** When the directory was asked for it. */
  askedAt: number
  number: number
  /** When it failed last, if it has not answered since. */
  failedAt: number | undefined
  /** What is known may be forgotten: then it may be asked for early. */
  mayBeForgotten: boolean
}

const nothing = (): Word => ({
  said: undefined,
  askedAt: -Infinity,
  number: 0,
  failedAt: undefined,
  mayBeForgotten: true,
})

export class LookupWorld {
  now = 1_000_000
  mode: 'well' | 'slow' | 'throws' | 'rejects' | 'garbage' | 'broken' | 'wrong' = 'well'
  dice = 0.5
  readonly truth = new Map<string, number>(IDS.map((id) => [id, 1]))
  readonly words = new Map<string, Word>(KEYS.map((key) => [key, nothing()]))
  readonly air: Asked[] = []
  readonly open: Promise<unknown>[] = []
  readonly tally: Tally
  questions = 0
  asked: Asked | undefined
  isWarming = false
  readonly faults: string[] = []
  /** What was promised to hold, for which tenant. */
  readonly holds: { readonly tenant: PreparedTenant; readonly hold: Hold }[] = []
  readonly lookup: TenantLookup

  constructor(tally: Tally) {
    this.tally = tally
    const ask: TenantDirectory['find'] = (key) => this.answer(key) as Promise<Tenant | undefined>
    this.lookup = createTenantLookup({
      directory: { find: ask, findByApiKeyHash: ask },
      fits: () => undefined,
      cache: { maxEntries: 10, ttl: TTL, maxStale: MAX_STALE },
      apiKeys: true,
      timeoutMs: 10_000,
      now: () => this.now * 1000,
      random: () => this.dice,
    })
  }

  age(at: number | undefined): number {
    return at === undefined ? Infinity : this.now - at
  }

  within(at: number | undefined, seconds: number): boolean {
    const age = this.age(at)
    return age >= 0 && age < seconds
  }

  word(key: string): Word {
    return this.words.get(key) as Word
  }

  /** The directory: it reads its answer when it is asked, and gives it now or later. */
  answer(key: string): unknown {
    const { mode } = this
    const id = ownerOf(key)
    const version = this.truth.get(id)
    const record = version === undefined ? undefined : { id, keys, maxLifetime: version }
    const said: Said = {
      well: version ?? ('unknown' as const),
      slow: version ?? ('unknown' as const),
      throws: 'failed' as const,
      rejects: 'failed' as const,
      garbage: 'failed' as const,
      broken: 'broken' as const,
      wrong: 'unknown' as const,
    }[mode]

    // What is thrown here is an outage to the look-up, so it is kept.
    const word = this.word(key)
    if (!word.mayBeForgotten && !this.isWarming && !this.isTime(word))
      this.faults.push(`${key} was asked for too early`)
    if (this.air.some((other) => other.key === key && !other.dropped))
      this.faults.push(`${key} was asked for twice at once`)
    const flight: Asked = {
      key,
      at: this.now,
      number: (this.questions += 1),
      said,
      land: () => undefined,
      dropped: false,
      result: undefined,
    }
    this.asked = flight
    this.air.push(flight)
    const other = { id: 'initech', keys, apiKeyHashes: [] }
    const given = {
      well: record,
      slow: record,
      throws: undefined,
      rejects: undefined,
      garbage: 'oops',
      broken: { id, keys: [] },
      wrong: other,
    }[mode]
    if (mode === 'throws') throw new Error('down')
    if (mode === 'rejects') return Promise.reject(new Error('down'))
    if (mode !== 'slow') return Promise.resolve(given)
    return new Promise((resolve) => {
      Object.assign(flight, { isSlow: true, land: () => resolve(given) })
    })
  }

  /** Whether the directory may be asked at all at this moment. */
  isTime({ said, askedAt, failedAt }: Word): boolean {
    if (this.within(failedAt, SHORTEST_PAUSE)) return false
    if (typeof said === 'number') return !this.within(askedAt, TTL * REFRESH)
    return said !== 'unknown' || failedAt !== undefined || !this.within(askedAt, UNKNOWN)
  }

  /** Takes down what an answer says, at the moment at which it comes. */
  note(flight: Asked): void {
    this.air.splice(this.air.indexOf(flight), 1)
    const { key, at, said, number } = flight
    const word = this.word(key)
    const stale = this.within(word.askedAt, MAX_STALE) ? word.said : undefined
    if (said !== 'failed') flight.result = said === 'broken' ? 'failed' : said
    else flight.result = typeof stale === 'number' && !flight.dropped ? stale : 'failed'
    if (flight.dropped) {
      // Not remembered; but a "no" ends a record that was asked for before it.
      const isNo = said === 'unknown' || said === 'broken'
      if (isNo && typeof word.said === 'number' && word.number < number)
        this.words.set(key, nothing())
      return
    }
    if (said === 'failed') word.failedAt = this.now
    else
      this.words.set(key, {
        said,
        askedAt: at,
        number,
        failedAt: said === 'broken' ? this.now : undefined,
        mayBeForgotten: false,
      })
  }

  invalidate(id: string): void {
    this.lookup.invalidate(id)
    for (const [key, word] of this.words) {
      if (ownerOf(key) === id) this.words.set(key, nothing())
      // Whose an API key is shows in the answer only.
      else if (isHash(key)) word.mayBeForgotten = true
    }
    for (const flight of this.air)
      if (flight.key === id || isHash(flight.key)) flight.dropped = true
  }

  /** All answers that are not held back. */
  async arrive(): Promise<void> {
    const prompt = this.air.filter((flight) => !('isSlow' in flight))
    for (const flight of prompt) this.note(flight)
    if (prompt.length > 0) await settle()
  }

  async find(key: string): Promise<void> {
    const said = (tenant: PreparedTenant | undefined): Said => {
      if (tenant === undefined) return 'unknown'
      expect(tenant.id).toBe(ownerOf(key))
      return tenant.maxLifetime
    }
    const word = { ...this.word(key) }
    this.asked = undefined
    let found: PreparedTenant | undefined | Promise<PreparedTenant | undefined>
    try {
      found = isHash(key) ? this.lookup.byApiKeyHash(key) : this.lookup.byId(key)
    } catch (error) {
      expect(AuthError.isGenuine(error) && error.code).toBe('keys_unavailable')
      expect(this.asked).toBeUndefined()
      expect(this.within(word.failedAt, LONGEST_REFUSAL)).toBe(true)
      this.tally.add('refused in a pause')
      return
    }
    if (found instanceof Promise) {
      // Somebody waits only for a call that is on its way, and only where nothing that is held may be served.
      const flight = this.air.findLast((other) => other.key === key && !other.dropped) as Asked
      expect(flight).toBeDefined()
      if (!word.mayBeForgotten)
        expect(typeof word.said === 'number' && this.within(word.askedAt, TTL)).toBe(false)
      const landed = found.then(said, () => 'failed' as const)
      this.open.push(
        landed.then((got) => {
          if (got !== flight.result)
            this.faults.push(`${key}: ${got} came of a flight that gives ${flight.result}`)
          const what = typeof got === 'number' ? 'found' : got
          const isStale = flight.said === 'failed' && got !== 'failed'
          this.tally.add(isStale ? 'stale after a probe' : `waited: ${what}`)
          if (flight.dropped) this.tally.add('answered although dropped')
        }),
      )
      await this.arrive()
      return
    }
    const got = said(found)
    expect(got).toBe(word.said)
    if (got === 'unknown') {
      expect(this.within(word.askedAt, UNKNOWN)).toBe(true)
      this.tally.add('unknown at once')
    } else if (this.within(word.askedAt, TTL)) {
      this.tally.add(this.asked === undefined ? 'fresh at once' : 'fresh, and refreshed')
    } else {
      expect(this.within(word.askedAt, MAX_STALE)).toBe(true)
      expect(this.within(word.failedAt, LONGEST_PAUSE)).toBe(true)
      expect(this.asked).toBeUndefined()
      this.tally.add('stale in a pause')
    }
    if (found !== undefined && !isHash(key)) this.keepHold(found)
    await this.arrive()
  }

  keepHold(tenant: PreparedTenant): void {
    const hold = this.lookup.hold(tenant)
    if (hold === undefined) this.faults.push(`${tenant.id} was found and has no hold`)
    else this.holds.push({ tenant, hold })
  }

  /** What is said to hold is what a look-up says, at once, and without a question. */
  checkHolds(): void {
    for (const { tenant, hold } of this.holds.slice(-20)) {
      if (!hold.holdsAt(this.now)) continue
      const { said, askedAt } = this.word(tenant.id)
      const isFresh = said === tenant.maxLifetime && this.within(askedAt, TTL)
      const before = this.questions
      if (!isFresh || this.lookup.byId(tenant.id) !== tenant || this.questions !== before)
        this.faults.push(`${tenant.id} is said to hold, and does not`)
      this.tally.add('holds')
    }
  }

  async end(): Promise<void> {
    for (let flight = this.air[0]; flight !== undefined; flight = this.air[0]) {
      this.note(flight)
      flight.land()
    }
    await Promise.all(this.open)
  }

  async warm(id: string): Promise<void> {
    this.isWarming = true
    const slow = this.mode === 'slow'
    if (slow) this.mode = 'well'
    for (const flight of this.air.filter((other) => 'isSlow' in other)) {
      this.note(flight)
      flight.land()
    }
    await settle()
    const before = this.word(id)
    this.asked = undefined
    const warming = this.lookup.warm([id])
    await this.arrive()
    await this.arrive()
    const notReady = await warming
    this.isWarming = false
    if (slow) this.mode = 'slow'
    if (this.mode === 'well' && this.truth.has(id) && !this.within(before.failedAt, LONGEST_PAUSE))
      expect(notReady).toEqual([])
    this.tally.add(`warm: ${notReady[0]?.why ?? 'ready'}`)
  }
}
