import { randomNumbers } from '../filters/documents.ts'
import { competeAnew } from '../harness/rounds.ts'
import type { Table } from '../harness/report.ts'
import type { Size } from '../harness/size.ts'
import { openServers } from '../http/open-servers.ts'
import { FRAMEWORK_NAMES, loadServers, type Framework } from '../http/servers/index.ts'
import { makeTraffic, type Traffic } from '../http/setup.ts'
import { httpTable } from '../http/table.ts'
import { inTurns } from '../http/turns.ts'
import { widgetToken } from '../tokens/widget.ts'

export const title = 'HTTP over loopback, 10 000 tokens of 100 tenants, and 5 % first sights'

export const notes = [
  'As before, but 19 of 20 requests carry one of 10 000 tokens, and the 20th one that was never sent before. Caches hold',
  '20 000 tokens. All tenants have the same secret, so that libraries without tenants can take part; there is no floor,',
  'since a map cannot know a new token. A quick run has 1 000 tokens, and Fastify alone.',
]

const TENANTS = 100
const CACHED = 20_000
const FIRST_SIGHT = 20

export async function run(size: Size): Promise<readonly Table[]> {
  const frameworks = size.name === 'full' ? FRAMEWORK_NAMES : (['fastify'] as const)
  const tables: Table[] = []
  for (const framework of frameworks) tables.push(await measure(framework, size))
  return tables
}

async function measure(framework: Framework, size: Size): Promise<Table> {
  const traffic = makeTraffic(size.users, TENANTS, CACHED)
  const names = Object.keys(await loadServers(framework)).filter((name) => name !== 'floor')
  const tokens = mixer(traffic, size.requests)
  // Every known token is sent once before anything is measured.
  const warmUpRequests = Math.max(size.warmUpRequests, size.users)
  const wanted = { framework, names, traffic, tokens }
  const results = await competeAnew({
    generations: size.generations,
    rounds: size.httpRounds,
    open: () => openServers(wanted, { ...size, warmUpRequests }),
    runRound: inTurns,
  })
  return httpTable(framework, results, ['bare'], [])
}

/** The tokens of one round after the other: no first sight is sent twice, to whichever server. */
function mixer({ known, issuedAt }: Traffic, requests: number): () => string[] {
  const random = randomNumbers(19)
  let fresh = known.length
  return () =>
    Array.from({ length: requests }, (_, index) => {
      if (index % FIRST_SIGHT !== 0) return known[Math.floor(random() * known.length)] as string
      fresh += 1
      return widgetToken(`tenant-${fresh % TENANTS}`, `user-${fresh}`, issuedAt)
    })
}
