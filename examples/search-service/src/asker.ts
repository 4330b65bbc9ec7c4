import { createHash } from 'node:crypto'
import type { Identity } from '@countersign/core'
import { matchNone, type Filters } from '@countersign/filters'

/** All that the service goes by, once a request was let in. */
export interface Asker {
  readonly integrationId: string
  /** A digest of who it is: the table of sessions need not know users. */
  readonly owner: string
  readonly filters: Filters
}

/** The asker behind an identity; never made from anything that the body says. */
export function askerOf(identity: Identity | null): Asker {
  // The API key names the integration, so an identity without one, or one that no body was held to, is a mistake here.
  if (identity?.tenantId === undefined || !identity.bodyBound)
    throw new Error('this route is not behind countersign()')
  const { tenantId, kind, userId, userAttributes } = identity
  const who = userId === undefined ? [kind, userAttributes] : [kind, userId, null]
  return {
    integrationId: tenantId,
    owner: createHash('sha256').update(JSON.stringify(who, sorted)).digest('base64url'),
    // `searchIntegration({ filters: { required: true } })` lets nobody in without; should it ever be left out, nothing is found.
    filters: identity.filters ?? matchNone,
  }
}

/** The same text for the same attributes, in whatever order they were signed. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
