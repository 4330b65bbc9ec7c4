import { mergeFilters, parseFilters } from '@countersign/filters'
import { BODY_TEXT, DROPPED, MERGED_TEXT, TOKEN_TEXT } from '../filters/pair.ts'
import { defineRace, type Race } from '../harness/race.ts'
import { figure, timeFigure, withBar, type Table } from '../harness/report.ts'
import { compete, times } from '../harness/rounds.ts'
import { openEntrants } from '../harness/run-race.ts'
import type { Size } from '../harness/size.ts'
import { ratios } from '../harness/statistics.ts'
import { openServers } from '../http/open-servers.ts'
import { makeTraffic } from '../http/setup.ts'

export const title = 'a merge of ten clauses with ten, beside a bare Fastify request'

export const notes = [
  'Processor time of a merge, and of a request over loopback to a Fastify without anything. The signed filter was parsed',
  'when its token was first seen; that of the body is parsed for every request that has one, which the second line adds.',
]

const MERGE = 'merge'
const PARSE_AND_MERGE = 'parse the body and merge'
const BARE = 'bare'

const merges = defineRace<{ readonly token: string; readonly body: string }>({
  title: MERGE,
  reference: MERGE,
  unit: 'request',
  fixture: () => ({ token: TOKEN_TEXT, body: BODY_TEXT }),
  contenders: {
    [MERGE](pair) {
      const token = parseFilters(JSON.parse(pair.token), { source: 'token' })
      const body = parseFilters(JSON.parse(pair.body), { source: 'body' })
      const call = () => mergeFilters(token, body)
      return { answer: call, call }
    },
    [PARSE_AND_MERGE](pair) {
      const token = parseFilters(JSON.parse(pair.token), { source: 'token' })
      const body: unknown = JSON.parse(pair.body)
      const call = () => mergeFilters(token, parseFilters(body, { source: 'body' }))
      return { answer: call, call }
    },
  },
  expected: () => ({ filters: JSON.parse(MERGED_TEXT) as unknown, dropped: DROPPED }),
})

export const races: readonly Race[] = [merges]

/** Sets the race beside requests, in the same rounds. */
export async function run(size: Size): Promise<readonly Table[]> {
  const traffic = makeTraffic(1, 1, 1)
  const wanted = {
    framework: 'fastify',
    names: [BARE, `${BARE}, again`],
    traffic,
    tokens: () => traffic.known,
  } as const
  const servers = await openServers(wanted, size)
  try {
    const entrants = await openEntrants(merges, { scenario: 'filters-merge', race: 0 }, size)
    try {
      const results = await compete([...entrants, ...servers], size.generations * size.httpRounds)
      const cpu = (name: string): number[] => times(results, name, 'cpu')
      const rows = [...results.keys()].map((name) => {
        const share = ratios(cpu(name), cpu(BARE)).map((ratio) => ratio * 100)
        const bar = name === MERGE ? { atMost: 5 } : undefined
        return {
          name: name.startsWith(BARE) ? `Fastify, ${name}` : name,
          figures: {
            'processor time': timeFigure(cpu(name)),
            'of a bare request': withBar(figure(share, 'percent'), bar),
          },
        }
      })
      return [{ title: 'one request', rows }]
    } finally {
      for (const entrant of entrants) entrant.close()
    }
  } finally {
    for (const server of servers) server.close()
  }
}
