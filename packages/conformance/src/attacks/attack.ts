import type { AuthErrorCode } from '@countersign/core'
import type { World } from './world.ts'

/** The parts of a gateway that attacks are aimed at; `targets.ts` says how each is set up. */
export type Target =
  'widget' | 'widget-optional' | 'search' | 'search-keyless' | 'search-optional' | 'search-strict'

/** What goes over the wire. */
export interface RequestParts {
  /** Default: `POST` with a body, else `GET`. */
  readonly method?: string
  /** With its question mark. */
  readonly query?: string
  /** As written: nothing is trimmed, joined, or left out where a name repeats. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The body's text, JSON unless `contentType` says otherwise. */
  readonly body?: string
  readonly contentType?: string
  /** Only for the core: the host has no `rawHeaders`, only Node's joined ones. */
  readonly joined?: true
}

/** A status, and the code in the answer; `null`: let through, or answered by the server's own parser. */
export interface Verdict {
  readonly status: number
  readonly code: AuthErrorCode | null
}

/** What a handler behind the gateway sees of a request that was let through. */
export interface Seen {
  readonly kind?: string
  readonly tenantId?: string
  readonly userId?: string
  readonly filters?: unknown
  /** The body's own `filters` after binding: what an existing service reads. */
  readonly bodyFilters?: unknown
  readonly bodyAttributes?: unknown
}

/** Why one of the two runners cannot ask the question, or gets another answer. */
export type Difference =
  /** It cannot be written down there. */
  | { readonly skip: string }
  /** The answer is always this one. */
  | { readonly expect: Verdict; readonly why: string }
  /** The server itself may refuse the bytes, with one of these; 0: it closes the connection. */
  | { readonly stack: readonly number[]; readonly why: string }

export type Make = (world: World) => RequestParts

/** One attack, as data. */
export interface Attack {
  readonly name: string
  /** What the attacker hopes for, in one line. */
  readonly intent: string
  readonly group: string
  readonly at: Target
  readonly make: Make
  readonly expect: Verdict
  /** Where an attack is let through and defused: what the handler must see. */
  readonly sees?: Seen | ((world: World) => Seen)
  /** Where HTTP itself answers before, or otherwise than, the core. */
  readonly http?: Difference
  /** Where the core cannot be asked. */
  readonly core?: { readonly skip: string }
}

/** Attacks on one thing, with the untampered request that must pass beside them. */
export interface AttackGroup {
  readonly name: string
  readonly control: Attack
  readonly attacks: readonly Attack[]
}

type Entry = Omit<Attack, 'group' | 'at'> & { readonly at?: Target }

/** Makes a group; `at` is where its attacks are aimed unless they say otherwise. */
export function group(
  name: string,
  { at, control }: { at: Target; control: Make },
  entries: readonly Entry[],
): AttackGroup {
  return {
    name,
    control: {
      name: `control of "${name}": the untampered request passes`,
      intent: 'shows that the attacks are not refused for another reason',
      group: name,
      at,
      make: control,
      expect: PASSES,
    },
    attacks: entries.map((entry) => ({ at, ...entry, group: name })),
  }
}

const verdict = (status: number, code: AuthErrorCode | null): Verdict =>
  Object.freeze({ status, code })

export const PASSES: Verdict = verdict(200, null)
export const MISSING: Verdict = verdict(401, 'token_missing')
export const API_KEY: Verdict = verdict(401, 'api_key_rejected')
export const INVALID: Verdict = verdict(400, 'request_invalid')
export const REJECTED: Verdict = verdict(401, 'token_rejected')
export const EXPIRED: Verdict = verdict(401, 'token_expired')
export const NOT_ACTIVE: Verdict = verdict(401, 'token_not_active')
export const LIFETIME: Verdict = verdict(401, 'token_lifetime')
export const CLAIMS: Verdict = verdict(401, 'claims_invalid')
export const REVOKED: Verdict = verdict(401, 'token_revoked')
export const MISMATCH: Verdict = verdict(403, 'tenant_mismatch')
export const FILTERS: Verdict = verdict(403, 'filters_missing')
export const CONFLICT: Verdict = verdict(403, 'filter_conflict')
export const BODY: Verdict = verdict(400, 'body_invalid')
export const UNSUPPORTED: Verdict = verdict(415, 'body_unsupported')
export const UNAVAILABLE: Verdict = verdict(503, 'keys_unavailable')
export const NO_IDENTITY: Verdict = verdict(500, 'identity_missing')
