import { channel } from 'node:diagnostics_channel'
import type { AuthError, AuthErrorCode } from './errors.ts'

/**
 * Published on `countersign:outcome` for every verdict of a phase and every refusal of a guard. Never holds a token, a
 * key or a claim value.
 */
export interface OutcomeEvent {
  readonly phase: 'authenticate' | 'bind' | 'recheck' | 'guard'
  /** The name of the profile; `undefined` for a guard that no `countersign()` stands before. */
  readonly profile: string | undefined
  /** The tenant, once it is known to the directory. */
  readonly tenantId: string | undefined
  readonly code: AuthErrorCode | 'ok'
  /** Which rule failed: a constant text. */
  readonly reason: string | undefined
  /** The name of the claim that failed, as the profile spells it. */
  readonly claim: string | undefined
  /**
   * Which key of the tenant verified the token, where `authenticate` or `recheck` passed: its `kid`; for one without, its
   * place in the record (`#1`, and `#2.3` for the third key of the set that stands second).
   */
  readonly key: string | undefined
  /** Milliseconds. */
  readonly duration: number
}

/** Published on `countersign:tenant` when a tenant's record, a key set of it, or the directory, cannot be used. */
export interface TenantEvent {
  /** The id, quoted; else a place in a list, or `unknown`. */
  readonly tenant: string
  readonly reason: string
}

const outcomes = channel('countersign:outcome')
const tenants = channel('countersign:tenant')

/** What a phase notes down for its event, when anyone listens. */
export interface Trace {
  readonly phase: OutcomeEvent['phase']
  readonly started: number
  tenantId: string | undefined
  /** The label of the key that verified. */
  key: string | undefined
}

/** `undefined` when nobody listens: then a request pays for one check. */
export function startTrace(phase: OutcomeEvent['phase']): Trace | undefined {
  return outcomes.hasSubscribers
    ? { phase, started: performance.now(), tenantId: undefined, key: undefined }
    : undefined
}

type Refusal = Pick<AuthError, 'code' | 'reason' | 'claim'>

export function reportOutcome(
  { phase, started, tenantId, key }: Trace,
  profile: string | undefined,
  refusal: Refusal | undefined,
): void {
  const event: OutcomeEvent = {
    phase,
    profile,
    tenantId,
    code: refusal?.code ?? 'ok',
    reason: refusal?.reason,
    claim: refusal?.claim,
    key: refusal === undefined ? key : undefined,
    duration: performance.now() - started,
  }
  outcomes.publish(event)
}

/** Reports a refusal that no phase of an authenticator has reported. */
export function reportRefusal(
  phase: OutcomeEvent['phase'],
  profile: string | undefined,
  tenantId: string | undefined,
  refusal: Refusal,
): void {
  const trace = startTrace(phase)
  if (trace) reportOutcome({ ...trace, tenantId }, profile, refusal)
}

export function reportTenant(event: TenantEvent): void {
  if (tenants.hasSubscribers) tenants.publish(event)
}
