import { nameOf, type SealedTenant, type SealedTenants } from '../directory/sealed-tenants.ts'
import { reportTenant } from '../events.ts'
import type { PreparedTenant } from '../tenant.ts'
import type { TenantLookup } from '../tenant-lookup.ts'
import { unavailable } from './unavailable.ts'
import { warm } from './warm.ts'

/** Look-ups in a directory that is always current: it is asked every time, and answers at once. */
export function createLiveLookup(
  current: () => SealedTenants,
  fits: (tenant: PreparedTenant) => void,
): TenantLookup {
  // One map look-up and a comparison for nearly every request.
  function ready(sealed: SealedTenant | undefined): PreparedTenant | undefined {
    if (sealed === undefined) return undefined
    return sealed.fits === fits ? sealed.tenant : check(sealed)
  }

  function check(sealed: SealedTenant): PreparedTenant {
    try {
      fits(sealed.tenant)
    } catch (error) {
      reportTenant({ tenant: nameOf(sealed.tenant), reason: (error as Error).message })
      throw unavailable()
    }
    sealed.fits = fits
    return sealed.tenant
  }

  const byId = (id: string): PreparedTenant | undefined => ready(current().byId(id))
  return {
    byId,
    byApiKeyHash: (hash) => ready(current().byApiKeyHash(hash)),
    hold(tenant) {
      const { edition } = current()
      return current().byId(tenant.id)?.tenant === tenant ? edition : undefined
    },
    invalidate: () => undefined,
    warm: (ids) => warm(ids, byId, undefined),
  }
}
