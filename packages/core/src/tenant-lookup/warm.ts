import type { Awaitable } from '../awaitable.ts'
import { isTenantId, type PreparedTenant } from '../tenant.ts'

/** A tenant that {@link Authenticator.warm} could not load. */
export interface NotReady {
  readonly id: string
  /** `'unknown'`: the directory has no such tenant. `'unavailable'`: it failed, or the record cannot be used. */
  readonly why: 'unknown' | 'unavailable'
}

type Load = (key: string) => Awaitable<PreparedTenant | undefined>

/** Calls at once: enough to load a thousand tenants a second, and a small part of what requests may use. */
const AT_ONCE = 50

/**
 * Loads tenants ahead, and their API keys where the records list them.
 *
 * @throws TypeError as a rejection, for ids that are no list of texts
 */
export async function warm(
  ids: Iterable<string>,
  loadId: Load,
  loadApiKey: Load | undefined,
): Promise<readonly NotReady[]> {
  const list = readIds(ids)
  const reasons: (NotReady['why'] | undefined)[] = []
  let next = 0

  async function loadSome(): Promise<void> {
    while (next < list.length) {
      const place = next++
      reasons[place] = await load(list[place] as string)
    }
  }

  async function load(id: string): Promise<NotReady['why'] | undefined> {
    if (!isTenantId(id)) return 'unknown'
    try {
      const tenant = await loadId(id)
      if (tenant === undefined) return 'unknown'
      if (loadApiKey === undefined) return undefined
      for (const hash of tenant.apiKeyHashes ?? []) await loadApiKey(hash)
      return undefined
    } catch {
      return 'unavailable'
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, loadSome))
  return list.flatMap((id, place) => {
    const why = reasons[place]
    return why === undefined ? [] : [{ id, why }]
  })
}

function readIds(ids: Iterable<string>): string[] {
  // A text is a list of letters, which is never what is meant.
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids))
    throw new TypeError('warm: ids must be a list')
  const list = [...new Set(ids)]
  if (!list.every((id) => typeof id === 'string'))
    throw new TypeError('warm: an id is not a string')
  return list
}
