import { expect } from 'vitest'
import {
  createAuthenticator,
  type Authenticator,
  type DirectoryAnswer,
  type Outcome,
  type Tenant,
  type TenantDirectory,
} from '../../src/index.ts'
import { settle } from '../fixtures/lookup-bench.ts'
import { World, change, type Change, type TenantName } from './cache-world.ts'
import type { Tally } from './verdicts.ts'

// Law 3 over a directory that answers later and can fail: the record that judges is at most `ttl` old, `maxStale` while the
// directory fails, and whatever record that is, a cached verdict equals the one that it gives a fresh authenticator.
// What may judge follows from what the directory was asked and said, which it takes down itself.

const TTL = 60
const MAX_STALE = 300
/** "Unknown" counts for so long. */
const UNKNOWN = 5
/** After a failure the directory is left alone, so long at most where a record is served, and where none is. */
const LONGEST_PAUSE = 30
const LONGEST_REFUSAL = 5
/** The shortest time between two questions about a tenant whose directory fails. */
const SHORTEST_PAUSE = 0.5
/** The part of `ttl` in which nothing is asked. */
const REFRESH = 0.75

/** What the directory has said of a tenant since it was invalidated last. */
interface Said {
  /** Its last word: `undefined` for "unknown". Absent before the first. */
  readonly record?: Tenant | undefined
  readonly askedAt: number
  /** When it failed, if it did so since. */
  readonly failedAt: number | undefined
}

const NOTHING: Said = { askedAt: -Infinity, failedAt: undefined }

export class DirectoryWorld extends World {
  asked = 0
  down: 'no' | 'throws' | 'rejects' | 'garbage' = 'no'
  readonly said = new Map<TenantName, Said>()
  /** Questions that came at a time at which none may. */
  readonly tooEarly: string[] = []
  readonly directory: TenantDirectory = {
    find: (id) => this.answer(id as TenantName),
  }
  readonly cached: Authenticator<undefined>
  readonly remembers: boolean

  constructor(tally: Tally, { maxEntries, remembers }: { maxEntries: number; remembers: boolean }) {
    super(tally)
    this.remembers = remembers
    this.cached = createAuthenticator({
      ...this.options(),
      tenants: this.directory,
      tokenCache: { maxEntries },
      directoryCache: remembers && { ttl: TTL, maxStale: MAX_STALE },
    })
  }

  answer(name: TenantName): DirectoryAnswer {
    this.asked += 1
    const said = this.said.get(name) ?? NOTHING
    if (this.remembers && !this.mayBeAsked(said)) this.tooEarly.push(name)
    const { down } = this
    if (down === 'no') {
      const record = this.records.get(name)
      this.said.set(name, { record, askedAt: this.now, failedAt: undefined })
      return Promise.resolve(structuredClone(record))
    }
    this.said.set(name, { ...said, failedAt: this.now })
    if (down === 'throws') throw new Error('down')
    if (down === 'rejects') return Promise.reject(new Error('down'))
    return Promise.resolve('<html>' as never)
  }

  set(name: TenantName, how: Change): void {
    const record = this.records.get(name)
    if (record !== undefined) this.records.set(name, change(record, how))
  }

  isWithin(since: number | undefined, seconds: number): boolean {
    const age = (this.now - (since ?? Infinity)) / 1000
    return age >= 0 && age < seconds
  }

  mayBeAsked({ record, askedAt, failedAt }: Said): boolean {
    if (failedAt !== undefined) return !this.isWithin(failedAt, SHORTEST_PAUSE)
    return !this.isWithin(askedAt, record === undefined ? UNKNOWN : TTL * REFRESH)
  }

  /**
   * What a request for a tenant was to be judged by, from what the directory had said before it came and whether it was
   * asked because of it: a record, none, or nothing at all.
   */
  entitled(name: TenantName, before: Said, isAsked: boolean): Tenant | undefined | 'unavailable' {
    const { record, askedAt, failedAt } = before
    if (this.remembers && record !== undefined && this.isWithin(askedAt, TTL)) {
      if (isAsked) this.tally.add('refreshed')
      return record // what comes of a refresh counts from then on
    }
    const isStale = this.remembers && record !== undefined && this.isWithin(askedAt, MAX_STALE)
    if (isAsked) {
      if (this.down === 'no') return this.records.get(name)
      if (isStale) this.tally.add('served stale')
      return isStale ? record : 'unavailable'
    }

    const isUnknown = 'record' in before && record === undefined
    if (this.remembers && isUnknown && this.isWithin(askedAt, UNKNOWN)) {
      this.tally.add('known to be unknown')
      return undefined
    }
    if (isStale && this.isWithin(failedAt, LONGEST_PAUSE)) {
      this.tally.add('served stale in a pause')
      return record
    }
    if (this.remembers && this.isWithin(failedAt, LONGEST_REFUSAL)) {
      this.tally.add('refused in a pause')
      return 'unavailable'
    }
    throw new Error(`a record asked for at ${askedAt} judged at ${this.now}, without a question`)
  }

  /** Lets an authenticator without any memory judge by what this one had to go by. */
  async freshVerdict(
    name: TenantName,
    judge: (authenticator: Authenticator<undefined>) => Promise<Outcome> | Outcome,
    judgeAnew: (authenticator: Authenticator<undefined>) => Promise<Outcome> | Outcome = judge,
  ): Promise<{ cached: Outcome; fresh: Outcome | 'keys_unavailable'; isAsked: boolean }> {
    const before = this.said.get(name) ?? NOTHING
    const { asked } = this
    const cached = await judge(this.cached)
    const times = this.asked - asked
    expect(times).toBeLessThanOrEqual(1)
    expect(this.tooEarly).toEqual([])
    const record = this.entitled(name, before, times > 0)
    await settle() // a refresh, if there was one, has its answer by now
    const fresh =
      record === 'unavailable' ? 'keys_unavailable' : await judgeAnew(this.fresh(record))
    return { cached, fresh, isAsked: times > 0 }
  }
}
