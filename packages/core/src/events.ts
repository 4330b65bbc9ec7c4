import { channel } from 'node:diagnostics_channel'
import type { AuthErrorCode } from './errors.ts'

/** Published on `countersign:outcome` for every verdict. Never holds a token, a key or a claim value. */
export interface OutcomeEvent {
  readonly phase: 'authenticate' | 'bind'
  /** The name of the profile. */
  readonly profile: string
  /** The tenant, once it is known to the directory. */
  readonly tenantId: string | undefined
  readonly code: AuthErrorCode | 'ok'
  /** Which rule failed: a constant text. */
  readonly reason: string | undefined
  /** Milliseconds. */
  readonly duration: number
}

/** Published on `countersign:tenant` when a tenant's record, or the directory, cannot be used. */
export interface TenantEvent {
  /** The id, quoted, or a place in a list. */
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
}

/** `undefined` when nobody listens: then a request pays for one check. */
export function startTrace(phase: OutcomeEvent['phase']): Trace | undefined {
  return outcomes.hasSubscribers
    ? { phase, started: performance.now(), tenantId: undefined }
    : undefined
}

export function reportOutcome(
  trace: Trace,
  profile: string,
  error: { code: AuthErrorCode; reason: string | undefined } | undefined,
): void {
  const event: OutcomeEvent = {
    phase: trace.phase,
    profile,
    tenantId: trace.tenantId,
    code: error?.code ?? 'ok',
    reason: error?.reason,
    duration: performance.now() - trace.started,
  }
  outcomes.publish(event)
}

export function reportTenant(event: TenantEvent): void {
  if (tenants.hasSubscribers) tenants.publish(event)
}
