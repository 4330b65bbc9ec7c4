import { formatFigure } from './format.ts'
import { barred, passes, type Report, type Section, type Table } from './report.ts'

/** A report for a terminal. */
export function reportText(report: Report): string {
  const bars = barred(report)
  const passed = bars.filter(passes)
  return [
    headText(report),
    ...report.sections.map(sectionText),
    ...report.broken.map(({ name, reason }) => `BROKEN ${name}: ${reason}`),
    `${passed.length} of ${bars.length} bars passed, in ${report.seconds} s.`,
  ].join('\n\n')
}

/** Where and how a report was made. */
export function headText({ machine, size, date }: Report): string {
  const { cpu, cores, memoryGiB, node, v8, system, load } = machine
  return (
    `${size} run of ${date.slice(0, 10)} on ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, ` +
    `Node ${node} (V8 ${v8}), load ${load} at the start`
  )
}

/** What one scenario found. */
export function sectionText({ name, title, notes, tables }: Section): string {
  return [
    `── ${name}: ${title}`,
    ...notes,
    ...tables.flatMap((table) => ['', tableText(table)]),
  ].join('\n')
}

/** The cells of a table, its head first. */
export function cells({ rows }: Table): string[][] {
  const columns = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))]
  const body = rows.map(({ name, figures }) => [
    name,
    ...columns.map((column) => {
      const figure = figures[column]
      return figure === undefined ? '' : formatFigure(figure)
    }),
  ])
  return [['', ...columns], ...body]
}

function tableText(table: Table): string {
  const lines = cells(table)
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [table.title, ...text.map((line) => `  ${line}`)].join('\n')
}
