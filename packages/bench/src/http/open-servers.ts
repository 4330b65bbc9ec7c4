import { startProcess, type PeerProcess } from '../harness/peer-process.ts'
import type { Entrant, Sample } from '../harness/rounds.ts'
import type { Size } from '../harness/size.ts'
import { checkServer } from './check.ts'
import { sendRequests } from './load.ts'
import type { ServerMark, ServerQuestion } from './server-process.ts'
import type { Framework } from './servers/index.ts'
import type { Traffic } from './setup.ts'
import { takeTurns, type Stoppable } from './turns.ts'

/** Which servers to start, and what they get. */
export interface Wanted {
  readonly framework: Framework
  readonly names: readonly string[]
  readonly traffic: Traffic
  /** The tokens of the next round. */
  readonly tokens: () => readonly string[]
}

// At a full collection V8 throws away what it learned of functions that were not called by themselves lately, such as those
// that are compiled into others: of the processes of one server, some were a tenth slower to their end. So it keeps what it
// learned, and with a heap that may be as large at the start no full collection falls into the warm-up.
const FLAGS = ['--no-flush-bytecode', '--initial-old-space-size=256']

/**
 * Starts servers, each in a process of its own, checks what they let in, and warms them up. A round is a number of
 * requests; what it costs is the server's own processor time.
 *
 * @throws WrongAnswer
 */
export async function openServers(wanted: Wanted, size: Size): Promise<(Entrant & Stoppable)[]> {
  const opened = wanted.names.map((name) => ({
    name,
    child: startProcess(new URL('server-process.js', import.meta.url), FLAGS),
  }))
  try {
    const servers: Server[] = []
    for (const { name, child } of opened)
      servers.push(await openServer(name, child, wanted, size.requests))
    // In turns as well: what stands idle for long gives memory back, and has to grow again.
    const { known } = wanted.traffic
    await takeTurns(servers, (server) => server.send(size.warmUpRequests, known))
    return servers
  } catch (error) {
    for (const { child } of opened) child.close()
    throw error
  }
}

interface Server extends Entrant, Stoppable {
  send(requests: number, tokens: readonly string[]): Promise<Sample>
}

async function openServer(
  name: string,
  child: PeerProcess,
  { framework, traffic, tokens }: Wanted,
  requests: number,
): Promise<Server> {
  const ask = (question: ServerQuestion): Promise<unknown> => child.ask(question)
  const { probes, ...setup } = traffic
  const port = (await ask({ do: 'start', framework, name, setup })) as number
  await checkServer(`http://127.0.0.1:${port}/`, name, probes)
  const send: Server['send'] = async (amount, list) => {
    await ask({ do: 'mark' })
    await sendRequests(port, amount, list)
    const done = (await ask({ do: 'mark' })) as ServerMark
    return { operations: done.requests, wall: done.wall, cpu: done.cpu }
  }
  return {
    name,
    send,
    round: () => send(requests, tokens()),
    stop: () => child.stop(),
    go: () => child.go(),
    close: () => child.close(),
  }
}
