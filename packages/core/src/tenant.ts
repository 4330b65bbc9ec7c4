import { createHash } from 'node:crypto'
import {
  canonicalJson,
  parseFilters,
  topLevelAttributes,
  type Filters,
  type WireFilters,
} from '@countersign/filters'
import { isObject } from './json.ts'
import type { Profile } from './profile.ts'
import { isKeySet, prepareKeySet, type PreparedKeySet } from './key-set.ts'
import { prepareKey, type PreparedKey, type TenantKey } from './keys.ts'

/** The customer whose backend signs tokens. */
export interface Tenant {
  /** 1 to 128 visible ASCII characters; compared byte for byte. */
  readonly id: string
  /** 1 to 8 keys, all HMAC or all public; several during a rotation. */
  readonly keys: readonly TenantKey[]
  /**
   * What `iss` must equal, for profiles whose issuer is `'tenant'`. Such a profile refuses a tenant that has
   * none; `null` says aloud that any issuer passes.
   */
  readonly issuer?: string | null | undefined
  /** What `aud` must be or contain; replaces the profile's audience, where that checks one. */
  readonly audience?: string | readonly string[] | undefined
  /** Whether a request needs a token. Default: true. */
  readonly requireUser?: boolean | undefined
  /** SHA-256 of each API key: `'sha256:'` and 64 lower-case hex digits. */
  readonly apiKeyHashes?: readonly string[] | undefined
  /** The longest life of a token, in seconds; can only tighten what the profile says. */
  readonly maxLifetime?: number | undefined
  /** Attributes that each token's filter must constrain at its top level. */
  readonly requiredFilterAttributes?: readonly string[] | undefined
  /** What a request without a token is held to, as if it were signed. */
  readonly anonymousFilters?: WireFilters | undefined
  /** Changes whenever the record does. Default: a fingerprint of the record. */
  readonly revision?: string | undefined
}

/** A tenant's record, checked, with its keys imported. */
export interface PreparedTenant {
  readonly id: string
  /** The keys that stand in the record. */
  readonly keys: readonly PreparedKey[]
  /** Where more of them are fetched; `undefined` for a tenant that has no `jwksUrl`. */
  readonly keySets: readonly PreparedKeySet[] | undefined
  readonly issuer: string | null | undefined
  readonly audience: readonly string[] | undefined
  readonly requireUser: boolean
  /** `undefined` where the record does not list them; then the directory's word counts. */
  readonly apiKeyHashes: ReadonlySet<string> | undefined
  readonly maxLifetime: number
  readonly requiredFilterAttributes: readonly string[]
  readonly anonymousFilters: Filters | undefined
  /** Two records of one tenant with the same revision judge alike. */
  readonly revision: string
}

const KNOWN: readonly (keyof Tenant)[] = [
  'id',
  'keys',
  'issuer',
  'audience',
  'requireUser',
  'apiKeyHashes',
  'maxLifetime',
  'requiredFilterAttributes',
  'anonymousFilters',
  'revision',
]
const MAX_KEYS = 8
const MAX_ID = 128
const API_KEY_HASH = /^sha256:[0-9a-f]{64}$/

/** Whether a text can be the id of a tenant at all. Nothing else is ever looked up. */
export function isTenantId(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID) return false
  for (let i = 0; i < value.length; i++) {
    const char = value.charCodeAt(i)
    if (char < 0x21 || char > 0x7e) return false
  }
  return true
}

/** A copy of a record that is data and nothing else: no getter, no prototype. @throws Error with the reason */
export function copyRecord(record: unknown): unknown {
  let copy: unknown
  try {
    copy = structuredClone(record)
  } catch {
    throw new Error('the record holds something that is not data')
  }
  const keys: unknown = isObject(copy) ? copy['keys'] : undefined
  if (Array.isArray(keys)) for (const key of keys as unknown[]) ownBytes(key)
  return copy
}

// A small Buffer is a view of a pool, and its clone holds a copy of the whole pool: other tenants' secrets.
function ownBytes(key: unknown): void {
  if (!isObject(key) || !(key['secret'] instanceof Uint8Array)) return
  ;(key as { secret: Uint8Array }).secret = Uint8Array.from(key['secret'])
}

/**
 * Checks a record and imports its keys.
 *
 * An unknown member is refused: a mistyped `requiredFilterAttributes` would otherwise require nothing.
 *
 * @throws Error with the reason as its message; no key material, no value from the record
 */
export function prepareTenant(record: unknown): PreparedTenant {
  if (!isObject(record)) throw new Error('the record is not an object')
  const own = Object.assign(Object.create(null) as Record<string, unknown>, record)
  for (const name of Object.keys(own))
    if (!KNOWN.includes(name as keyof Tenant)) throw new Error(`unknown member "${name}"`)

  const { id, issuer, audience, requireUser = true, maxLifetime = Infinity, revision } = own
  if (!isTenantId(id)) throw new Error('id is not a string of 1 to 128 visible ASCII characters')
  if (issuer !== undefined && issuer !== null && (typeof issuer !== 'string' || issuer === ''))
    throw new Error('issuer is neither a non-empty string nor null')
  if (typeof requireUser !== 'boolean') throw new Error('requireUser is not a boolean')
  if (typeof maxLifetime !== 'number' || !(maxLifetime > 0))
    throw new Error('maxLifetime is not a positive number of seconds')
  if (revision !== undefined && (typeof revision !== 'string' || revision === ''))
    throw new Error('revision is not a non-empty string')

  const hashes = texts(own['apiKeyHashes'], 'apiKeyHashes')
  if (hashes?.some((hash) => !API_KEY_HASH.test(hash)))
    throw new Error('an API key hash is not "sha256:" and 64 lower-case hex digits')
  const audiences = texts(typeof audience === 'string' ? [audience] : audience, 'audience')
  if (audiences?.length === 0) throw new Error('audience is an empty list')

  const required = texts(own['requiredFilterAttributes'], 'requiredFilterAttributes') ?? []
  const anonymousFilters = prepareFilters(own['anonymousFilters'])
  if (!requireUser && required.length > 0 && anonymousFilters === undefined)
    throw new Error(
      'requireUser is false and filters are required, but there are no anonymousFilters',
    )

  const prepared = {
    id,
    ...prepareKeys(own['keys']),
    issuer,
    audience: audiences,
    requireUser,
    apiKeyHashes: hashes && new Set(hashes),
    maxLifetime,
    requiredFilterAttributes: required,
    anonymousFilters,
  }
  return Object.freeze({ ...prepared, revision: revision ?? fingerprint(prepared) })
}

/**
 * Holds a record against what a profile needs to judge its tokens. A tenant without a key for the profile passes: its
 * tokens are rejected like those of one that does not exist.
 *
 * @throws Error with the reason as its message
 */
export function checkIssuer(tenant: PreparedTenant, profile: Profile): void {
  if (profile.issuer === 'tenant' && tenant.issuer === undefined && hasKeyFor(tenant, profile))
    throw new Error(`profile "${profile.name}" needs an issuer (null: any)`)
}

function hasKeyFor(tenant: PreparedTenant, profile: Profile): boolean {
  const algorithms = [
    ...tenant.keys.map(({ alg }) => alg),
    ...(tenant.keySets ?? []).flatMap((set) => set.algorithms),
  ]
  return algorithms.some((alg) => profile.algorithms.includes(alg))
}

/** Whether a tenant could ever pass a profile. At a request, one without a key is simply rejected. */
export function checkFit(tenant: PreparedTenant, profile: Profile): void {
  checkIssuer(tenant, profile)
  if (!hasKeyFor(tenant, profile))
    throw new Error(`no key is for an algorithm of profile "${profile.name}"`)
}

/** Whether a filter constrains every attribute that a tenant requires. */
export function hasRequiredAttributes(
  tenant: PreparedTenant,
  filters: Filters | undefined,
): boolean {
  if (tenant.requiredFilterAttributes.length === 0) return true
  const constrained = filters === undefined ? [] : topLevelAttributes(filters)
  return tenant.requiredFilterAttributes.every((attribute) => constrained.includes(attribute))
}

function prepareKeys(keys: unknown): Pick<PreparedTenant, 'keys' | 'keySets'> {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS)
    throw new Error(`keys is not a list of 1 to ${MAX_KEYS} keys`)
  const prepared: PreparedKey[] = []
  const sets: PreparedKeySet[] = []
  for (const [at, key] of (keys as unknown[]).entries()) {
    if (isKeySet(key)) sets.push(prepareKeySet(key, `#${at + 1}`))
    else prepared.push(prepareKey(key, `#${at + 1}`))
  }
  const secrets = prepared.filter((key) => key.alg === 'HS256').length
  if (secrets > 0 && secrets < keys.length)
    throw new Error('HMAC secrets and public keys are mixed in one tenant')
  const kids = prepared.flatMap((key) => key.kid ?? [])
  if (new Set(kids).size < kids.length) throw new Error('two keys have the same kid')
  if (new Set(sets.map(({ url }) => url)).size < sets.length)
    throw new Error('two keys have the same jwksUrl')
  return {
    keys: Object.freeze(prepared),
    keySets: sets.length === 0 ? undefined : Object.freeze(sets),
  }
}

function prepareFilters(filters: unknown): Filters | undefined {
  if (filters === undefined) return undefined
  try {
    return parseFilters(filters, { source: 'token' })
  } catch {
    throw new Error('anonymousFilters break the filter grammar')
  }
}

function texts(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && item !== ''))
    throw new Error(`${name} is not a list of non-empty strings`)
  return Object.freeze([...(value as string[])])
}

// Made from what was understood, so that no way of writing or hiding a secret can leave it out.
function fingerprint(tenant: Omit<PreparedTenant, 'revision'>): string {
  const { anonymousFilters, apiKeyHashes, keys, ...rest } = tenant
  const text = JSON.stringify([
    rest,
    anonymousFilters && canonicalJson(anonymousFilters),
    apiKeyHashes && [...apiKeyHashes],
    keys.map(({ material: _, ...key }) => key),
  ])
  return createHash('sha256').update(text).digest('base64url')
}
