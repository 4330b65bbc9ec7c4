import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createAuthenticator,
  type Authenticator,
  type Outcome,
  type Tenant,
  type TenantDirectory,
} from '../../src/index.ts'
import {
  CHANGES,
  START,
  TENANTS,
  World,
  change,
  expectSame,
  firstRecord,
  requestOf,
  tokens,
  type Change,
  type ModelToken,
  type TenantName,
} from './cache-world.ts'
import { parameters, patience } from './runs.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 3 over a directory that answers later and can fail: the record that judges is at most `ttl` old, `maxStale` while the
// directory fails, and whatever record that is, a cached verdict equals the one that it gives a fresh authenticator.

const TTL = 60
const MAX_STALE = 300
/** After a failure the directory is left alone for a moment. */
const RETRY = 5

/** What may be remembered of a tenant. */
interface Remembered {
  readonly record: Tenant
  readonly fetchedAt: number
  failedAt?: number
}

class DirectoryWorld extends World {
  asked = 0
  down: 'no' | 'throws' | 'rejects' = 'no'
  readonly remembered = new Map<TenantName, Remembered>()
  readonly directory: TenantDirectory = {
    find: (id) => {
      this.asked += 1
      if (this.down === 'throws') throw new Error('down')
      return this.down === 'rejects'
        ? Promise.reject(new Error('down'))
        : Promise.resolve(structuredClone(this.records.get(id as TenantName)))
    },
  }
  readonly cached: Authenticator<undefined>

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
  readonly remembers: boolean

  set(name: TenantName, how: Change): void {
    const record = this.records.get(name)
    if (record !== undefined) this.records.set(name, change(record, how))
  }

  /**
   * The record that a request for a tenant was entitled to, from whether the directory was asked for it: `'unavailable'`
   * for none.
   */
  entitled(name: TenantName, asked: boolean): Tenant | undefined | 'unavailable' {
    const known = this.remembered.get(name)
    const age = known === undefined ? Infinity : (this.now - known.fetchedAt) / 1000
    const isYoung = age >= 0 && age < TTL
    const isStale = age >= 0 && age < MAX_STALE

    if (!asked) {
      if (isYoung) return known?.record
      const since = (this.now - (known?.failedAt ?? -Infinity)) / 1000
      if (isStale && since >= 0 && since < RETRY) {
        this.tally.add('served stale')
        return known?.record
      }
      throw new Error(`a record ${age} s old judged, and the directory was not asked`)
    }
    if (isYoung) throw new Error('the directory was asked for a record that is young')
    if (this.down === 'no') {
      const record = this.records.get(name)
      if (record === undefined) this.remembered.delete(name)
      else if (this.remembers) this.remembered.set(name, { record, fetchedAt: this.now })
      return record
    }
    if (known === undefined || !isStale) return 'unavailable'
    known.failedAt = this.now
    this.tally.add('served stale')
    return known.record
  }

  /** What an authenticator without any memory says, where it may see what this one saw. */
  async freshVerdict(
    name: TenantName,
    asked: boolean,
    judge: (fresh: Authenticator<undefined>) => Promise<Outcome> | Outcome,
  ): Promise<Outcome | 'keys_unavailable'> {
    const record = this.entitled(name, asked)
    return record === 'unavailable' ? 'keys_unavailable' : judge(this.fresh(record))
  }
}

type Step = fc.AsyncCommand<object, DirectoryWorld>

function step(text: string, run: (world: DirectoryWorld) => Promise<void> | void): Step {
  return {
    check: () => true,
    run: async (_model, world) => {
      world.tally.add('step')
      await run(world)
    },
    toString: () => text,
  }
}

async function look(world: DirectoryWorld, given: ModelToken): Promise<void> {
  const request = requestOf(given.text, undefined)
  const before = world.asked
  const cached = await world.cached.authenticate(request)
  const times = world.asked - before
  expect(times).toBeLessThanOrEqual(1)
  const fresh = await world.freshVerdict(given.tenant, times > 0, (authenticator) =>
    authenticator.authenticate(request),
  )
  if (fresh === 'keys_unavailable') expect(verdictOf(cached)).toBe(fresh)
  else expectSame(cached, fresh)
  const passedBefore = world.given.some(({ token }) => token === given)
  world.tally.add(`${passedBefore ? 'again ' : ''}${verdictOf(cached)}`)
  if (fresh === 'keys_unavailable') world.tally.add('outage')
  if (cached.ok) world.given.push({ identity: cached.identity, token: given })
}

const tenant = fc.constantFrom(...TENANTS)

const verify = fc
  .constantFrom(...tokens)
  .map((given) => step(`verify ${given.jti}`, (world) => look(world, given)))

const verifyAgain = fc.nat(1000).map((n) =>
  step(`verify token ${n} of those that passed`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given !== undefined) await look(world, given.token)
  }),
)

const recheck = fc.nat(1000).map((n) =>
  step(`recheck identity ${n}`, async (world) => {
    const given = world.given[n % world.given.length]
    if (given === undefined) return
    const before = world.asked
    const again = await world.cached.recheck(given.identity as never)
    const request = requestOf(given.token.text, undefined)
    const fresh = await world.freshVerdict(
      given.token.tenant,
      world.asked > before,
      (authenticator) => authenticator.authenticate(request),
    )
    expect(verdictOf(again)).toBe(fresh === 'keys_unavailable' ? fresh : verdictOf(fresh))
    world.tally.add(`recheck ${verdictOf(again)}`)
  }),
)

const advance = fc
  .oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(4.999, 5, 59.999, 60, 60.001, 120, 299.999, 300, 301),
  )
  .map((by) =>
    step(`${by} s pass`, (world) => {
      world.now += Math.round(by * 1000)
    }),
  )
const jump = fc
  .constantFrom(-3600, -301, -100, -61, -1, 3600)
  .map((by) => step(`the clock jumps by ${by} s`, (world) => void (world.now += by * 1000)))
const reset = fc.constant(
  step('the clock is set right', (world) => void (world.now = START * 1000)),
)

const alter = fc
  .tuple(tenant, fc.constantFrom(...Object.entries(CHANGES)))
  .map(([name, [text, how]]) => step(`${name} ${text}`, (world) => world.set(name, how)))
const remove = tenant.map((name) =>
  step(`remove ${name}`, (world) => void world.records.delete(name)),
)
const restore = tenant.map((name) =>
  step(`restore ${name}`, (world) => void world.records.set(name, firstRecord(name))),
)
const revoke = fc.constantFrom(...tokens).map(({ jti }) =>
  step(`revoke ${jti}, or no more`, ({ revoked }) => {
    if (!revoked.delete(jti)) revoked.add(jti)
  }),
)
const outage = fc
  .constantFrom('no' as const, 'no' as const, 'throws' as const, 'rejects' as const)
  .map((down) => step(`the directory is down: ${down}`, (world) => void (world.down = down)))
const revocationOutage = fc
  .constantFrom(false, false, true)
  .map((down) =>
    step(`revocation is down: ${down}`, (world) => void (world.revocationIsDown = down)),
  )
const invalidate = tenant.map((name) =>
  step(`invalidate ${name}`, (world) => {
    world.cached.invalidate(name)
    world.remembered.delete(name)
  }),
)

test(
  'a verdict rests on a record of the age that ttl and maxStale allow, and on nothing else',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('law 3, directory', 700)
    const tally = new Tally()
    const commands = fc.commands(
      [
        verify,
        verify,
        verify,
        verifyAgain,
        verifyAgain,
        verifyAgain,
        recheck,
        recheck,
        advance,
        advance,
        jump,
        reset,
        alter,
        alter,
        remove,
        restore,
        revoke,
        outage,
        outage,
        revocationOutage,
        invalidate,
      ],
      { maxCommands: 80, size: 'max' },
    )
    const bounds = fc.record({
      maxEntries: fc.constantFrom(1, 3, 1000),
      remembers: fc.constantFrom(true, true, true, false),
    })
    await fc.assert(
      fc.asyncProperty(commands, bounds, async (steps, bound) => {
        await fc.asyncModelRun(() => ({ model: {}, real: new DirectoryWorld(tally, bound) }), steps)
      }),
      parameter,
    )
    process.stdout.write(`law 3, directory: ${tally.text}\n`)

    tally.expectReached(['step'], parameter, 10_000)
    tally.expectReached(
      [
        'ok',
        'again ok',
        'served stale',
        'outage',
        'again token_rejected',
        'again token_expired',
        'again token_not_active',
        'again token_lifetime',
        'again claims_invalid',
        'again token_revoked',
        'again keys_unavailable',
        'recheck ok',
        'recheck token_rejected',
        'recheck keys_unavailable',
      ],
      parameter,
    )
  },
)
