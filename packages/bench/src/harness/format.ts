import { passes, type Figure, type Unit } from './report.ts'

/** A figure as text: three digits that count, in a unit that suits it. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'ns':
      return scaled(value, [
        ['ns', 1],
        ['µs', 1e3],
        ['ms', 1e6],
        ['s', 1e9],
      ])
    case 'bytes':
      return scaled(value, [
        ['B', 1],
        ['kB', 1e3],
        ['MB', 1e6],
        ['GB', 1e9],
      ])
    case 'per second':
      return `${grouped(Math.round(value))}/s`
    case 'times':
      return `${digits(value)}x`
    case 'percent':
      return `${digits(value)} %`
    case 'count':
      return grouped(value)
    default:
      return unit satisfies never
  }
}

/** A figure with its spread, and how it stands to its bar. */
export function formatFigure(figure: Figure): string {
  const { value, low, high, unit, bar } = figure
  const spread =
    low === undefined || high === undefined
      ? ''
      : ` (${formatValue(low, unit)} to ${formatValue(high, unit)})`
  const text = formatValue(value, unit) + spread
  if (bar === undefined) return text
  const wanted =
    'atLeast' in bar
      ? `>= ${formatValue(bar.atLeast, unit)}`
      : `<= ${formatValue(bar.atMost, unit)}`
  return `${text} ${passes(figure) === true ? 'PASS' : 'MISS'} ${wanted}`
}

function scaled(value: number, scales: readonly (readonly [string, number])[]): string {
  const fitting = scales.filter(
    ([, size], index) => index === 0 || Math.abs(value) >= size * 0.9995,
  )
  const [name, size] = fitting.at(-1) ?? ['', 1]
  return `${digits(value / size)} ${name}`
}

function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return grouped(Math.round(value))
  return value.toFixed(size >= 9.995 ? 1 : 2)
}

// A thin way of grouping that is the same in every locale.
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ')
}
