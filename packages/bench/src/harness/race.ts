import type { Bar, Figure } from './report.ts'
import type { Size } from './size.ts'

/** One of those that are compared. It is made in a process of its own. */
export interface Contender {
  /** What it answers to the questions that every contender is asked. Nothing is timed before the answers are right. */
  answer(): unknown
  /** One call; a promise is awaited. */
  call(): unknown
  /** What was counted meanwhile: columns of the table. Asked for after the last round. */
  facts?(): Facts
}

/** Figures by the name of their column. */
export type Facts = Readonly<Record<string, Figure>>

/** Contenders that do the same work, call by call, in processes of their own. */
export interface Race {
  readonly title: string
  /** What the others are held against. */
  readonly reference: string
  /** The contender whose time is taken off all others before they are compared. */
  readonly net?: string
  /** What is done once per call is one of these: `document`, `token`. */
  readonly unit: string
  readonly bars: readonly RaceBar[]
  readonly names: readonly string[]
  /** What all contenders get: data that can be sent to another process. */
  fixture(size: Size): Promise<unknown>
  /** How many units one call handles. */
  unitsPerCall(fixture: unknown): number
  open(name: string, fixture: unknown): Promise<Contender>
  /** The right answer. */
  expected(name: string, fixture: unknown): unknown
}

/**
 * What a contender has to reach: its time per unit in nanoseconds, or how many times as long as the reference it takes.
 */
export interface RaceBar {
  readonly contender: string
  readonly figure: 'time' | 'ratio'
  readonly bar: Bar
}

interface RaceDefinition<Fixture> {
  readonly title: string
  readonly reference: string
  readonly net?: string
  readonly unit: string
  readonly bars?: readonly RaceBar[]
  readonly fixture: (size: Size) => Fixture | Promise<Fixture>
  readonly unitsPerCall?: (fixture: Fixture) => number
  readonly contenders: Readonly<
    Record<string, (fixture: Fixture) => Contender | Promise<Contender>>
  >
  readonly expected: (fixture: Fixture, name: string) => unknown
}

/**
 * Completes a race. The reference takes part twice: how far the two are apart is the noise.
 *
 * @throws Error for a reference, a bar or a `net` that is no contender
 */
export function defineRace<Fixture>(definition: RaceDefinition<Fixture>): Race {
  const { fixture, expected, unitsPerCall = () => 1, bars = [], ...rest } = definition
  const { contenders: given, ...named } = rest
  const { reference, net = reference } = named
  const again = given[reference]
  const contenders = { ...given, ...(again !== undefined && { [`${reference}, again`]: again }) }
  const names = Object.keys(contenders)
  for (const name of [reference, net, ...bars.map(({ contender }) => contender)])
    if (!names.includes(name)) throw new Error(`"${name}" is not a contender`)
  return {
    ...named,
    bars,
    names,
    fixture: async (size) => fixture(size),
    unitsPerCall: (data) => unitsPerCall(data as Fixture),
    async open(name, data) {
      const make = contenders[name]
      if (make === undefined) throw new Error(`"${name}" is not a contender`)
      return make(data as Fixture)
    },
    expected: (name, data) => expected(data as Fixture, name),
  }
}
