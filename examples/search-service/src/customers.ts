// Three integrations, with fresh keys for every run: what their backends keep, and what the service knows of them.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Tenant } from '@countersign/core'
import type { WireFilters } from '@countersign/filters'
import jwt from 'jsonwebtoken'

export interface Integration {
  readonly apiKey: string
  readonly privateKey: string
  /** What the service knows. */
  readonly tenant: Tenant & { readonly issuer: string }
}

export interface Customers {
  readonly acme: Integration
  readonly globex: Integration
  readonly initech: Integration
}

export function createCustomers(): Customers {
  return {
    acme: integration('int_acme', { requiredFilterAttributes: ['env'] }),
    globex: integration('int_globex', { requiredFilterAttributes: ['plan'] }),
    // A public help centre: visitors see its public articles, and staff more.
    initech: integration('int_initech', {
      requiredFilterAttributes: ['visibility'],
      requireUser: false,
      anonymousFilters: { attributes: { visibility: 'public' } },
    }),
  }
}

function integration(
  id: string,
  settings: Pick<Tenant, 'requiredFilterAttributes' | 'requireUser' | 'anonymousFilters'>,
): Integration {
  const apiKey = `key_${randomBytes(16).toString('hex')}`
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const issuer = `https://auth.${id.slice('int_'.length)}.example`
  const hash = createHash('sha256').update(apiKey).digest('hex')
  const keys = [{ alg: 'RS256', publicKey }] as const
  const tenant = { id, issuer, keys, apiKeyHashes: [`sha256:${hash}`], ...settings }
  return { apiKey, privateKey, tenant }
}

export interface User {
  readonly filters?: WireFilters
  readonly userAttributes?: Readonly<Record<string, unknown>>
}

/** What a customer's backend runs for each of its users. */
export function createToken({ tenant, privateKey }: Integration, user: User, hours = 1): string {
  const { id: integrationId, issuer } = tenant
  return jwt.sign({ integrationId, ...user }, privateKey, {
    algorithm: 'RS256',
    issuer,
    audience: 'https://api.inkeep.com',
    expiresIn: hours * 3600,
  })
}

/** The headers of a request: always the API key, and the token where there is one. */
export function headersOf({ apiKey }: Integration, token?: string): Record<string, string> {
  return {
    authorization: `Bearer ${apiKey}`,
    ...(token !== undefined && { 'user-token': token }),
  }
}
