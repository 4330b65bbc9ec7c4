import type { Authenticator, StandardSchema } from '@countersign/core'
import { WrongAnswer } from '../harness/answers.ts'
import { databaseDirectory, widgetAuthenticator } from '../tenants/service.ts'
import { nowInSeconds, widgetToken } from '../tokens/widget.ts'
import { requestsWith, type Carrier } from '../tokens/wire.ts'
import { FLOODS, type Flood, type FloodName } from './floods.ts'

/** What a flood did to a service. */
export interface FloodResult {
  readonly requests: number
  /** Nanoseconds of the clock, and of processor time, for all requests; making the tokens is not in it. */
  readonly wall: number
  readonly cpu: number
  /** Seconds from the first request to the last, with all that was done beside them. */
  readonly seconds: number
  /** Bytes of resident memory above the idle process, at the worst moment. */
  readonly peak: number
  readonly directoryCalls: number
  /** Percent of the tokens that were known before, of all other tenants, which are still answered at once after it. */
  readonly stillKnown: number
  /** How many tokens of the flood are in the cache after it. */
  readonly cached: number
}

const TENANTS = 100
const KNOWN_USERS = 1000
/** Tokens that are made, then sent, at a time: what they take is part of the peak. */
const BATCH = 2000
const IN_FLIGHT = 50

const CARRIER: Carrier = {
  header: 'authorization',
  prefix: 'Bearer ',
  beside: ['x-requested-with', 'widget'],
}

/**
 * Floods a service of its own, which has the default caches and knows 1 000 users of 100 tenants.
 *
 * @throws WrongAnswer where a token is let in that is bad, or the other way round
 */
export async function runFlood(name: FloodName, requests: number): Promise<FloodResult> {
  const flood: Flood = FLOODS[name]
  const directory = databaseDirectory(TENANTS)
  const sights = countSights()
  const authenticator = widgetAuthenticator(directory, {}, sights.schema)
  const isHeld = (token: string): boolean => {
    const before = sights.count()
    const outcome = authenticator.authenticate(requestsWith([token], CARRIER)())
    return !(outcome instanceof Promise) && outcome.ok && sights.count() === before
  }
  const issuedAt = nowInSeconds()
  const known = Array.from({ length: KNOWN_USERS }, (_, user) =>
    widgetToken(`tenant-${user % TENANTS}`, `user-${user}`, issuedAt),
  )
  await expectAll(authenticator, known, true)
  await expectAll(authenticator, batch(flood, 0, Math.min(BATCH, requests), issuedAt), flood.good)

  globalThis.gc?.()
  const idle = process.memoryUsage.rss()
  const callsBefore = directory.calls()
  const began = performance.now()
  let peak = idle
  let wall = 0
  let cpu = 0
  for (let sent = 0; sent < requests; sent += BATCH) {
    const tokens = batch(flood, sent + BATCH, Math.min(BATCH, requests - sent), issuedAt)
    const start = process.hrtime.bigint()
    const before = process.cpuUsage()
    await expectAll(authenticator, tokens, flood.good)
    const { user, system } = process.cpuUsage(before)
    wall += Number(process.hrtime.bigint() - start)
    cpu += (user + system) * 1000
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const seconds = (performance.now() - began) / 1000
  const directoryCalls = directory.calls() - callsBefore
  return {
    requests,
    wall,
    cpu,
    seconds,
    peak: peak - idle,
    directoryCalls,
    stillKnown: stillKnown(isHeld, known),
    cached: flood.good ? countCached(isHeld, flood, requests, issuedAt) : 0,
  }
}

function batch(flood: Flood, first: number, count: number, issuedAt: number): string[] {
  return Array.from({ length: count }, (_, index) => flood.token(first + index, issuedAt))
}

async function expectAll(
  authenticator: Authenticator,
  tokens: readonly string[],
  good: boolean,
): Promise<void> {
  const next = requestsWith(tokens, CARRIER)
  for (let sent = 0; sent < tokens.length; sent += IN_FLIGHT) {
    const length = Math.min(IN_FLIGHT, tokens.length - sent)
    const outcomes = await Promise.all(
      Array.from({ length }, async () => authenticator.authenticate(next())),
    )
    const wrong = outcomes.find(({ ok }) => ok !== good)
    if (wrong !== undefined)
      throw new WrongAnswer(wrong.ok ? 'a bad token is let in' : `${wrong.error.code}, not let in`)
  }
}

/** Counts the tokens that were not in the cache: only those are shown to a schema. */
function countSights(): {
  readonly schema: StandardSchema<undefined>
  readonly count: () => number
} {
  let sights = 0
  const validate = (): { value: undefined } => {
    sights += 1
    return { value: undefined }
  }
  const schema = { '~standard': { version: 1, vendor: 'bench', validate } } as const
  return { schema, count: () => sights }
}

type IsHeld = (token: string) => boolean

// The flooded tenant may lose its own.
function stillKnown(isHeld: IsHeld, known: readonly string[]): number {
  const others = known.filter((_, user) => user % TENANTS !== 0)
  return (100 * others.filter(isHeld).length) / others.length
}

/** Asks for the newest ones first, until one is not known: asking for that one would put it back. */
function countCached(isHeld: IsHeld, flood: Flood, requests: number, issuedAt: number): number {
  const last = requests + BATCH - 1
  let held = 0
  while (held < requests && isHeld(flood.token(last - held, issuedAt))) held += 1
  return held
}
