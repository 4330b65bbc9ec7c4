import { startProcess, type PeerProcess } from '../harness/peer-process.ts'
import type { Entrant } from '../harness/rounds.ts'
import type { Size } from '../harness/size.ts'
import { checkServer } from './check.ts'
import { sendRequests } from './load.ts'
import type { ServerMark, ServerQuestion } from './server-process.ts'
import type { Framework } from './servers/index.ts'
import type { Traffic } from './setup.ts'

/** Which servers to start, and what they get. */
export interface Wanted {
  readonly framework: Framework
  readonly names: readonly string[]
  readonly traffic: Traffic
  /** The tokens of the next round. */
  readonly tokens: () => readonly string[]
}

/**
 * Starts servers, each in a process of its own, checks what they let in, and warms them up. A round is a number of
 * requests; what it costs is the server's own processor time.
 *
 * @throws WrongAnswer
 */
export async function openServers(wanted: Wanted, size: Size): Promise<Entrant[]> {
  const opened = wanted.names.map((name) => ({
    name,
    child: startProcess(new URL('server-process.js', import.meta.url)),
  }))
  try {
    const entrants: Entrant[] = []
    for (const { name, child } of opened) entrants.push(await openServer(name, child, wanted, size))
    return entrants
  } catch (error) {
    for (const { child } of opened) child.close()
    throw error
  }
}

async function openServer(
  name: string,
  child: PeerProcess,
  { framework, traffic, tokens }: Wanted,
  { requests, warmUpRequests }: Size,
): Promise<Entrant> {
  const ask = (question: ServerQuestion): Promise<unknown> => child.ask(question)
  const { probes, ...setup } = traffic
  const port = (await ask({ do: 'start', framework, name, setup })) as number
  await checkServer(`http://127.0.0.1:${port}/`, name, probes)
  await sendRequests(port, warmUpRequests, traffic.known)
  return {
    name,
    async round() {
      const next = tokens()
      await ask({ do: 'mark' })
      await sendRequests(port, requests, next)
      const done = (await ask({ do: 'mark' })) as ServerMark
      return { operations: done.requests, wall: done.wall, cpu: done.cpu }
    },
    close: () => child.close(),
  }
}
