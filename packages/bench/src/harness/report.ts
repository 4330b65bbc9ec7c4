import type { Machine } from './machine.ts'
import { summarise } from './statistics.ts'

export type Unit = 'ns' | 'per second' | 'times' | 'percent' | 'bytes' | 'count'

/** What a figure has to reach. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number }

/** A figure: the median of the rounds, and where the others lie. What was counted once has no spread. */
export interface Figure {
  readonly value: number
  readonly unit: Unit
  readonly low?: number
  readonly high?: number
  readonly bar?: Bar
}

/** Figures of several contenders; the keys of `figures` are the columns. */
export interface Table {
  readonly title: string
  readonly rows: readonly {
    readonly name: string
    readonly figures: Readonly<Record<string, Figure>>
  }[]
}

/** What a scenario found. */
export interface Section {
  readonly name: string
  readonly title: string
  readonly notes: readonly string[]
  readonly tables: readonly Table[]
}

/** A run of the bench. */
export interface Report {
  readonly machine: Machine
  readonly size: string
  readonly command: string
  /** ISO 8601. */
  readonly date: string
  readonly seconds: number
  readonly sections: readonly Section[]
  /** Scenarios that could not be measured, and why. */
  readonly broken: readonly { readonly name: string; readonly reason: string }[]
}

/** The median, with minimum and 90th percentile: for times, where only the slow side has a tail. */
export function timeFigure(values: readonly number[]): Figure {
  const { min, median, p90 } = summarise(values)
  return { value: median, low: min, high: p90, unit: 'ns' }
}

/** The median, with the quartiles. */
export function figure(values: readonly number[], unit: Unit): Figure {
  const { lowerQuartile, median, upperQuartile } = summarise(values)
  return { value: median, low: lowerQuartile, high: upperQuartile, unit }
}

/** What was counted once. */
export function count(value: number, unit: Unit = 'count'): Figure {
  return { value, unit }
}

/** The figure, with what it has to reach. */
export function withBar(given: Figure, bar: Bar | undefined): Figure {
  return bar === undefined ? given : { ...given, bar }
}

/** Whether a figure reaches its bar; `undefined` where it has none. */
export function passes({ value, bar }: Figure): boolean | undefined {
  if (bar === undefined) return undefined
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost
}

/** All figures of a report that have a bar. */
export function barred({ sections }: Report): Figure[] {
  return sections
    .flatMap(({ tables }) => tables)
    .flatMap(({ rows }) => rows.flatMap(({ figures }) => Object.values(figures)))
    .filter(({ bar }) => bar !== undefined)
}
