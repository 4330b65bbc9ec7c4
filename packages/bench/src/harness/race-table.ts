import type { Facts, Race, RaceBar } from './race.ts'
import { figure, timeFigure, withBar, type Bar, type Table } from './report.ts'
import { times, type Results } from './rounds.ts'
import { ratios } from './statistics.ts'

/** A race as a table. Ratios are of the clock's time, round by round. */
export function raceTable(
  race: Race,
  results: Results,
  facts: Readonly<Record<string, Facts>>,
): Table {
  const { title, reference, net, unit, names, bars } = race
  const wall = (name: string): number[] => times(results, name, 'wall')
  const none = net === undefined ? undefined : wall(net)

  const rows = names.map((name) => {
    const barOf = (kind: RaceBar['figure']): Bar | undefined =>
      bars.find(({ contender, figure: meant }) => contender === name && meant === kind)?.bar
    const time = timeFigure(wall(name))
    const ratio = figure(ratios(wall(name), wall(reference), none), 'times')
    return {
      name,
      figures: {
        [`time per ${unit}`]: withBar(time, barOf('time')),
        'processor time': timeFigure(times(results, name, 'cpu')),
        // What is taken off would be nothing against something.
        ...(name !== net && { [`relative to ${reference}`]: withBar(ratio, barOf('ratio')) }),
        ...facts[name],
      },
    }
  })
  return { title, rows }
}
