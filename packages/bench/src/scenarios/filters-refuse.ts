import { FilterError, parseFilters } from '@countersign/filters'
import { HOSTILE, type HostileFilter } from '../filters/hostile.ts'
import { defineRace, type Contender, type Race } from '../harness/race.ts'

export const title = 'how long a hostile filter of 16 KiB is read before it is refused'

export const notes = [
  'From parsed JSON to the refusal. The largest filters that are accepted are beside them; the text of 250 clauses takes',
  'JSON.parse as long as the line says that the others are compared with.',
]

const BARE = 'JSON.parse of 250 clauses, 16 KiB'
const LARGE = 'accepted: 250 clauses, 16 KiB'

const refused = Object.keys(HOSTILE).filter((name) => HOSTILE[name]?.answer !== 'accepted')

export const races: readonly Race[] = [
  defineRace<Readonly<Record<string, HostileFilter>>>({
    title: 'one body',
    reference: BARE,
    unit: 'body',
    bars: refused.map((contender) => ({ contender, figure: 'time', bar: { atMost: 1e6 } })),
    fixture: () => HOSTILE,
    contenders: {
      [BARE](filters) {
        const { text } = filters[LARGE] as HostileFilter
        const parse = (): unknown => JSON.parse(text)
        return { answer: () => typeof parse(), call: parse }
      },
      ...Object.fromEntries(
        Object.keys(HOSTILE).map((name) => [
          name,
          (filters: Readonly<Record<string, HostileFilter>>) =>
            reader((filters[name] as HostileFilter).text),
        ]),
      ),
    },
    expected: (filters, name) => filters[name]?.answer ?? 'object',
  }),
]

function reader(text: string): Contender {
  const json: unknown = JSON.parse(text)
  const read = (): string => {
    try {
      parseFilters(json, { source: 'body' })
      return 'accepted'
    } catch (error) {
      if (error instanceof FilterError) return error.code
      throw error
    }
  }
  return { answer: read, call: read }
}
