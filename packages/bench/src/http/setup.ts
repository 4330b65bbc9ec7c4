import { nowInSeconds, widgetProbes, widgetToken } from '../tokens/widget.ts'

/** What a server is told when it starts. */
export interface ServerSetup {
  readonly tenants: readonly string[]
  /** Tokens that the floor has in its map. */
  readonly known: readonly string[]
  /** How many tokens a cache may hold, for those that have one. */
  readonly cacheEntries: number
}

/** A server's setup, and what it is sent. */
export interface Traffic extends ServerSetup {
  readonly probes: Readonly<Record<string, string>>
  readonly issuedAt: number
}

/** Users spread over tenants, each with one token. */
export function makeTraffic(users: number, tenants: number, cacheEntries: number): Traffic {
  const issuedAt = nowInSeconds()
  const ids = Array.from({ length: tenants }, (_, index) => `tenant-${index}`)
  const known = Array.from({ length: users }, (_, index) =>
    widgetToken(`tenant-${index % tenants}`, `user-${index}`, issuedAt),
  )
  return {
    tenants: ids,
    known,
    cacheEntries,
    issuedAt,
    probes: widgetProbes('tenant-0', issuedAt),
  }
}
