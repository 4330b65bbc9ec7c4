import type { Tenant } from '../tenant.ts'

/**
 * Where tenants are looked up: anything with a `find`.
 *
 * `null` or `undefined` means that there is no such tenant. Throw, or reject, for anything else: an outage
 * is answered with 503 and never with "unknown". Pass the signal on to what you wait for; it is aborted
 * after `lookupTimeout`. What fails is left alone for a moment, longer each time, up to 30 seconds.
 */
export interface TenantDirectory {
  find(id: string, options: { signal: AbortSignal }): DirectoryAnswer
  /** Needed by profiles with API keys. The hash is `'sha256:'` and 64 lower-case hex digits. */
  findByApiKeyHash?(hash: string, options: { signal: AbortSignal }): DirectoryAnswer
}

/** What a directory answers, at once or later. */
export type DirectoryAnswer = Tenant | null | undefined | PromiseLike<Tenant | null | undefined>
