import type { TenantDirectory } from '@countersign/core'
import { defineRace, type Contender, type Race } from '../harness/race.ts'
import { count } from '../harness/report.ts'
import { databaseDirectory, tenantsInMemory, widgetAuthenticator } from '../tenants/service.ts'
import { zipfVisits } from '../tenants/visits.ts'
import { identified } from '../tokens/identified.ts'
import { rightVerdicts, type Probes } from '../tokens/probes.ts'
import { nowInSeconds, widgetProbes, widgetToken } from '../tokens/widget.ts'
import {
  emptyContender,
  requestsWith,
  verifierContender,
  type Carrier,
  type Verify,
} from '../tokens/wire.ts'

export const title = 'one tenant, and a hundred thousand'

export const notes = [
  'The same 100 000 users in each case, 20 000 in a quick run, each with one token, some far more often than others (Zipf):',
  'they belong to one tenant, to 1 000, or each to a tenant of its own. Caches are large enough for all of them, and every',
  'token has been seen before; "at once" is how many requests were answered without a promise. One user alone is beside',
  'them: a token that is always in the processor’s cache. What making the requests takes is taken off.',
]

const HELD = 150_000
const CACHES = {
  tokenCache: { maxEntries: HELD, maxBytes: 2 ** 30 },
  directoryCache: { maxEntries: HELD, ttl: 86_400 },
}
const CARRIER: Carrier = {
  header: 'authorization',
  prefix: 'Bearer ',
  beside: ['x-requested-with', 'widget'],
}
const EMPTY = 'an empty call'
const EACH = 'a tenant for each user'

interface Visits {
  readonly population: number
  /** Who comes, one after the other. */
  readonly users: readonly number[]
  readonly issuedAt: number
  readonly probes: Probes
}

interface Opened {
  readonly directory: TenantDirectory
  readonly calls: () => number
}

const DIRECTORIES: Readonly<Record<string, (tenants: number) => Opened>> = {
  'tenants in memory': (tenants) => ({ directory: tenantsInMemory(tenants), calls: () => 0 }),
  'tenants in a database, cached'(tenants) {
    const directory = databaseDirectory(tenants)
    return { directory, calls: directory.calls }
  },
}

export const races: readonly Race[] = Object.entries(DIRECTORIES).map(([name, open]) => {
  const contender = (tenants: number, visits: Visits) => visit(open(tenants), tenants, visits)
  return defineRace<Visits>({
    title: name,
    reference: '1 tenant',
    net: EMPTY,
    unit: 'request',
    bars: [{ contender: EACH, figure: 'ratio', bar: { atMost: 1.3 } }],
    fixture({ population, visits }) {
      const issuedAt = nowInSeconds()
      const probes = widgetProbes('tenant-0', issuedAt)
      return { population, users: zipfVisits(population, visits), issuedAt, probes }
    },
    contenders: {
      [EMPTY]: (visits) => emptyContender(tokensOf(visits, 1), CARRIER),
      '1 tenant': (visits) => contender(1, visits),
      '1 000 tenants': (visits) => contender(1000, visits),
      [EACH]: (visits) => contender(visits.population, visits),
      '1 tenant with one user': (visits) => contender(1, { ...visits, users: [0] }),
    },
    expected: ({ probes }, who) => (who === EMPTY ? 'nothing' : rightVerdicts(probes)),
  })
})

/** The visitors' tokens, as the visitors come. */
function tokensOf({ users, issuedAt }: Visits, tenants: number): string[] {
  const tokens = new Map<number, string>()
  return users.map((user) => {
    const token =
      tokens.get(user) ?? widgetToken(`tenant-${user % tenants}`, `user-${user}`, issuedAt)
    tokens.set(user, token)
    return token
  })
}

async function visit(
  { directory, calls }: Opened,
  tenants: number,
  visits: Visits,
): Promise<Contender> {
  const tokens = tokensOf(visits, tenants)
  const authenticator = widgetAuthenticator(directory, CACHES)
  const verify: Verify = (request) => identified(authenticator.authenticate(request))
  const distinct = [...new Set(tokens)]
  const next = requestsWith(distinct, CARRIER)
  for (const _ of distinct) await verify(next())

  const measured = verifierContender(verify, tokens, visits.probes, CARRIER)
  let requests = 0
  let atOnce = 0
  return {
    answer: () => measured.answer(),
    call() {
      const user = measured.call()
      requests += 1
      if (!(user instanceof Promise)) atOnce += 1
      return user
    },
    facts: () => ({
      'at once': count((100 * atOnce) / requests, 'percent'),
      'directory calls': count(calls()),
    }),
  }
}
