import { LRUCache } from 'lru-cache'
import type { Awaitable } from './awaitable.ts'
import { AuthError } from './errors.ts'
import { COOLDOWN, HeldKeySet, type KeySetRules } from './held-key-set.ts'
import type { PreparedKeySet } from './key-set.ts'
import { isActive, type PreparedKey } from './keys.ts'
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
    token: { readonly alg: string; readonly kid: string | undefined },
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
  /** How many sets are held. */
  readonly maxEntries: number
  /** Seconds since the epoch. */
  readonly clock: () => number
}

/** Signatures that one token is worth, with the keys at hand. */
const MAX_TRIES = 8

export function hasKeySets(tenant: PreparedTenant): tenant is TenantWithKeySets {
  return tenant.keySets !== undefined
}

/** Key sets, each held for the one tenant whose record names it: no two tenants share one, also where they name one address. */
export function createKeySets(options: KeySetsOptions): KeySets {
  const { maxEntries, clock } = options
  let sets: LRUCache<string, HeldKeySet> | undefined // made when it is needed, which it is for few

  // An id has no space in it, so that no two pairs are written alike. Nothing of a token is part of it.
  const nameOf = (tenant: PreparedTenant, { url }: PreparedKeySet): string => `${tenant.id} ${url}`

  function hold(tenant: PreparedTenant, set: PreparedKeySet): HeldKeySet {
    sets ??= new LRUCache({ max: maxEntries })
    const name = nameOf(tenant, set)
    const known = sets.get(name)
    if (known !== undefined) return known
    const held = new HeldKeySet(tenant.id, options)
    sets.set(name, held)
    return held
  }

  return {
    find(tenant, { alg, kid }, matches) {
      // Held here as well: what others push out of the cache meanwhile stays what this token is judged by.
      const held = tenant.keySets.map((set) => ({ set, held: hold(tenant, set) }))
      const tried = new Set<string>()

      function keysAt(now: number): readonly PreparedKey[] {
        const fetched = held.flatMap((one) =>
          one.held.stateAt(now) === 'none' ? [] : one.held.viewOf(one.set).keys,
        )
        return [...tenant.keys, ...fetched]
      }

      function tryAt(now: number): PreparedKey | undefined {
        const keys = keysAt(now).filter(
          (key) => key.alg === alg && isActive(key, now) && !tried.has(key.fingerprint),
        )
        const isNamed = (key: PreparedKey): boolean => kid !== undefined && key.kid === kid
        const inOrder = [...keys.filter(isNamed), ...keys.filter((key) => !isNamed(key))]
        return inOrder.slice(0, MAX_TRIES).find((key) => {
          tried.add(key.fingerprint)
          return matches(key)
        })
      }

      const now = clock()
      const found = tryAt(now)
      const helping = held.filter(
        ({ set }) => isActive(set, now) && (set.algorithms as readonly string[]).includes(alg),
      )
      for (const one of helping) if (one.held.stateAt(now) !== 'none') one.held.keepUp(one.set, now)
      if (found !== undefined) return found

      const isUnknownAt = (at: number): boolean =>
        kid !== undefined && !keysAt(at).some((key) => key.kid === kid)
      const isUnknown = isUnknownAt(now)
      const flights = helping.flatMap((one) => {
        const isAtHand =
          one.held.stateAt(now) !== 'none' && one.held.viewOf(one.set).keys.length > 0
        if (!isAtHand) return one.held.ask(one.set, now) ?? []
        return isUnknown ? (one.held.ask(one.set, now, COOLDOWN) ?? []) : []
      })

      function nothingAt(at: number): undefined {
        for (const { set, held: one } of helping) {
          const isWhole = one.stateAt(at) === 'fresh' && one.viewOf(set).keys.length > 0
          if (!isWhole || (isUnknownAt(at) && one.isFailing))
            throw new AuthError('keys_unavailable', { reason: 'a key set of the tenant' })
        }
        return undefined
      }
      if (flights.length === 0) return nothingAt(now)
      return Promise.all(flights).then(() => {
        const later = clock()
        return tryAt(later) ?? nothingAt(later)
      })
    },

    isCurrent(tenant, key, now) {
      if (tenant.keys.includes(key)) return true
      for (const set of tenant.keySets) {
        const held = sets?.get(nameOf(tenant, set))
        if (held === undefined || held.stateAt(now) === 'none') continue
        if (!held.viewOf(set).fingerprints.has(key.fingerprint)) continue
        held.keepUp(set, now)
        return true
      }
      return false
    },

    invalidate(tenantId) {
      if (sets === undefined) return
      for (const [name, held] of sets) if (held.tenantId === tenantId) sets.delete(name)
    },
  }
}
