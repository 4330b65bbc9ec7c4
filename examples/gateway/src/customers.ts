// Two customers of a support widget and two integrations of a search service, with fresh keys for every run.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tenant } from '@countersign/core'
import type { TenantConfig } from './tokens.ts'

/** What a customer of the search service keeps on its own side. */
export interface Integration {
  readonly integrationId: string
  readonly issuer: string
  readonly apiKey: string
  readonly publicKey: string
  readonly privateKey: string
}

export interface Customers {
  readonly acme: TenantConfig
  readonly globex: TenantConfig
  readonly docs: Integration
  readonly open: Integration
}

export function createCustomers(): Customers {
  const widget = (tenantId: string): TenantConfig => ({
    tenantId,
    jwtSecret: randomBytes(32).toString('hex'),
  })
  const integration = (integrationId: string): Integration => ({
    integrationId,
    issuer: 'https://auth.mydomain.com',
    apiKey: `key_${randomBytes(16).toString('hex')}`,
    ...generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }),
  })
  return {
    acme: widget('ten_acme'),
    globex: widget('ten_globex'),
    docs: integration('int_docs'),
    open: integration('int_open'),
  }
}

export interface TenantFiles {
  readonly support: string
  readonly search: string
}

/**
 * Writes what the gateway knows of its customers, one file for each service, since a service should not know keys
 * that it has no use for. The folder goes when the process does.
 */
export function writeTenantFiles({ acme, globex, docs, open }: Customers): TenantFiles {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-gateway-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, tenants: readonly Tenant[]): string => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify({ tenants }, null, 2), { mode: 0o600 })
    return path
  }
  return {
    support: write('support.json', [acme, globex].map(supportTenant)),
    search: write('search.json', [
      searchTenant(docs),
      {
        ...searchTenant(open),
        requireUser: false,
        anonymousFilters: { attributes: { env: 'public' } },
      },
    ]),
  }
}

function supportTenant({ tenantId, jwtSecret }: TenantConfig): Tenant {
  return { id: tenantId, keys: [{ alg: 'HS256', secret: jwtSecret }] }
}

function searchTenant({ integrationId, issuer, publicKey, apiKey }: Integration): Tenant {
  const hash = createHash('sha256').update(apiKey).digest('hex')
  return {
    id: integrationId,
    issuer,
    keys: [{ alg: 'RS256', publicKey }],
    apiKeyHashes: [`sha256:${hash}`],
  }
}
