import { LRUCache } from 'lru-cache'
import { nameOf, preparedFrom } from '../directory/sealed-tenants.ts'
import { reportTenant } from '../events.ts'
import { isObject, member } from '../json.ts'
import { copyRecord, isTenantId, prepareTenant, type PreparedTenant } from '../tenant.ts'
import type { Question } from './question.ts'

/**
 * What an answer of a directory comes to. `undefined`: no such tenant, or another tenant's record. `'broken'`: the
 * tenant's record, which cannot be used. `'garbage'`: nothing that says anything about the tenant.
 */
export type Reading = PreparedTenant | 'broken' | 'garbage' | undefined

export interface RecordReader {
  /** `isCurrent`: whether nothing was invalidated since the question; what came too late is read, and not remembered. */
  read(record: unknown, question: Question, key: string, isCurrent: boolean): Reading
  /** Whether a tenant of this id was read lately. */
  has(id: string): boolean
  forget(id: string): void
}

/**
 * Turns records into tenants. What a record was made into last is remembered: with the same revision it is the same tenant
 * again, so verdicts that rest on it hold.
 *
 * @param fits what the profile asks of a tenant on top; throws the reason
 */
export function createRecordReader(
  fits: (tenant: PreparedTenant) => void,
  maxEntries: number,
): RecordReader {
  const latest = new LRUCache<string, PreparedTenant>({ max: maxEntries })

  function known(tenant: PreparedTenant, isSealed: boolean): PreparedTenant | undefined {
    const last = latest.get(tenant.id)
    // A sealed record cannot change, so another one is another tenant, whatever revision it claims.
    const isSame = isSealed ? last === tenant : last?.revision === tenant.revision
    return isSame ? last : undefined
  }

  return {
    read(record, question, key, isCurrent) {
      if (record === null || record === undefined) return undefined
      let copy: unknown
      try {
        const sealed = preparedFrom(record)
        copy = sealed ?? copyRecord(record)
        const tenant = sealed ?? prepareTenant(copy)
        if (!question.owns(key, tenant)) {
          reportTenant({ tenant: nameOf(tenant), reason: 'the directory gave it for another' })
          return undefined
        }
        const last = known(tenant, sealed !== undefined)
        if (last !== undefined) return last
        fits(tenant)
        if (isCurrent) latest.set(tenant.id, tenant)
        return tenant
      } catch (error) {
        reportTenant({ tenant: nameOf(copy), reason: (error as Error).message })
        const id = isObject(copy) ? member(copy, 'id') : undefined
        if (!isTenantId(id) || !question.means(key, id)) return 'garbage'
        if (isCurrent) latest.delete(id)
        return 'broken'
      }
    },
    has: (id) => latest.has(id),
    forget: (id) => void latest.delete(id),
  }
}
