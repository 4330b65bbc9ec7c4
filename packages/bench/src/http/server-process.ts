// One HTTP server in a process of its own, which knows what it cost.
import type { AddressInfo } from 'node:net'
import { answerQuestions } from '../harness/peer-process.ts'
import { loadServers, type Framework } from './servers/index.ts'
import type { ServerSetup } from './setup.ts'

/** What the process can be asked. The first question is `start`, whose answer is the port. */
export type ServerQuestion =
  | {
      readonly do: 'start'
      readonly framework: Framework
      readonly name: string
      readonly setup: ServerSetup
    }
  | { readonly do: 'mark' }

/** What the server has done since the last mark. */
export interface ServerMark {
  readonly requests: number
  /** Nanoseconds of processor time, of all of its threads. */
  readonly cpu: number
  /** Nanoseconds between the arrival of the first and of the last request. */
  readonly wall: number
}

let requests = 0
let first = 0
let last = 0
let cpu = process.cpuUsage()

answerQuestions(async (message) => {
  const question = message as ServerQuestion
  return question.do === 'start' ? start(question) : mark()
})

async function start({
  framework,
  name,
  setup,
}: ServerQuestion & { do: 'start' }): Promise<number> {
  const startServer = (await loadServers(framework))[name]
  if (startServer === undefined) throw new Error(`${framework} has no server "${name}"`)
  const server = await startServer(setup)
  server.on('request', () => {
    last = performance.now()
    if (requests === 0) first = last
    requests += 1
  })
  return (server.address() as AddressInfo).port
}

function mark(): ServerMark {
  const { user, system } = process.cpuUsage(cpu)
  const done = { requests, cpu: (user + system) * 1000, wall: (last - first) * 1e6 }
  requests = 0
  cpu = process.cpuUsage()
  return done
}
