import { LRUCache } from 'lru-cache'
import type { VerifiedIdentity } from './identity.ts'
import type { PreparedKey } from './keys.ts'
import type { PreparedTenant } from './tenant.ts'
import type { TokenTimes } from './time.ts'

/** A token that passed, with all that the verdict rests on. */
export interface VerifiedToken<Custom> {
  /** The token itself, in its one spelling. */
  readonly text: string
  /** The very record that judged it. */
  readonly tenant: PreparedTenant
  readonly key: PreparedKey
  readonly identity: VerifiedIdentity<Custom>
  readonly times: TokenTimes
}

/** Tokens that passed before. Only successes are kept, so that bad tokens cannot fill it. */
export interface VerifiedTokens<Custom> {
  get(token: string): VerifiedToken<Custom> | undefined
  set(verified: VerifiedToken<Custom>): void
}

/** What one tenant's tokens may take of a full cache. */
const SHARE = 0.1

/**
 * A bounded cache of tokens, compared as a whole. The text holds the tenant's claim, so that no two tenants can meet in it.
 * Nothing expires by itself: time is checked at each use.
 *
 * While there is room, every tenant may use it. Once it is full, the token goes that was not used longest; but a tenant that
 * has a tenth of the cache makes room among its own tokens, oldest first, unless that token's tenant has even more. So a
 * flood of one tenant's tokens does not push out those of the others.
 */
export function createVerifiedTokens<Custom>(
  bounds: false | { maxEntries: number; maxBytes: number },
): VerifiedTokens<Custom> {
  if (bounds === false) return { get: () => undefined, set: () => undefined }
  const { maxEntries, maxBytes } = bounds
  const cache = new LRUCache<number, Held<Custom>>({ max: maxEntries })
  const shares = new Map<string, Share>()
  let bytes = 0

  /** Takes from the books what is not in the cache any more. */
  function forget(held: Held<Custom> | undefined): void {
    if (held === undefined) return
    const { tenant, place, size } = held
    const share = shares.get(tenant.id) as Share
    share.places.delete(place)
    share.bytes -= size
    bytes -= size
    if (share.places.size === 0) shares.delete(tenant.id)
  }

  function drop(place: number): void {
    const held = cache.peek(place)
    cache.delete(place)
    forget(held)
  }

  function makeRoom(size: number, share: Share | undefined): void {
    while (cache.size >= maxEntries || bytes + size > maxBytes) {
      const [oldest] = share !== undefined && isLarge(share) ? share.places : []
      if (oldest === undefined) forget(cache.pop())
      else drop(oldest)
    }
  }

  /** Whether a tenant has its share, and no less than the one whose token was not used longest. */
  function isLarge(share: Share): boolean {
    const load = loadOf(share)
    // Where it is all one tenant's, the token that was not used longest is its own.
    if (load < SHARE || share.places.size === cache.size) return false
    const [unused] = cache.rvalues() as Iterable<Held<Custom>>
    return load >= loadOf(shares.get((unused as Held<Custom>).tenant.id) as Share)
  }

  const loadOf = ({ places, bytes: own }: Share): number =>
    Math.max(places.size / maxEntries, own / maxBytes)

  return {
    get(token) {
      const found = cache.get(placeOf(token))
      return found?.text === token ? found : undefined
    },
    set(verified) {
      const { text, tenant, key, identity, times } = verified
      const place = placeOf(text)
      const size = sizeOf(text)
      if (size > maxBytes) return
      drop(place)
      makeRoom(size, shares.get(tenant.id))
      let share = shares.get(tenant.id)
      if (share === undefined) shares.set(tenant.id, (share = { places: new Set(), bytes: 0 }))
      share.places.add(place)
      share.bytes += size
      bytes += size
      // Its size is noted here, so that nobody has to look at a text that was not used for long.
      cache.set(place, { text, tenant, key, identity, times, place, size })
    },
  }
}

interface Held<Custom> extends VerifiedToken<Custom> {
  readonly place: number
  readonly size: number
}

/** What one tenant has in the cache. */
interface Share {
  /** The oldest first. */
  readonly places: Set<number>
  bytes: number
}

// 30 bits of the signature: the last character but one and the four before it. A map has to read the whole of a key that is
// a text; with a token of 400 characters that costs more than everything else at a hit (`npm run bench -- --only tokens`). Two
// tokens that meet here are told apart by the comparison that follows, and the later one stays.
function placeOf(token: string): number {
  let place = 0
  for (let i = token.length - 6; i < token.length - 1; i++)
    place = (place << 6) ^ token.charCodeAt(i)
  return place & 0x3fffffff
}

// The text once, and about three times its length again in parsed claims and identity.
function sizeOf(text: string): number {
  return text.length * 4 + 512
}
