import { deepFreeze, isObject } from '../json.ts'
import {
  copyRecord,
  isTenantId,
  prepareTenant,
  type PreparedTenant,
  type Tenant,
} from '../tenant.ts'

/** A tenant that could not be taken in, and why. */
export interface TenantFault {
  /** The id, quoted, or the place in the list where there is no readable id. */
  readonly tenant: string
  /** Which rule it broke: no key, no value of the record. */
  readonly reason: string
}

/** How a tenant is called in errors and events: its id, quoted, where that is one. */
export function nameOf(record: unknown, otherwise = 'unknown'): string {
  try {
    const id = isObject(record) ? record['id'] : undefined
    return isTenantId(id) ? JSON.stringify(id) : otherwise
  } catch {
    return otherwise // a getter that throws
  }
}

/** A tenant was refused at load. Holds reasons only: no key, no secret. */
export class TenantLoadError extends TypeError {
  override readonly name = 'TenantLoadError'
  readonly faults: readonly TenantFault[]

  constructor(where: string, faults: readonly TenantFault[]) {
    super(
      `${where}: ${faults.map(({ tenant, reason }) => `tenant ${tenant}: ${reason}`).join('; ')}`,
    )
    this.faults = faults
  }
}

// A sealed record is frozen, so that what was prepared from it stays true.
const preparedRecords = new WeakMap<object, PreparedTenant>()

/** What was prepared from a sealed record; `undefined` for any other object. */
export function preparedFrom(record: object): PreparedTenant | undefined {
  return preparedRecords.get(record)
}

/** A frozen record, with the tenant that was prepared from it. */
export interface SealedTenant {
  readonly record: Tenant
  readonly tenant: PreparedTenant
  /** Which look-up has found last that it fits: kept here, since a map of these would be one more look-up a request. */
  fits: object | undefined
}

/** A time during which no tenant is replaced or removed. */
export class Edition {
  #isOver = false

  /** Whether it has not ended. */
  holdsAt(): boolean {
    return !this.#isOver
  }

  end(): void {
    this.#isOver = true
  }
}

/** Checked, frozen tenants by id and by API key: what the memory and the file directory stand on. */
export class SealedTenants {
  readonly #byId = new Map<string, SealedTenant>()
  readonly #byApiKeyHash = new Map<string, SealedTenant>()
  #edition = new Edition()

  /** Takes in a list, and returns what it had to leave out. */
  static from(tenants: Iterable<unknown>): {
    tenants: SealedTenants
    faults: readonly TenantFault[]
  } {
    const sealed = new SealedTenants()
    const faults: TenantFault[] = []
    let place = 0
    for (const tenant of tenants) {
      place += 1
      try {
        sealed.#add(seal(tenant))
      } catch (error) {
        const name = nameOf(tenant, `number ${place}`)
        faults.push({ tenant: name, reason: (error as Error).message })
      }
    }
    return { tenants: sealed, faults }
  }

  byId(id: string): SealedTenant | undefined {
    return this.#byId.get(id)
  }

  byApiKeyHash(hash: string): SealedTenant | undefined {
    return this.#byApiKeyHash.get(hash)
  }

  /** While it holds, every tenant that is found now is found again. */
  get edition(): Edition {
    return this.#edition
  }

  /** Ends the edition: others stand in place of these tenants. */
  retire(): void {
    this.#edition.end()
    this.#edition = new Edition()
  }

  /** Adds a tenant, or replaces the one of that id. @throws Error with the reason as its message */
  set(tenant: unknown): void {
    this.#put(seal(tenant))
  }

  delete(id: string): boolean {
    const sealed = this.#byId.get(id)
    if (sealed === undefined) return false
    for (const hash of sealed.record.apiKeyHashes ?? []) this.#byApiKeyHash.delete(hash)
    this.#byId.delete(id)
    this.retire()
    return true
  }

  #add(sealed: SealedTenant): void {
    if (this.#byId.has(sealed.record.id)) throw new Error('the id is listed twice')
    this.#put(sealed)
  }

  #put(sealed: SealedTenant): void {
    const { record } = sealed
    for (const hash of record.apiKeyHashes ?? []) {
      const owner = this.#byApiKeyHash.get(hash)
      if (owner !== undefined && owner.record.id !== record.id)
        throw new Error('an API key hash belongs to another tenant already')
    }
    this.delete(record.id)
    this.#byId.set(record.id, sealed)
    for (const hash of record.apiKeyHashes ?? []) this.#byApiKeyHash.set(hash, sealed)
  }
}

function seal(tenant: unknown): SealedTenant {
  const record = copyRecord(tenant) as Tenant
  const prepared = prepareTenant(record)
  for (const key of record.keys) if ('secret' in key) redact(key)
  deepFreeze(record) // bytes cannot be frozen; the key that was made from them is a copy
  preparedRecords.set(record, prepared)
  return { record, tenant: prepared, fits: undefined }
}

// The record goes through user code, which may log it; the secret stays readable as a property.
function redact(key: object): void {
  const shown = (): object => ({ ...key, secret: '[redacted]' })
  Object.defineProperties(key, {
    toJSON: { value: shown },
    [Symbol.for('nodejs.util.inspect.custom')]: { value: shown },
  })
}
