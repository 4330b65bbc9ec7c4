import { reportTenant } from '../events.ts'
import type { PreparedTenant } from '../tenant.ts'
import type { TenantLookup, TenantLookupOptions } from '../tenant-lookup.ts'
import { createFlights, type Traffic } from './flights.ts'
import { byApiKeyHash, byId, type Question } from './question.ts'
import { createRecordReader } from './record-reader.ts'
import { unavailable } from './unavailable.ts'
import { warm } from './warm.ts'

const REMEMBERED = 10_000

/** Look-ups that ask the directory every time, though once for all who ask at the same time. */
export function createUncachedLookup({
  directory,
  fits,
  timeoutMs,
  now,
}: TenantLookupOptions): TenantLookup {
  // No verdict rests on it: it only saves importing the same keys again.
  const reader = createRecordReader(fits, REMEMBERED)
  const traffic: Traffic = { calls: 0, waiters: 0 }

  function asking(question: Question): {
    find: (key: string) => Promise<PreparedTenant | undefined>
    drop: (key: string) => void
    dropAll: () => void
  } {
    function failed(): never {
      reportTenant({ tenant: 'unknown', reason: 'the directory failed or timed out' })
      throw unavailable()
    }
    const flights = createFlights(
      question,
      {
        landed(key, record, _flight, isCurrent) {
          const reading = reader.read(record, question, key, isCurrent)
          if (reading === 'broken' || reading === 'garbage') throw unavailable()
          return reading
        },
        failed,
      },
      traffic,
      timeoutMs,
    )
    return {
      ...flights,
      find(key) {
        const flight = flights.get(key)
        if (flight !== undefined) return flights.join(flight)
        if (!flights.hasRoom(false)) throw unavailable('too many look-ups at once')
        return flights.join(flights.start(key, { askedAt: now(), isStranger: false }))
      },
    }
  }

  const ids = asking(byId(directory))
  const apiKeys = asking(byApiKeyHash(directory))
  return {
    byId: ids.find,
    byApiKeyHash: apiKeys.find,
    hold: () => undefined,
    invalidate(id) {
      reader.forget(id)
      ids.drop(id)
      apiKeys.dropAll()
    },
    warm: (tenantIds) => warm(tenantIds, ids.find, undefined),
  }
}
