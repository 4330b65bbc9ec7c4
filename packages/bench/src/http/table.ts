import { figure, timeFigure, withBar, type Figure, type Table } from '../harness/report.ts'
import { times, type Results } from '../harness/rounds.ts'
import { ratios } from '../harness/statistics.ts'

/** The least throughput of a server, relative to others. */
export interface HttpBar {
  readonly name: string
  readonly to: string
  readonly atLeast: number
}

/** Servers as a table: throughput by their own processor time and by the clock, and how it stands to some of them. */
export function httpTable(
  title: string,
  results: Results,
  references: readonly string[],
  bars: readonly HttpBar[],
): Table {
  const throughput = (name: string, clock: 'wall' | 'cpu'): number[] =>
    times(results, name, clock).map((time) => 1e9 / time)
  const relative = (name: string, to: string): [string, Figure] => {
    const bar = bars.find((other) => other.name === name && other.to === to)
    // More requests in the same time: the other way round than the times.
    const ratio = ratios(times(results, to, 'cpu'), times(results, name, 'cpu'))
    const atLeast = bar === undefined ? undefined : { atLeast: bar.atLeast }
    return [`relative to ${to}`, withBar(figure(ratio, 'times'), atLeast)]
  }
  const rows = [...results.keys()].map((name) => ({
    name,
    figures: {
      'requests per second of processor time': figure(throughput(name, 'cpu'), 'per second'),
      'by the clock': figure(throughput(name, 'wall'), 'per second'),
      'processor time per request': timeFigure(times(results, name, 'cpu')),
      ...Object.fromEntries(references.map((to) => relative(name, to))),
    },
  }))
  return { title, rows }
}
