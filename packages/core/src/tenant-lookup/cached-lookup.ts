import type { TenantLookup, TenantLookupOptions } from '../tenant-lookup.ts'
import type { Traffic } from './flights.ts'
import { byApiKeyHash, byId, type Question } from './question.ts'
import { createRecordReader } from './record-reader.ts'
import { createRecords, type Records } from './records.ts'
import { warm } from './warm.ts'

/** Look-ups in a directory whose records are held: by id and by API key apart, so that the two cannot meet. */
export function createCachedLookup(
  options: TenantLookupOptions,
  cache: { readonly maxEntries: number; readonly ttl: number; readonly maxStale: number },
): TenantLookup {
  const { directory, fits, timeoutMs, now, random = Math.random } = options
  const reader = createRecordReader(fits, cache.maxEntries)
  const traffic: Traffic = { calls: 0, waiters: 0 }

  function recordsOf(
    question: Question,
    told: { isKnown: (key: string) => boolean; onGone: (key: string) => void },
  ): Records {
    return createRecords({ question, reader, traffic, timeoutMs, now, random, ...cache, ...told })
  }

  const ids = recordsOf(byId(directory), {
    isKnown: (id) => reader.has(id),
    onGone(id) {
      reader.forget(id)
      apiKeys?.invalidateTenant(id)
    },
  })
  // Memory is set aside for as many entries as there may be: not for profiles without API keys.
  let apiKeys: Records | undefined
  const byHash = (): Records =>
    (apiKeys ??= recordsOf(byApiKeyHash(directory), {
      isKnown: () => false,
      onGone: () => undefined,
    }))

  return {
    byId: ids.find,
    byApiKeyHash: (hash) => (apiKeys ?? byHash()).find(hash),
    hold: (tenant) => ids.hold(tenant.id, tenant),
    invalidate(id) {
      reader.forget(id)
      ids.invalidate(id)
      apiKeys?.invalidateTenant(id)
    },
    warm: (tenantIds) =>
      warm(
        tenantIds,
        ids.load,
        options.apiKeys === true ? (hash) => byHash().load(hash) : undefined,
      ),
  }
}
