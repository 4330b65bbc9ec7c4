import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves on the loopback interface: on this port, or where it is taken, on a free one. */
export async function listen(
  app: RequestListener,
  port: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error('PORT is not a port')
  const server = createServer(app)
  try {
    await once(server.listen(Number(port), '127.0.0.1'), 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    console.log(`Port ${port} is taken, so this takes a free one.`)
    await once(server.listen(0, '127.0.0.1'), 'listening')
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
