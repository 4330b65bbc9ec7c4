import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningApp } from './host.ts'

/** What a framework gives to `createServer`; Koa's returns a promise that never rejects. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Serves a framework's listener on a free port of 127.0.0.1. */
export function listen(listener: Listener): Promise<RunningApp> {
  const server = createServer((request, response) => void listener(request, response))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        url: `http://127.0.0.1:${port}`,
        port,
        server,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}
