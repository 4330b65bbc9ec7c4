import { LRUCache } from 'lru-cache'
import type { Awaitable } from './awaitable.ts'
import { AuthError } from './errors.ts'
import { COOLDOWN, HeldKeySet, type KeySetRules } from './held-key-set.ts'
import type { PreparedKeySet } from './key-set.ts'
import { isActive, keysInOrder, type NamedKey, type PreparedKey } from './keys.ts'
import type { PreparedTenant } from './tenant.ts'

/** A tenant that publishes keys. All others pass by this file. */
export type TenantWithKeySets = PreparedTenant & { readonly keySets: readonly PreparedKeySet[] }

/** Finds keys of tenants that publish them: those of their record and those of their key sets together. */
export interface KeySets {
  /**
   * The key that matches, of those that are active and of the algorithm; the ones that the token names first. Answers at
   * once where a key at hand does. What is fetched is fetched because of the record: a set that is not at hand, or is too
   * old; and, for a `kid` that no key has, each set once more, at most once in ten seconds.
   *
   * @returns `undefined` where no key matches, and no other can be in a set
   * @throws AuthError `keys_unavailable`, also as a rejection, where that cannot be told
   */
  find(
    tenant: TenantWithKeySets,
    named: NamedKey,
    matches: (key: PreparedKey) => boolean,
  ): Awaitable<PreparedKey | undefined>
  /**
   * Whether a key of a tenant is still one of them, as far as can be told without waiting. Does not look at `notBefore` and
   * `notAfter`.
   */
  isCurrent(tenant: TenantWithKeySets, key: PreparedKey, now: number): boolean
  /** Forgets the sets of a tenant, and what is being fetched. */
  invalidate(tenantId: string): void
}

export interface KeySetsOptions extends KeySetRules {
  /** Of how many tenants sets are held. */
  readonly maxEntries: number
  /** Seconds since the epoch. */
  readonly clock: () => number
}

/** Signatures that one token is worth, with the keys at hand. */
const MAX_TRIES = 8

export function hasKeySets(tenant: PreparedTenant): tenant is TenantWithKeySets {
  return tenant.keySets !== undefined
}

/** A key set of a record, and what is held of it. */
interface Source {
  readonly set: PreparedKeySet
  readonly held: HeldKeySet
}

/**
 * Key sets, each held for the one tenant whose record names it: no two tenants share one, also where they name one
 * address.
 */
export function createKeySets(options: KeySetsOptions): KeySets {
  const { maxEntries, clock } = options
  // By the id of a tenant, then by the address that its record gives; nothing of a token is part of either. Made when it is
  // needed, which it is for few.
  let tenants: LRUCache<string, Map<string, HeldKeySet>> | undefined

  function hold({ id, keySets }: TenantWithKeySets): readonly Source[] {
    tenants ??= new LRUCache({ max: maxEntries })
    const known = tenants.get(id) ?? new Map<string, HeldKeySet>()
    const sources = keySets.map((set) => ({
      set,
      held: known.get(set.url) ?? new HeldKeySet(id, options),
    }))
    // Addresses that are not in the record any more go.
    tenants.set(id, new Map(sources.map(({ set, held }) => [set.url, held])))
    return sources
  }

  return {
    find(tenant, named, matches) {
      // From here on it is these: that others push one out of the cache meanwhile changes nothing for this token.
      const sources = hold(tenant)
      const tried = new Set<string>()
      const tryAt = (now: number): PreparedKey | undefined => {
        let left = MAX_TRIES
        for (const key of keysInOrder(keysAt(now, tenant, sources), named, now)) {
          if (tried.has(key.fingerprint)) continue
          if (left === 0) break
          left -= 1
          tried.add(key.fingerprint)
          if (matches(key)) return key
        }
        return undefined
      }

      const now = clock()
      const helping = sources.filter(
        ({ set }) =>
          isActive(set, now) && (set.algorithms as readonly string[]).includes(named.alg),
      )
      const found = tryAt(now)
      for (const { set, held } of helping) if (held.stateAt(now) !== 'none') held.keepUp(set, now)
      if (found !== undefined) return found

      const isUnknown = isUnknownKid(named.kid, keysAt(now, tenant, sources))
      const flights = helping.flatMap(({ set, held }) => {
        if (!hasKeysAt(now, { set, held })) return held.ask(set, now) ?? []
        return isUnknown ? (held.ask(set, now, COOLDOWN) ?? []) : []
      })
      const none = (at: number): undefined => {
        const isStillUnknown = isUnknownKid(named.kid, keysAt(at, tenant, sources))
        if (helping.every((source) => isWholeAt(at, source, isStillUnknown))) return undefined
        throw new AuthError('keys_unavailable', { reason: 'a key set of the tenant' })
      }
      if (flights.length === 0) return none(now)
      return Promise.all(flights).then(() => {
        const later = clock()
        return tryAt(later) ?? none(later)
      })
    },

    isCurrent(tenant, key, now) {
      if (tenant.keys.includes(key)) return true
      const known = tenants?.get(tenant.id)
      for (const set of tenant.keySets) {
        const held = isActive(set, now) ? known?.get(set.url) : undefined
        if (held === undefined || held.stateAt(now) === 'none') continue
        if (!held.viewOf(set).fingerprints.has(key.fingerprint)) continue
        held.keepUp(set, now)
        return true
      }
      return false
    },

    invalidate(tenantId) {
      tenants?.delete(tenantId)
    },
  }
}

/** The keys of the record, and those that were fetched and count at an instant. */
function keysAt(
  now: number,
  tenant: PreparedTenant,
  sources: readonly Source[],
): readonly PreparedKey[] {
  const fetched = sources.flatMap((source) =>
    source.held.stateAt(now) === 'none' ? [] : source.held.viewOf(source.set).keys,
  )
  return [...tenant.keys, ...fetched]
}

// A key that has ended, or is of another algorithm, is known all the same: nothing newer need be fetched for it.
function isUnknownKid(kid: string | undefined, keys: readonly PreparedKey[]): boolean {
  return kid !== undefined && !keys.some((key) => key.kid === kid)
}

function hasKeysAt(now: number, { set, held }: Source): boolean {
  return held.stateAt(now) !== 'none' && held.viewOf(set).keys.length > 0
}

/** Whether a set cannot hold a key that is not at hand. While its host fails, it may hold one for an unknown `kid`. */
function isWholeAt(now: number, { set, held }: Source, isUnknown: boolean): boolean {
  const isYoung = held.stateAt(now) === 'fresh' && held.viewOf(set).keys.length > 0
  return isYoung && !(isUnknown && held.isFailing)
}
