import type { Tenant, TenantDirectory } from '@countersign/core'

type Answer = Awaited<ReturnType<TenantDirectory['find']>>

/** A directory of the service's own that answers whatever it likes. */
export function directory(answer: (id: string) => unknown): TenantDirectory {
  return {
    find: (id) => answer(id) as Answer,
    findByApiKeyHash: (hash) => answer(hash) as Answer,
  }
}

/** A directory that answers later, as one in a database does, and counts. */
export function database(
  tenants: readonly Tenant[],
): TenantDirectory & { readonly calls: string[] } {
  const calls: string[] = []
  const records = new Map(tenants.map((tenant) => [tenant.id, tenant]))
  return {
    calls,
    async find(id) {
      calls.push(id)
      await Promise.resolve()
      return records.get(id)
    },
  }
}

/** For members and methods that must not be touched. */
export function thrower(): never {
  throw new Error('hostile')
}
