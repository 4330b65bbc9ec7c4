import { mergeFilters, parseFilters, type Filters } from '@countersign/filters'
import { toPostgres, type PostgresOptions } from '@countersign/filters/postgres'
import { BODY_TEXT, DROPPED, MERGED_TEXT, TOKEN_TEXT } from '../filters/pair.ts'
import { defineRace, type Race } from '../harness/race.ts'

export const title = 'parse, merge and compile a pair of ten clauses each to PostgreSQL'

export const notes = [
  'The signed filter and the body are parsed JSON already, as a framework hands them over; the text of the body takes',
  'JSON.parse as long as the last line says. The steps are timed alone as well.',
]

interface Pair {
  readonly token: string
  readonly body: string
}

/** Everything in one `jsonb` column, and every attribute in a column of its own. */
const TARGETS: Readonly<Record<string, PostgresOptions>> = {
  'a jsonb column': { column: 'd.attributes' },
  'columns of their own': {
    columns: {
      ...Object.fromEntries(
        ['org', 'product', 'lang', 'status', 'tier', 'version', 'kind', 'author', 'region'].map(
          (key) => [key, `d.${key}`],
        ),
      ),
      public: { name: 'd.public', type: 'boolean' },
      priority: { name: 'd.priority', type: 'integer' },
      tags: { name: 'd.tags', type: 'text', multiple: true },
      teams: { name: 'd.teams', type: 'text', multiple: true },
    },
  },
}

// In the jsonb column each of the 33 values is asked for alone and in a list; a column takes a list for each clause.
const PARAMETERS: Readonly<Record<string, number>> = {
  'a jsonb column': 66,
  'columns of their own': 18,
}

export const races: readonly Race[] = Object.entries(TARGETS).map(([target, options]) => {
  const compile = (filters: Filters | undefined): ReturnType<typeof toPostgres> => {
    if (filters === undefined) throw new Error('the pair has filters')
    return toPostgres(filters, options)
  }
  const parameters = PARAMETERS[target]
  return defineRace<Pair>({
    title: target,
    reference: 'parse, merge and compile',
    unit: 'request',
    bars: [{ contender: 'parse, merge and compile', figure: 'time', bar: { atMost: 20_000 } }],
    fixture: () => ({ token: TOKEN_TEXT, body: BODY_TEXT }),
    contenders: {
      'parse, merge and compile'(pair) {
        const token: unknown = JSON.parse(pair.token)
        const body: unknown = JSON.parse(pair.body)
        const whole = () => mergeFilters(parseToken(token), parseBody(body))
        return {
          answer() {
            const { filters, dropped } = whole()
            return { parameters: compile(filters).values.length, dropped, filters }
          },
          call: () => compile(whole().filters),
        }
      },
      'parse alone'(pair) {
        const token: unknown = JSON.parse(pair.token)
        const body: unknown = JSON.parse(pair.body)
        return {
          answer: () => [parseToken(token), parseBody(body)],
          call: () => [parseToken(token), parseBody(body)],
        }
      },
      'merge alone'(pair) {
        const { token, body } = parsePair(pair)
        return {
          answer: () => mergeFilters(token, body),
          call: () => mergeFilters(token, body),
        }
      },
      'compile alone'(pair) {
        const { token, body } = parsePair(pair)
        const { filters } = mergeFilters(token, body)
        return { answer: () => compile(filters).values.length, call: () => compile(filters) }
      },
      'JSON.parse of the body': ({ body }) => ({
        answer: () => JSON.parse(body) as unknown,
        call: () => JSON.parse(body) as unknown,
      }),
    },
    expected({ token, body }, name) {
      const filters: unknown = JSON.parse(MERGED_TEXT)
      if (name === 'parse alone') return [JSON.parse(token), JSON.parse(body)]
      if (name === 'merge alone') return { filters, dropped: DROPPED }
      if (name === 'compile alone') return parameters
      if (name === 'JSON.parse of the body') return JSON.parse(body)
      return { parameters, dropped: DROPPED, filters }
    },
  })
})

const parseToken = (json: unknown): Filters => parseFilters(json, { source: 'token' })
const parseBody = (json: unknown): Filters => parseFilters(json, { source: 'body' })

function parsePair({ token, body }: Pair): { token: Filters; body: Filters } {
  return { token: parseToken(JSON.parse(token)), body: parseBody(JSON.parse(body)) }
}
