import { reportRefusal } from '../events.ts'
import { planGuard, roleGuard, type Guard } from '../guards.ts'
import { attached } from './attached.ts'
import { GO_ON, type GateRequest, type Step } from './gate.ts'

/** Lets users on that have any of these roles. @throws TypeError for none */
export function requireRole(roles: readonly string[]): (request: GateRequest) => Step {
  return guarded(roleGuard(roles))
}

/** Lets users on that have any of these plans. @throws TypeError for none */
export function requirePlan(plans: readonly string[]): (request: GateRequest) => Step {
  return guarded(planGuard(plans))
}

function guarded(guard: Guard): (request: GateRequest) => Step {
  return (request) => {
    const found = attached(request)
    const error = guard(found?.identity)
    if (error === undefined) return GO_ON
    reportRefusal('guard', found?.by.profile, found?.identity.tenantId, error)
    return { ok: false, error, throws: found?.by.throws === true, vary: undefined }
  }
}
