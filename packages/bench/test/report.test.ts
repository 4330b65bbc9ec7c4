import { describe, expect, it } from 'vitest'
import { formatFigure, formatValue } from '../src/harness/format.ts'
import { reportMarkdown, tableMarkdown } from '../src/harness/markdown.ts'
import { defineRace } from '../src/harness/race.ts'
import { raceTable } from '../src/harness/race-table.ts'
import { barred, count, passes, withBar, type Report, type Table } from '../src/harness/report.ts'
import { reportText } from '../src/harness/text.ts'

const race = defineRace<null>({
  title: 'a race',
  reference: 'ours',
  net: 'empty',
  unit: 'call',
  bars: [
    { contender: 'theirs', figure: 'ratio', bar: { atLeast: 4 } },
    { contender: 'ours', figure: 'time', bar: { atMost: 15 } },
  ],
  fixture: () => null,
  contenders: Object.fromEntries(
    ['empty', 'ours', 'theirs'].map((name) => [
      name,
      () => ({ answer: () => name, call: () => 0 }),
    ]),
  ),
  expected: (_, name) => name,
})

const rounds = (...walls: number[]) => walls.map((wall) => ({ operations: 1, wall, cpu: wall }))
const results = new Map([
  ['empty', rounds(10, 10, 10)],
  ['ours', rounds(20, 30, 20)],
  ['theirs', rounds(60, 110, 40)],
  ['ours, again', rounds(20, 30, 20)],
])
const table = raceTable(race, results, { ours: { 'at once': count(50, 'percent') } })

const report: Report = {
  machine: { cpu: 'a', cores: 2, memoryGiB: 4, node: '20', v8: '11', system: 'b', load: 0.5 },
  size: 'full',
  command: 'npm run bench',
  date: '2026-01-02T03:04:05Z',
  seconds: 7,
  sections: [{ name: 'a', title: 'b', notes: ['c'], tables: [table] }],
  broken: [],
}

describe('raceTable', () => {
  it('compares what is left after the empty call, round by round', () => {
    const theirs = table.rows.find(({ name }) => name === 'theirs')?.figures
    expect(theirs?.['relative to ours']).toMatchObject({ value: 5, unit: 'times' })
    expect(theirs?.['time per call']).toMatchObject({ value: 60, low: 40, unit: 'ns' })
  })

  it('does not compare the empty call with anything, and has the reference twice', () => {
    const [empty] = table.rows
    expect(Object.keys(empty?.figures ?? {})).toEqual(['time per call', 'processor time'])
    expect(table.rows.map(({ name }) => name)).toEqual(['empty', 'ours', 'theirs', 'ours, again'])
  })

  it('puts bars to the figures they are about', () => {
    expect(barred(report).map(passes)).toEqual([false, true])
  })
})

describe('defineRace', () => {
  it('refuses a reference, a bar or an empty call that does not take part', () => {
    const contenders = { ours: () => ({ answer: () => 0, call: () => 0 }) }
    const base = { title: 't', reference: 'ours', unit: 'u', fixture: () => 0, expected: () => 0 }
    expect(() => defineRace({ ...base, contenders })).not.toThrow()
    expect(() => defineRace({ ...base, contenders, net: 'empty' })).toThrow('"empty"')
    expect(() => defineRace({ ...base, contenders, reference: 'theirs' })).toThrow('"theirs"')
  })
})

describe('figures as text', () => {
  it.each([
    [12.34, 'ns', '12.3 ns'],
    [999.7, 'ns', '1.00 µs'],
    [1234, 'ns', '1.23 µs'],
    [2.5e9, 'ns', '2.50 s'],
    [123_456, 'per second', '123 456/s'],
    [0.954, 'times', '0.95x'],
    [149.6e6, 'bytes', '150 MB'],
    [1_000_000, 'count', '1 000 000'],
    [0, 'bytes', '0.00 B'],
  ] as const)('writes %d %s as %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text)
  })

  it('says whether a bar was reached beside the figure', () => {
    const figure = { value: 3, low: 2, high: 4, unit: 'times' } as const
    expect(formatFigure(withBar(figure, { atLeast: 3 }))).toBe(
      '3.00x (2.00x to 4.00x) PASS >= 3.00x',
    )
    expect(formatFigure(withBar(figure, { atMost: 2.9 }))).toBe(
      '3.00x (2.00x to 4.00x) MISS <= 2.90x',
    )
    expect(passes(figure)).toBeUndefined()
  })
})

describe('reports', () => {
  it('name the machine, count the bars, and say what is broken', () => {
    const text = reportText({ ...report, broken: [{ name: 'x', reason: 'why' }] })
    expect(text).toContain(
      'full run of 2026-01-02 on a, 2 cores, 4 GiB, b, Node 20 (V8 11), load 0.5',
    )
    expect(text).toContain('BROKEN x: why')
    expect(text).toContain('1 of 2 bars passed, in 7 s.')
  })

  it('are a page with even tables', () => {
    expect(reportMarkdown(report)).toContain('## a: b\n\nc\n\n### a race\n\n|')
    const wide: Table = { title: 't', rows: [{ name: 'a|b', figures: { column: count(1) } }] }
    expect(tableMarkdown(wide)).toBe(
      ['|      | column |', '| ---- | ------ |', '| a\\|b | 1      |'].join('\n'),
    )
  })
})
