import { randomInt } from 'node:crypto'
import type { VerifiedIdentity } from './identity.ts'
import type { PreparedKey } from './keys.ts'
import type { PreparedTenant } from './tenant.ts'
import type { Hold } from './tenant-lookup.ts'
import type { Window } from './time.ts'

/**
 * A token that passed, with all that the verdict rests on, and the window in which its times and those of its key can have
 * no objection. What each use needs stands here itself: of many tenants, the record and the key are not in the processor's
 * cache.
 */
export interface VerifiedToken<Custom> extends Window {
  /** The token as it is sent, in its one spelling. */
  readonly text: string
  readonly tenantId: string
  /** The very record that judged it. */
  readonly tenant: PreparedTenant
  /** How long the record need not be looked up again. */
  hold: Hold | undefined
  readonly key: PreparedKey
  /** Whether the key was fetched, and may be gone from its set. */
  readonly isPublished: boolean
  readonly identity: VerifiedIdentity<Custom>
}

/** Tokens that passed before. Only successes are kept, so that bad tokens cannot fill it. */
export interface VerifiedTokens<Custom> {
  get(sent: string): VerifiedToken<Custom> | undefined
  set(verified: VerifiedToken<Custom>): void
}

/** How many tokens may stand in one place. */
const WAYS = 8
/** How many places are looked at where one has to give something up for the sake of bytes. */
const LOOKED_AT = 4
const SMALLEST = 512

/**
 * A bounded cache of tokens, compared as a whole. The text holds the tenant's claim, so that no two tenants can meet in it.
 * Nothing expires by itself: time is checked at each use.
 *
 * It is made as the cache of a processor: a token has one place, with room for eight. Where a place is full, the tenant that
 * has most of it makes room, and of tenants that have as much, the one whose token comes; of its tokens the one not used
 * longest goes. So a flood of one tenant's tokens pushes out its own, and while there is room every tenant may use it.
 * Why it is not a list in order of use: docs/decisions/0024.
 */
export function createVerifiedTokens<Custom>(
  bounds: false | { maxEntries: number; maxBytes: number },
): VerifiedTokens<Custom> {
  if (bounds === false) return { get: () => undefined, set: () => undefined }
  const { maxBytes } = bounds
  // More slots than can be filled would only have to be searched.
  const maxEntries = Math.min(bounds.maxEntries, Math.ceil(maxBytes / SMALLEST))
  const ways = Math.min(WAYS, maxEntries)
  const places = Math.floor(maxEntries / ways)
  const slots = places * ways
  const tokens = Array.from<VerifiedToken<Custom> | undefined>({ length: slots })
  // What decides about a slot stands apart from the tokens. Those that were not used for long are not in the processor's
  // cache: to look at eight of them took a tenth of a first sight. A size of 0: the slot is free.
  const marks = new Int32Array(slots)
  const owners = new Int32Array(slots)
  const sizes = new Float64Array(slots)
  const uses = new Float64Array(slots)
  let bytes = 0
  /** How many tokens have come. */
  let count = 0
  /** The first slot of the place that gives something up next, when there are too many bytes. */
  let hand = 0

  const firstOf = (mark: number): number => (mark % places) * ways

  function find(text: string, mark: number, first: number): number {
    for (let slot = first; slot < first + ways; slot++)
      if (marks[slot] === mark && tokens[slot]?.text === text) return slot
    return NONE
  }

  function findFree(first: number): number {
    for (let slot = first; slot < first + ways; slot++) if (sizes[slot] === 0) return slot
    return NONE
  }

  /** Which token of a place goes, if there is one. */
  function findVictim(first: number, owner: number): number {
    let victim = NONE
    let most = 0
    let last: number | undefined
    let has = 0
    for (let slot = first; slot < first + ways; slot++) {
      if (sizes[slot] === 0) continue
      // Of tenants that have as much, the one whose token comes counts as having more. Often all are of one.
      if (owners[slot] !== last) {
        last = owners[slot] as number
        has = shareOf(first, last) + (last === owner ? 0.5 : 0)
      }
      if (has < most || (has === most && (uses[slot] as number) >= (uses[victim] as number)))
        continue
      victim = slot
      most = has
    }
    return victim
  }

  function shareOf(first: number, owner: number): number {
    let has = 0
    for (let slot = first; slot < first + ways; slot++)
      if (owners[slot] === owner && sizes[slot] !== 0) has += 1
    return has
  }

  /** Of the next places that hold something, the token that goes is of the tenant that has most of one. */
  function findVictimAnywhere(owner: number): number {
    let victim = NONE
    let most = 0
    for (let seen = 0; seen < LOOKED_AT; hand = (hand + ways) % slots) {
      const slot = findVictim(hand, owner)
      if (slot === NONE) continue
      seen += 1
      const has = shareOf(hand, owners[slot] as number)
      if (has <= most) continue
      victim = slot
      most = has
    }
    return victim
  }

  function clear(slot: number): void {
    bytes -= sizes[slot] as number
    sizes[slot] = 0
    marks[slot] = 0
    tokens[slot] = undefined
  }

  return {
    get(sent) {
      const mark = markOf(sent)
      const slot = find(sent, mark, firstOf(mark))
      if (slot === NONE) return undefined
      uses[slot] = count + 0.5 // later than when the last one came
      return tokens[slot]
    },
    set(verified) {
      const { text, tenantId } = verified
      const size = sizeOf(text)
      if (size > maxBytes) return
      const mark = markOf(text)
      const owner = hashOf(tenantId)
      const first = firstOf(mark)
      let slot = find(text, mark, first)
      if (slot === NONE) slot = findFree(first)
      if (slot === NONE) slot = findVictim(first, owner)
      clear(slot)
      while (bytes + size > maxBytes) clear(findVictimAnywhere(owner))
      count += 1
      bytes += size
      tokens[slot] = verified
      marks[slot] = mark
      owners[slot] = owner
      sizes[slot] = size
      uses[slot] = count
    },
  }
}

const NONE = -1

// 30 bits of the signature: of the last character but one and the four before it, which are all of six bits.
function markOf(sent: string): number {
  let mark = 0
  for (let i = sent.length - 6; i < sent.length - 1; i++) mark = (mark << 6) ^ sent.charCodeAt(i)
  return mark & 0x3fffffff
}

// Another one in each process, so that nobody can choose an id whose tokens count as those of another tenant.
const FACTOR = randomInt(2 ** 31 - 1) | 1

// Tenants of the same number share what a place has for one.
function hashOf(id: string): number {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, FACTOR) + id.charCodeAt(i)) | 0
  return hash
}

// The text once, and about three times its length again in parsed claims and identity.
function sizeOf(text: string): number {
  return text.length * 4 + SMALLEST
}
