import { AuthError } from './errors.ts'
import type { Identity } from './identity.ts'

/** Says why an identity may not go on, or nothing. */
export type Guard = (identity: Identity | undefined) => AuthError | undefined

/** Lets an identity on that has any of these roles. @throws TypeError for an empty list */
export function roleGuard(roles: readonly string[]): Guard {
  const needed = texts('requireRole', roles)
  return guard('insufficient_role', (identity) =>
    identity.userRoles.some((role) => needed.includes(role)),
  )
}

/** Lets an identity on that has any of these plans. @throws TypeError for an empty list */
export function planGuard(plans: readonly string[]): Guard {
  const needed = texts('requirePlan', plans)
  return guard('insufficient_plan', ({ plan }) => plan !== undefined && needed.includes(plan))
}

function guard(
  code: 'insufficient_role' | 'insufficient_plan',
  passes: (identity: Identity) => boolean,
): Guard {
  return (identity) => {
    if (identity === undefined)
      return new AuthError('identity_missing', { reason: 'a guard stands before countersign' })
    if (passes(identity)) return undefined
    return identity.kind === 'anonymous'
      ? new AuthError('token_missing', { reason: 'anonymous' })
      : new AuthError(code, { reason: 'not among those required' })
  }
}

function texts(where: string, values: readonly string[]): readonly string[] {
  if (values.length === 0 || !values.every((value) => typeof value === 'string' && value !== ''))
    throw new TypeError(`${where}: expected one or more non-empty texts`)
  return [...values]
}
