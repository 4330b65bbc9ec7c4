import type { Server } from 'node:http'
import type { ServerSetup } from '../setup.ts'

/** A server that listens on a port of its own choice. `GET /` is what is measured, `GET /who` says who is asking. */
export type StartServer = (setup: ServerSetup) => Promise<Server>

/** What every server answers on `/`. */
export const ANSWER = { ok: true, articles: ['getting-started', 'signing-tokens', 'errors'] }

/** The header's text and what the floor attaches for it. */
export function floorMap({ known }: ServerSetup): ReadonlyMap<string, { readonly userId: string }> {
  return new Map(known.map((token, index) => [`Bearer ${token}`, { userId: `user-${index}` }]))
}

/** Waits until a server listens. */
export function listening(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    if (server.listening) resolve(server)
    else server.once('listening', () => resolve(server))
  })
}
