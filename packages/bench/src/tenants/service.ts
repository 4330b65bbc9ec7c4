import {
  createAuthenticator,
  memoryDirectory,
  supportWidget,
  type AuthenticatorOptions,
  type StandardSchema,
  type Tenant,
  type TenantDirectory,
} from '@countersign/core'
import { AUDIENCE, ISSUER, widgetTenant } from '../tokens/widget.ts'

/** A directory as a service writes it around its database, and how often it was asked. */
export interface CountingDirectory extends TenantDirectory {
  readonly calls: () => number
}

/** Knows `tenant-0` up to a number of tenants; answers in a later turn of the event loop, as a database does. */
export function databaseDirectory(tenants: number): CountingDirectory {
  let calls = 0
  return {
    calls: () => calls,
    find(id) {
      calls += 1
      const number = /^tenant-(\d+)$/.exec(id)?.[1]
      const known = number !== undefined && Number(number) < tenants
      return new Promise<Tenant | undefined>((resolve) => {
        setImmediate(() => resolve(known ? widgetTenant(id) : undefined))
      })
    },
  }
}

/** All of these tenants in memory. */
export function tenantsInMemory(tenants: number): TenantDirectory {
  return memoryDirectory(
    Array.from({ length: tenants }, (_, index) => widgetTenant(`tenant-${index}`)),
  )
}

/** An authenticator for the widget's tokens. A schema is asked about each token that is not in the cache. */
export function widgetAuthenticator(
  tenants: TenantDirectory,
  caches: Pick<AuthenticatorOptions, 'tokenCache' | 'directoryCache'> = {},
  custom?: StandardSchema<undefined>,
): ReturnType<typeof createAuthenticator> {
  return createAuthenticator<unknown>({
    profile: supportWidget({ issuer: ISSUER, audience: AUDIENCE, ...(custom && { custom }) }),
    tenants,
    ...caches,
  })
}
