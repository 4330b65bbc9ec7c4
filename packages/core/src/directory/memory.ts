import { booleanOption, ownOptions } from '../options.ts'
import { reportTenant } from '../events.ts'
import type { Tenant } from '../tenant.ts'
import type { TenantDirectory } from './directory.ts'
import { nameOf, SealedTenants, TenantLoadError } from './sealed-tenants.ts'

/** A directory in memory. */
export interface MemoryDirectory extends TenantDirectory {
  find(id: string): Tenant | undefined
  findByApiKeyHash(hash: string): Tenant | undefined
  /**
   * Adds a tenant, or replaces the one of that id; in force with the next request.
   *
   * @throws TypeError that names the tenant and the reason; the directory is then as it was
   */
  set(tenant: Tenant): void
  /** Removes a tenant; in force with the next request. Tells whether there was one. */
  delete(id: string): boolean
}

/** What {@link memoryDirectory} takes. */
export interface MemoryDirectoryOptions {
  /** Serve the tenants that are sound and report the others (`countersign:tenant`). Default: false. */
  readonly skipInvalid?: boolean
}

/**
 * Keeps tenants in memory. They are checked and their keys imported at once; the records are copies, frozen.
 *
 * @throws TypeError that names every bad tenant and its reason
 */
export function memoryDirectory(
  tenants: Iterable<Tenant> = [],
  options: MemoryDirectoryOptions = {},
): MemoryDirectory {
  const own = ownOptions('memoryDirectory', options, ['skipInvalid'])
  const skipInvalid = booleanOption('memoryDirectory: option "skipInvalid"', own.skipInvalid, false)
  if (typeof tenants !== 'object' || tenants === null || !(Symbol.iterator in tenants))
    throw new TypeError('memoryDirectory: tenants must be a list')
  const { tenants: sealed, faults } = SealedTenants.from(tenants)
  if (faults.length > 0 && !skipInvalid) throw new TenantLoadError('memoryDirectory', faults)
  for (const fault of faults) reportTenant(fault)

  const directory: MemoryDirectory = {
    find: (id) => sealed.byId(id)?.record,
    findByApiKeyHash: (hash) => sealed.byApiKeyHash(hash)?.record,
    set(tenant) {
      try {
        sealed.set(tenant)
      } catch (error) {
        const fault = { tenant: nameOf(tenant), reason: (error as Error).message }
        throw new TenantLoadError('memoryDirectory.set', [fault])
      }
    },
    delete: (id) => sealed.delete(id),
  }
  return markLive(Object.freeze(directory), () => sealed)
}

const live = new WeakMap<object, () => SealedTenants>()

/** Marks a directory whose answers are always current and cost nothing: they are not cached. */
export function markLive<T extends TenantDirectory>(directory: T, current: () => SealedTenants): T {
  live.set(directory, current)
  return directory
}

/** What a live directory stands on at the moment; `undefined` for any other directory. */
export function liveTenants(directory: TenantDirectory): (() => SealedTenants) | undefined {
  return live.get(directory)
}
