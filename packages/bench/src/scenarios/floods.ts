import { FLOOD_NAMES, type FloodName } from '../floods/floods.ts'
import type { FloodQuestion } from '../floods/flood-process.ts'
import type { FloodResult } from '../floods/run-flood.ts'
import { startProcess } from '../harness/peer-process.ts'
import { count, withBar, type Figure, type Table } from '../harness/report.ts'
import type { Size } from '../harness/size.ts'

export const title = 'floods'

export const notes = [
  'A service with the default caches, a database of 100 tenants, and 1 000 users whose tokens were seen; then a flood of',
  'different tokens, 50 at a time. The peak is resident memory above the idle process, before and after which nothing is',
  'collected by force; the tokens that are on their way are in it. "Others still known" is how many tokens of the other',
  'tenants are answered at once after the flood.',
]

const MOST_MEMORY = 150e6

// What unknown tenants may cost the directory: a thousand calls at first, then fifty a second. Each of the known ones is read
// again once a minute.
const mostCalls = ({ seconds }: FloodResult): number =>
  1000 + Math.ceil(50 * seconds) + 100 * Math.ceil(seconds / 45)

export async function run({ flood: requests }: Size): Promise<readonly Table[]> {
  const rows = []
  for (const flood of FLOOD_NAMES)
    rows.push({ name: flood, figures: await measure(flood, requests) })
  return [{ title: 'one flood after the other, each in a process of its own', rows }]
}

async function measure(flood: FloodName, requests: number): Promise<Record<string, Figure>> {
  const module = new URL('../floods/flood-process.js', import.meta.url)
  const child = startProcess(module, ['--expose-gc'])
  try {
    const question: FloodQuestion = { flood, requests }
    const result = (await child.ask(question)) as FloodResult
    return {
      requests: count(result.requests),
      'by the clock': count((result.requests / result.wall) * 1e9, 'per second'),
      'processor time per request': count(result.cpu / result.requests, 'ns'),
      'peak over idle': withBar(count(result.peak, 'bytes'), { atMost: MOST_MEMORY }),
      'directory calls': withBar(count(result.directoryCalls), { atMost: mostCalls(result) }),
      'others still known': count(result.stillKnown, 'percent'),
      'cached of it': count(result.cached),
    }
  } finally {
    child.close()
  }
}
