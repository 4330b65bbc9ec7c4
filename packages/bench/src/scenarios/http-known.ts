import { competeAnew } from '../harness/rounds.ts'
import type { Table } from '../harness/report.ts'
import type { Size } from '../harness/size.ts'
import { openServers } from '../http/open-servers.ts'
import { FRAMEWORK_NAMES, loadServers, type Framework } from '../http/servers/index.ts'
import { makeTraffic } from '../http/setup.ts'
import { httpTable } from '../http/table.ts'
import { inTurns } from '../http/turns.ts'

export const title = 'HTTP over loopback, every request with the same token'

export const notes = [
  'Requests per second of the processor time of the server, which is a process of its own; autocannon runs in another.',
  'Bare is the framework alone. The floor looks the header up in a map and attaches what it finds. The same handler and',
  'the same token for all; every server checks the signature, `exp`, `iss` and `aud`, and has the secret in the form that',
  'is fastest for it. Of these, only @fastify/jwt and this project have a cache. The servers take turns of 10 ms, so that',
  'what disturbs the machine disturbs all alike; the time by the clock is that of their own turns. V8 has two flags that',
  'keep chance out of it: docs/decisions/0026. On Node 20 and 22 this project has Express keep its requests in a form that',
  'is quicker, which is why it is ahead of bare there: docs/decisions/0028.',
]

const BARS = [
  { name: 'countersign', to: 'floor', atLeast: 0.97 },
  { name: 'countersign', to: 'bare', atLeast: 0.9 },
]

export async function run(size: Size): Promise<readonly Table[]> {
  const tables: Table[] = []
  for (const framework of FRAMEWORK_NAMES) tables.push(await measure(framework, size))
  return tables
}

async function measure(framework: Framework, size: Size): Promise<Table> {
  const traffic = makeTraffic(1, 1, 10_000)
  const names = Object.keys(await loadServers(framework))
  const wanted = { framework, names, traffic, tokens: () => traffic.known }
  const results = await competeAnew({
    generations: size.httpGenerations,
    rounds: size.httpRounds,
    open: () => openServers(wanted, size),
    runRound: inTurns,
  })
  return httpTable(framework, results, ['bare', 'floor'], BARS)
}
