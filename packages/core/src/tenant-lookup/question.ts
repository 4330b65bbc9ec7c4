import type { DirectoryAnswer, TenantDirectory } from '../directory/directory.ts'
import type { PreparedTenant } from '../tenant.ts'

/** A way to ask a directory for a tenant, and to tell whether the answer is the one that was asked for. */
export interface Question {
  ask(key: string, options: { signal: AbortSignal }): DirectoryAnswer
  owns(key: string, tenant: PreparedTenant): boolean
  /** Whether a record of this id, though broken, can be the one that was asked for. */
  means(key: string, id: string): boolean
}

export function byId(directory: TenantDirectory): Question {
  return {
    ask: (id, options) => directory.find(id, options),
    owns: (id, tenant) => tenant.id === id,
    means: (asked, id) => asked === id,
  }
}

export function byApiKeyHash(directory: TenantDirectory): Question {
  return {
    ask: (hash, options) => directory.findByApiKeyHash?.(hash, options),
    owns: (hash, { apiKeyHashes }) => apiKeyHashes === undefined || apiKeyHashes.has(hash),
    means: () => true,
  }
}
