import {
  FilterError,
  mergeFilters,
  parseFilters,
  type DroppedClause,
  type Filters,
} from '@countersign/filters'
import { copyAttributes, sameAttributes } from './attributes.ts'
import { AuthError, type BodyFault } from './errors.ts'
import { ground, type Grounds } from './grounds.ts'
import { boundIdentity, type Identity } from './identity.ts'
import type { Bench } from './judge.ts'
import { isPlainObject } from './json.ts'
import type { Profile } from './profile.ts'

/** A body that was held against an identity. */
export interface Bound<Custom = unknown> {
  /** With the effective filter, and `bodyBound: true`; unchanged where the profile binds no body. */
  readonly identity: Identity<Custom>
  /** A new object in which filters and attributes are the effective ones; the same body where none are bound. */
  readonly body: unknown
  /** Clauses of the body's filter that the token's overruled. */
  readonly dropped: readonly DroppedClause[]
}

/** What phase 2 came to. */
export type BindOutcome<Custom = unknown> =
  ({ readonly ok: true } & Bound<Custom>) | { readonly ok: false; readonly error: AuthError }

type Body = Record<string, unknown>

/**
 * Phase 2: the tenant in the body, then filters, then user attributes.
 *
 * @throws AuthError `identity_missing`, `token_expired`, `body_invalid`, `tenant_mismatch`, `filter_conflict`
 */
export function bindBody<Custom>(
  { profile, seconds, tolerance }: Bench<Custom>,
  identity: Identity<Custom>,
  grounds: Grounds | undefined,
  given: unknown,
  absent: boolean,
): Bound<Custom> {
  if (grounds === undefined) throw new AuthError('identity_missing', { reason: 'not made here' })
  const now = seconds()
  if (identity.kind === 'verified' && !(now < identity.expiresAt + tolerance))
    throw new AuthError('token_expired', { reason: 'exp passed before the body was bound' })
  if (profile.body === null) return { identity, body: given, dropped: [] }

  const body = given === undefined ? undefined : copyBody(given)
  if (body !== undefined) checkTenant(body, profile.body, identity.tenantId, absent)
  const { filters, dropped } = bindFilters(body, profile, grounds.filters)
  if (body !== undefined) bindAttributes(body, profile, identity)

  return { identity: ground(boundIdentity(identity, filters), grounds), body, dropped }
}

// Each member is read once, here: a getter cannot show one value to the checks and another to the handler.
function copyBody(given: unknown): Body {
  if (!isPlainObject(given))
    throw bodyInvalid({ pointer: '', detail: 'The body must be an object.' })
  // Own by now, and harmless; but a handler that copies the body with Object.assign would inherit what it says.
  if (Object.hasOwn(given, '__proto__'))
    throw bodyInvalid({ pointer: '', detail: 'The body has a member that is not allowed.' })
  return { ...given }
}

function checkTenant(
  body: Body,
  { tenant: members, when }: NonNullable<Profile['body']>,
  tenantId: string | undefined,
  absent: boolean,
): void {
  let named = false
  for (const member of members) {
    if (!Object.hasOwn(body, member)) continue
    named = true
    // Without a tenant of its own, a request may not name one either.
    if (tenantId === undefined || body[member] !== tenantId)
      throw new AuthError('tenant_mismatch', { reason: 'the body names another tenant' })
  }
  if (!named && when === 'required' && !absent)
    throw new AuthError('tenant_mismatch', { reason: 'the body names no tenant' })
}

function bindFilters(
  body: Body | undefined,
  { filters: rules }: Profile,
  signed: Filters | undefined,
): { filters: Filters | undefined; dropped: readonly DroppedClause[] } {
  if (rules === null || rules.body === null || body === undefined)
    return { filters: signed, dropped: [] }
  const { body: name, policy, limits } = rules
  const present = Object.hasOwn(body, name)
  const asked = present ? parseBodyFilters(body[name], name, limits) : undefined
  const merged = merge(signed, asked, policy)
  // The handler gets filters of its own: what it changes is not what the next request sees.
  if (merged.filters !== undefined)
    body[name] = JSON.parse(JSON.stringify(merged.filters)) as unknown
  else if (present) delete body[name]
  return merged
}

type Rules = NonNullable<Profile['filters']>

function parseBodyFilters(value: unknown, name: string, limits: Rules['limits']): Filters {
  try {
    return parseFilters(value, { source: 'body', ...(limits && { limits }) })
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw bodyInvalid({
      pointer: `/${name}${knownPart(error.pointer)}`,
      detail: 'Not a filter of the accepted grammar.',
    })
  }
}

// A pointer must not echo what a client wrote: it goes as far as the grammar's own words and indices do.
function knownPart(pointer: string): string {
  return /^(?:\/(?:attributes|\$and|\$or|\$in|\$eq|\d{1,3})(?=\/|$))*/.exec(pointer)?.[0] ?? ''
}

function merge(
  signed: Filters | undefined,
  asked: Filters | undefined,
  policy: Rules['policy'],
): ReturnType<typeof mergeFilters> {
  try {
    return mergeFilters(signed, asked, { policy })
  } catch (error) {
    if (error instanceof FilterError) throw new AuthError('filter_conflict', { reason: error.code })
    throw error
  }
}

/** The token's attributes win whole; those of the body count, in the body only, where the token has none. */
function bindAttributes(body: Body, { userAttributes: rules }: Profile, identity: Identity): void {
  if (rules === null) return
  const present = rules.body.filter((name) => Object.hasOwn(body, name))
  const sent = present.map((name) => readAttributes(body[name], name))
  const [first, ...others] = sent
  if (others.some((other) => !sameAttributes(other ?? {}, first ?? {})))
    throw bodyInvalid({
      pointer: `/${present[1]}`,
      detail: 'Two spellings of the user attributes differ.',
    })

  const signed = Object.hasOwn(identity.claims, rules.claim)
  const names = signed ? new Set([...rules.body.slice(0, 1), ...present]) : present
  for (const name of names) {
    const effective = signed ? copyAttributes(identity.userAttributes) : first
    if (effective === undefined) delete body[name]
    else body[name] = effective
  }
}

function readAttributes(value: unknown, name: string): Record<string, unknown> | undefined {
  if (value === null) return undefined
  const copy = copyAttributes(value)
  if (copy === undefined)
    throw bodyInvalid({
      pointer: `/${name}`,
      detail: 'Not an object of JSON values, or too large or too deep.',
    })
  return copy
}

function bodyInvalid(fault: BodyFault): AuthError {
  return new AuthError('body_invalid', { reason: 'the body', errors: [fault] })
}
