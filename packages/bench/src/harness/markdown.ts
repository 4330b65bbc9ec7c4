import type { Report, Section, Table } from './report.ts'
import { cells, headText } from './text.ts'

/** A report as a page of the documentation, formatted as Prettier would. */
export function reportMarkdown(report: Report): string {
  const parts = [
    '# Performance',
    `The figures of one full run, side by side with other libraries. \`${report.command}\` measures again and writes\nthis page.`,
    `A ${headText(report)}.`,
    'A figure is the median of the rounds, with the minimum and the 90th percentile of times, or the quartiles of\n' +
      'everything else. What is called "again" is the same code a second time: how far the two are apart is the noise. A\n' +
      'figure that has to reach something says so beside it: PASS or MISS.',
    ...report.sections.flatMap(sectionMarkdown),
  ]
  return `${parts.join('\n\n')}\n`
}

function sectionMarkdown({ name, title, notes, tables }: Section): string[] {
  const text = [`## ${name}: ${title}`, notes.join('\n')]
  return [...text, ...tables.flatMap((table) => [`### ${table.title}`, tableMarkdown(table)])]
}

/** A table whose columns are as wide as their widest cell. */
export function tableMarkdown(table: Table): string {
  const [head = [], ...body] = cells(table).map((line) =>
    line.map((cell) => cell.replaceAll('|', '\\|')),
  )
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...body].map((line) => line[column]?.length ?? 0)),
  )
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...body]
    .map(
      (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
    )
    .join('\n')
}
