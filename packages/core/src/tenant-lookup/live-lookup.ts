import type { DirectoryAnswer, TenantDirectory } from '../directory/directory.ts'
import { nameOf, preparedFrom } from '../directory/sealed-tenants.ts'
import { reportTenant } from '../events.ts'
import type { PreparedTenant } from '../tenant.ts'
import { unavailable } from './unavailable.ts'
import { warm } from './warm.ts'
import type { TenantLookup } from '../tenant-lookup.ts'

// Nothing is waited for, so nothing is ever given up.
const AT_ONCE = Object.freeze({ signal: new AbortController().signal })

/** Look-ups in a directory that is always current: it is asked every time, and answers at once with a sealed record. */
export function createLiveLookup(
  directory: TenantDirectory,
  fits: (tenant: PreparedTenant) => void,
): TenantLookup {
  const fitting = new WeakMap<object, PreparedTenant>()

  function ready(record: DirectoryAnswer): PreparedTenant | undefined {
    if (record === undefined) return undefined
    return fitting.get(record as object) ?? prepare(record as object)
  }

  function prepare(record: object): PreparedTenant {
    const tenant = preparedFrom(record) as PreparedTenant
    try {
      fits(tenant)
    } catch (error) {
      reportTenant({ tenant: nameOf(tenant), reason: (error as Error).message })
      throw unavailable()
    }
    fitting.set(record, tenant)
    return tenant
  }

  const find = (id: string): PreparedTenant | undefined => ready(directory.find(id, AT_ONCE))
  return {
    byId: find,
    byApiKeyHash: (hash) => ready(directory.findByApiKeyHash?.(hash, AT_ONCE)),
    invalidate: () => undefined,
    warm: (ids) => warm(ids, find, undefined),
  }
}
