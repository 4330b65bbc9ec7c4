import { readFileSync, statSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { reportTenant } from '../events.ts'
import { isObject, parseJson } from '../json.ts'
import { booleanOption, ownOptions } from '../options.ts'
import type { Tenant } from '../tenant.ts'
import type { TenantDirectory } from './directory.ts'
import { markLive } from './memory.ts'
import { SealedTenants, TenantLoadError } from './sealed-tenants.ts'

/** A directory in a JSON file. */
export interface FileDirectory extends TenantDirectory {
  find(id: string): Tenant | undefined
  findByApiKeyHash(hash: string): Tenant | undefined
  /** Stops watching the file. What was loaded last stays. */
  close(): void
}

/** What {@link fileDirectory} takes. */
export interface FileDirectoryOptions {
  /**
   * Called when a later edit cannot be taken in; the last good tenants stay in force. Default: a process
   * warning. A `TenantLoadError` names tenants and reasons, never a key.
   */
  readonly onError?: (error: Error) => void
  /** Serve the tenants that are sound and report the others to `onError`. Default: false. */
  readonly skipInvalid?: boolean
}

const POLL_MS = 500
const MAX_DEPTH = 32

/**
 * Reads tenants from a JSON file: a list of tenants, or `{ "tenants": [...] }`. The file is read again within
 * half a second of a change, also when it is replaced by renaming. An edit that is broken, or that holds a
 * bad tenant, leaves the last good tenants in force.
 *
 * @throws TypeError when the first load fails; it names every bad tenant and its reason
 */
export function fileDirectory(path: string, options: FileDirectoryOptions = {}): FileDirectory {
  const own = ownOptions('fileDirectory', options, ['onError', 'skipInvalid'])
  const skipInvalid = booleanOption('fileDirectory: option "skipInvalid"', own.skipInvalid, false)
  if (typeof path !== 'string' || path === '')
    throw new TypeError('fileDirectory: path must be a non-empty string')
  const report = own.onError === undefined ? warn : own.onError
  if (typeof report !== 'function')
    throw new TypeError('fileDirectory: option "onError" must be a function')
  const onError = (error: Error): void => {
    try {
      report(error)
    } catch {
      warn(error) // a report that fails must not end the process
    }
  }

  // Taken before the file is read, so that no edit falls between the two.
  let seen = versionOf(path)
  const load = (): SealedTenants => {
    const { tenants, faults } = SealedTenants.from(readList(path))
    if (faults.length > 0) {
      const error = new TenantLoadError('fileDirectory', faults)
      if (!skipInvalid) throw error
      for (const fault of faults) reportTenant(fault)
      onError(error)
    }
    return tenants
  }
  let current = load()

  // Polling sees renames, links and network disks alike, which file system events do not.
  const timer = setInterval(() => void poll(), POLL_MS)
  timer.unref()
  async function poll(): Promise<void> {
    const version = await stat(path).then(describe, () => MISSING)
    if (version === seen) return
    seen = version
    try {
      const last = current
      current = load()
      last.retire()
    } catch (error) {
      onError(error as Error)
    }
  }

  return markLive(
    Object.freeze({
      find: (id: string) => current.byId(id)?.record,
      findByApiKeyHash: (hash: string) => current.byApiKeyHash(hash)?.record,
      close: () => clearInterval(timer),
    }),
    () => current,
  )
}

const MISSING = 'missing'

function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? MISSING : describe(stats)
}

function describe({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`
}

function readList(path: string): readonly unknown[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new TypeError(
      `fileDirectory: the file cannot be read (${(error as { code?: string }).code})`,
    )
  }
  const file = parseJson(text, MAX_DEPTH)
  const list = isObject(file) ? file['tenants'] : file
  if (!Array.isArray(list))
    throw new TypeError(
      'fileDirectory: the file is not JSON with a list of tenants, or repeats a member',
    )
  return list
}

function warn(error: Error): void {
  process.emitWarning(error.message, { code: 'COUNTERSIGN_TENANT_FILE' })
}
