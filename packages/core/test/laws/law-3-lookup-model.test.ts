import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settle } from '../fixtures/lookup-bench.ts'
import { HASHES, IDS, LookupWorld, ownerOf } from './lookup-world.ts'
import { parameters, patience } from './runs.ts'
import { Tally } from './verdicts.ts'

// Law 3 about records alone: what may be served is said in the world of the model.

interface Step {
  readonly what: string
  readonly key: string
  readonly n: number
}

const MODES = [
  'well',
  'well',
  'slow',
  'slow',
  'throws',
  'rejects',
  'garbage',
  'broken',
  'wrong',
] as const
const TIMES = [0.499, 0.5, 1, 4.999, 5, 14, 30, 44.999, 45, 54, 59.999, 60, 100, 299.999, 300]
const JUMPS = [-86_400, -3600, -301, -60, -1, 3600, 86_400]

async function take(world: LookupWorld, { what, key, n }: Step): Promise<void> {
  world.tally.add('step')
  const id = ownerOf(key)
  switch (what) {
    case 'find':
      return world.find(key)
    case 'time':
      world.now += TIMES[n % TIMES.length] as number
      return
    case 'jump':
      world.now += JUMPS[n % JUMPS.length] as number
      return
    case 'mode':
      world.mode = MODES[n % MODES.length] as (typeof MODES)[number]
      return
    case 'put':
      world.truth.set(id, n + 1)
      return
    case 'remove':
      world.truth.delete(id)
      return
    case 'land': {
      const slow = world.air.filter((flight) => 'isSlow' in flight)
      const flight = slow[n % slow.length]
      if (flight === undefined) return
      world.note(flight)
      flight.land()
      return settle()
    }
    case 'invalidate':
      return world.invalidate(id)
    case 'dice':
      world.dice = (n % 11) / 10
      return
    default:
      return world.warm(id)
  }
}

// By id and by API key apart: what the one says of the other is told in single tests.
const steps = fc
  .constantFrom(IDS, HASHES)
  .chain((some) => fc.array(stepWith(some), { maxLength: 200, size: 'max' }))

function stepWith(some: readonly string[]): fc.Arbitrary<Step> {
  return fc.record({
    what: fc.oneof(
      { weight: 12, arbitrary: fc.constant('find') },
      { weight: 6, arbitrary: fc.constant('time') },
      { weight: 3, arbitrary: fc.constant('mode') },
      { weight: 3, arbitrary: fc.constantFrom('put', 'remove', 'land') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('jump', 'invalidate', 'dice', some === IDS ? 'warm' : 'find'),
      },
    ),
    key: fc.constantFrom(...some),
    n: fc.nat(1000),
  })
}

test(
  'a record is served only where the log of questions and answers allows it',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('law 3, look-ups', 700)
    const tally = new Tally()
    await fc.assert(
      fc.asyncProperty(steps, async (some) => {
        const world = new LookupWorld(tally)
        for (const next of some) {
          await take(world, next)
          world.checkHolds()
          if (world.faults.length > 0) break
        }
        await world.end()
        expect(world.faults).toEqual([])
      }),
      parameter,
    )
    process.stdout.write(`law 3, look-ups: ${tally.text}\n`)
    tally.expectReached(['step'], parameter, 50_000)
    tally.expectReached(
      [
        'holds',
        'fresh at once',
        'fresh, and refreshed',
        'unknown at once',
        'stale in a pause',
        'stale after a probe',
        'refused in a pause',
        'waited: found',
        'waited: unknown',
        'waited: failed',
        'answered although dropped',
        'warm: ready',
        'warm: unknown',
        'warm: unavailable',
      ],
      parameter,
      20,
    )
  },
)
