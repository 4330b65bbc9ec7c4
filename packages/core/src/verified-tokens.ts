import { LRUCache } from 'lru-cache'
import type { VerifiedIdentity } from './identity.ts'
import type { PreparedKey } from './keys.ts'
import type { PreparedTenant } from './tenant.ts'

/** A token that passed, with all that the verdict rests on. */
export interface VerifiedToken<Custom> {
  /** The very record that judged it: another one, be it newer or older, judges afresh. */
  readonly tenant: PreparedTenant
  readonly key: PreparedKey
  readonly identity: VerifiedIdentity<Custom>
}

/** Tokens that passed before. Only successes are kept, so that bad tokens cannot fill it. */
export interface VerifiedTokens<Custom> {
  get(token: string): VerifiedToken<Custom> | undefined
  set(token: string, verified: VerifiedToken<Custom>): void
}

/**
 * A bounded cache by the token's own text, which is in its one spelling by then. The text holds the tenant's
 * claim, so that no two tenants can meet in it. Nothing expires by itself: time is checked at each use.
 */
export function createVerifiedTokens<Custom>(
  bounds: false | { maxEntries: number; maxBytes: number },
): VerifiedTokens<Custom> {
  if (bounds === false) return { get: () => undefined, set: () => undefined }
  return new LRUCache<string, VerifiedToken<Custom>>({
    max: bounds.maxEntries,
    maxSize: bounds.maxBytes,
    sizeCalculation: (_verified, token) => sizeOf(token),
  })
}

// The text once, and about three times its length again in parsed claims and identity.
function sizeOf(token: string): number {
  return token.length * 4 + 512
}
