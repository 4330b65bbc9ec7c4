import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WrongAnswer } from '../src/harness/answers.ts'
import { checkServer } from '../src/http/check.ts'
import { sendRequests } from '../src/http/load.ts'
import { FRAMEWORK_NAMES, loadServers, type Framework } from '../src/http/servers/index.ts'
import { makeTraffic } from '../src/http/setup.ts'

const traffic = makeTraffic(30, 3, 100)
const running: Server[] = []

async function start(framework: Framework, name: string): Promise<number> {
  const server = await (await loadServers(framework))[name]?.(traffic)
  if (server === undefined) throw new Error(`no server "${name}"`)
  running.push(server)
  return (server.address() as AddressInfo).port
}

afterEach(() => {
  for (const server of running.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const url = (port: number): string => `http://127.0.0.1:${port}/`

describe.each(FRAMEWORK_NAMES)('the servers of %s', (framework) => {
  it('let the same tokens in, but for the bare ones', async () => {
    const names = Object.keys(await loadServers(framework))
    expect(names.slice(0, 4)).toEqual(['bare', 'bare, again', 'floor', 'countersign'])
    for (const name of names)
      await checkServer(url(await start(framework, name)), name, traffic.probes)
  })

  it('are found out where they let everyone in, or nobody', async () => {
    const bare = url(await start(framework, 'bare'))
    await expect(checkServer(bare, 'countersign', traffic.probes)).rejects.toThrow(WrongAnswer)
    const floor = url(await start(framework, 'floor'))
    await expect(checkServer(floor, 'bare', traffic.probes)).rejects.toThrow(WrongAnswer)
  })
})

describe('the load', () => {
  it('is as many requests as asked for, with every token', async () => {
    const port = await start('fastify', 'floor')
    let requests = 0
    running[0]?.on('request', () => (requests += 1))
    await sendRequests(port, 60, traffic.known)
    expect(requests).toBe(60)
  })

  it('is no figure where an answer is not 200', async () => {
    const port = await start('fastify', 'countersign')
    await expect(sendRequests(port, 40, [traffic.probes['expired'] ?? ''])).rejects.toThrow(
      WrongAnswer,
    )
  })
})
