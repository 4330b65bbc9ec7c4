import { pbkdf2 } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { fileDirectory, type FileDirectory } from '../../src/directory/file.ts'
import { liveTenants } from '../../src/directory/memory.ts'
import { SealedTenants } from '../../src/directory/sealed-tenants.ts'
import { TenantLoadError } from '../../src/directory/sealed-tenants.ts'
import { listen } from '../fixtures/events.ts'
import { OTHER_SECRET, SECRET } from '../fixtures/keys.ts'
import { thrownBy } from '../fixtures/refusals.ts'
import { unhandledIn } from '../fixtures/unhandled.ts'

const derive = promisify(pbkdf2)
const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
const opened: FileDirectory[] = []
afterAll(() => {
  for (const directory of opened) directory.close()
  rmSync(folder, { recursive: true })
})

const hash = `sha256:${'1'.repeat(64)}`
const tenant = (id: string, over: object = {}): object => ({
  id,
  keys: [{ alg: 'HS256', secret: SECRET }],
  ...over,
})
const broken = (id: string): object => tenant(id, { keys: [{ alg: 'HS256', secret: 'canary' }] })

let count = 0
function fileOf(content: unknown): string {
  count += 1
  const path = join(folder, `tenants-${count}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function open(...args: Parameters<typeof fileDirectory>): FileDirectory {
  const directory = fileDirectory(...args)
  opened.push(directory)
  return directory
}

/** Waits until something holds, for a bounded time. */
async function until(holds: () => boolean, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !holds(); await pause(20))
    if (Date.now() > end) expect.unreachable('it never held')
}

/** Time for the watcher to have seen the file as it is: before it has, an edit shows no difference. */
const watched = (): Promise<void> => pause(200)

describe('the first load', () => {
  it('takes a list, and an object with tenants', () => {
    const list = [tenant('a', { apiKeyHashes: [hash] }), tenant('b')]
    for (const content of [list, { tenants: list }, { $schema: 'x', tenants: list }]) {
      const directory = open(fileOf(content))
      expect(directory.find('a')?.id).toBe('a')
      expect(directory.find('b')?.id).toBe('b')
      expect(directory.find('c')).toBeUndefined()
      expect(directory.findByApiKeyHash(hash)?.id).toBe('a')
      expect(directory.findByApiKeyHash('x')).toBeUndefined()
    }
  })

  it('is frozen, and live', () => {
    const directory = open(fileOf([]))
    expect(Object.isFrozen(directory)).toBe(true)
    expect(liveTenants(directory)?.()).toBeInstanceOf(SealedTenants)
  })

  it('names every bad tenant and its reason, and no key', () => {
    const path = fileOf([tenant('a'), broken('b'), 7, tenant('c', { typo: 1 })])
    const error = thrownBy(() => fileDirectory(path)) as TenantLoadError
    expect(error).toBeInstanceOf(TenantLoadError)
    expect(error.message).toBe(
      'fileDirectory: tenant "b": a secret is shorter than 32 bytes (RFC 7518 section 3.2); ' +
        'tenant number 3: the record is not an object; tenant "c": unknown member "typo"',
    )
    expect(error.message).not.toContain('canary')
  })

  it('with skipInvalid serves the rest and reports', () => {
    const events = listen('countersign:tenant')
    const errors: Error[] = []
    const directory = open(fileOf([tenant('a'), broken('b')]), {
      skipInvalid: true,
      onError: (error) => errors.push(error),
    })
    expect(directory.find('a')?.id).toBe('a')
    expect(directory.find('b')).toBeUndefined()
    const reason = 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'
    expect(errors.map(({ message }) => message)).toEqual([`fileDirectory: tenant "b": ${reason}`])
    expect(events).toEqual([{ tenant: '"b"', reason }])
  })

  const noList = 'fileDirectory: the file is not JSON with a list of tenants, or repeats a member'
  it.each([
    ['no JSON', '[{'],
    ['empty', ''],
    ['a text', '"x"'],
    ['null', 'null'],
    ['an object without tenants', '{"tenant":[]}'],
    ['an object of tenants', '{"tenants":{"a":{}}}'],
    ['one with a repeated member', '{"tenants":[],"tenants":[]}'],
    ['one with a key named __proto__', '[{"__proto__":{}}]'],
    ['one that is too deep', '['.repeat(33) + ']'.repeat(33)],
  ])('refuses a file that is %s', (_, content) => {
    expect(() => fileDirectory(fileOf(content))).toThrow(new TypeError(noList))
  })

  it('says why a file cannot be read', () => {
    expect(() => fileDirectory(join(folder, 'absent.json'))).toThrow(
      new TypeError('fileDirectory: the file cannot be read (ENOENT)'),
    )
    expect(() => fileDirectory(folder)).toThrow(
      new TypeError('fileDirectory: the file cannot be read (EISDIR)'),
    )
  })
})

describe('options', () => {
  it.each([[''], [undefined], [null], [7], [new URL('file:///x')]])(
    'refuses the path %j',
    (path) => {
      expect(() => fileDirectory(path as never)).toThrow(
        new TypeError('fileDirectory: path must be a non-empty string'),
      )
    },
  )

  it('refuses a wrong onError and an unknown name', () => {
    const path = fileOf([])
    for (const onError of ['log', null, {}])
      expect(() => fileDirectory(path, { onError } as never)).toThrow(
        new TypeError('fileDirectory: option "onError" must be a function'),
      )
    expect(() => fileDirectory(path, { onerror: () => undefined } as never)).toThrow(
      new TypeError('fileDirectory: unknown option "onerror" (known: onError, skipInvalid)'),
    )
  })

  it('refuses a skipInvalid that is no boolean', () => {
    expect(() => open(fileOf([]), { skipInvalid: 'false' } as never)).toThrow(
      /option "skipInvalid"/,
    )
  })
})

describe.concurrent('an edit', () => {
  it('takes effect', async () => {
    const path = fileOf([tenant('a'), tenant('b')])
    const directory = open(path)
    await watched()
    const keys = [{ alg: 'HS256', secret: OTHER_SECRET }]
    writeFileSync(path, JSON.stringify({ tenants: [tenant('a', { keys }), tenant('c')] }))
    await until(() => directory.find('c') !== undefined)
    expect(directory.find('b')).toBeUndefined()
    expect(directory.find('a')?.keys[0]).toHaveProperty('secret', OTHER_SECRET)
  })

  it('ends what was said to hold', async () => {
    const path = fileOf([tenant('a'), tenant('b')])
    const directory = open(path)
    const tenants = liveTenants(directory) as () => SealedTenants
    const { edition } = tenants()
    await watched()
    expect(edition.holdsAt()).toBe(true)
    writeFileSync(path, JSON.stringify([tenant('a')]))
    await until(() => directory.find('b') === undefined)
    expect(edition.holdsAt()).toBe(false)
    expect(tenants().edition.holdsAt()).toBe(true)
  })

  it('that replaces the file by renaming takes effect', async () => {
    const path = fileOf([tenant('a')])
    const directory = open(path)
    await watched()
    renameSync(fileOf([tenant('b')]), path)
    await until(() => directory.find('b') !== undefined)
    renameSync(fileOf([tenant('c')]), path)
    await until(() => directory.find('c') !== undefined)
    expect(directory.find('a')).toBeUndefined()
  })

  it('that is broken keeps the last good tenants and reports; a good one mends it', async () => {
    const path = fileOf([tenant('a')])
    const errors: Error[] = []
    const directory = open(path, { onError: (error) => errors.push(error) })
    const good = directory.find('a')
    await watched()
    writeFileSync(path, '[{')
    await until(() => errors.length > 0)
    expect(errors[0]?.message).toBe(
      'fileDirectory: the file is not JSON with a list of tenants, or repeats a member',
    )
    expect(directory.find('a')).toBe(good)

    const before = errors.length
    writeFileSync(path, JSON.stringify([tenant('a'), broken('b'), tenant('c')]))
    await until(() => errors.length > before)
    expect(errors.at(-1)?.message).toBe(
      'fileDirectory: tenant "b": a secret is shorter than 32 bytes (RFC 7518 section 3.2)',
    )
    expect(errors.at(-1)?.message).not.toContain('canary')
    expect(directory.find('a')).toBe(good)
    expect(directory.find('c')).toBeUndefined()

    writeFileSync(path, JSON.stringify([tenant('d')]))
    await until(() => directory.find('d') !== undefined)
    expect(directory.find('a')).toBeUndefined()
  })

  it('that removes the file keeps the last good tenants and reports', async () => {
    const path = fileOf([tenant('a')])
    const errors: Error[] = []
    const directory = open(path, { onError: (error) => errors.push(error) })
    await watched()
    rmSync(path)
    await until(() => errors.length > 0)
    expect(errors[0]?.message).toBe('fileDirectory: the file cannot be read (ENOENT)')
    expect(directory.find('a')?.id).toBe('a')
  })

  it('with skipInvalid brings in what is sound', async () => {
    const path = fileOf([tenant('a')])
    const errors: Error[] = []
    const directory = open(path, { skipInvalid: true, onError: (error) => errors.push(error) })
    await watched()
    writeFileSync(path, JSON.stringify([broken('a'), tenant('b')]))
    await until(() => directory.find('b') !== undefined)
    expect(directory.find('a')).toBeUndefined()
    expect(errors).toHaveLength(1)
  })

  it('that is broken is a process warning by default', async ({ onTestFinished }) => {
    const warnings: (Error & { code?: string })[] = []
    const take = (warning: Error): void => void warnings.push(warning)
    process.on('warning', take)
    onTestFinished(() => void process.off('warning', take))
    const path = fileOf([tenant('a')])
    open(path)
    await watched()
    writeFileSync(path, 'null')
    const message =
      'fileDirectory: the file is not JSON with a list of tenants, or repeats a member'
    // Another test's directory may warn as well, a moment after that test has ended.
    await until(() => warnings.some((warning) => warning.message === message))
    const warning = warnings.find((one) => one.message === message)
    expect(warning?.code).toBe('COUNTERSIGN_TENANT_FILE')
  })

  it('after close() is not seen; what was loaded last stays', async () => {
    const [closed, open_] = [fileOf([tenant('a')]), fileOf([tenant('a')])]
    const directory = fileDirectory(closed)
    const other = open(open_)
    await watched()
    directory.close()
    directory.close()
    for (const path of [closed, open_]) writeFileSync(path, JSON.stringify([tenant('b')]))
    await until(() => other.find('b') !== undefined)
    // A second round of the watcher that is still open: the closed one would have had its turn.
    writeFileSync(open_, JSON.stringify([tenant('c')]))
    await until(() => other.find('c') !== undefined)
    expect(directory.find('a')?.id).toBe('a')
    expect(directory.find('b')).toBeUndefined()
  })

  it('is seen by both of two directories on one file, also when one is closed', async () => {
    const path = fileOf([tenant('a')])
    const [first, second] = [open(path), open(path)]
    await watched()
    first.close()
    writeFileSync(path, JSON.stringify([tenant('b')]))
    await until(() => second.find('b') !== undefined)
    expect(first.find('b')).toBeUndefined()
  })
})

describe.concurrent('an onError that throws', () => {
  const unreadable =
    'fileDirectory: the file is not JSON with a list of tenants, or repeats a member'
  const reason = 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'
  const throwing = (): never => {
    throw new Error('canary of onError')
  }
  /** The warnings of a file directory, until the test ends. */
  const warningsIn = (onTestFinished: (end: () => void) => void): string[] => {
    const warnings: string[] = []
    const take = (warning: Error & { code?: string }): void => {
      if (warning.code === 'COUNTERSIGN_TENANT_FILE') warnings.push(warning.message)
    }
    process.on('warning', take)
    onTestFinished(() => void process.off('warning', take))
    return warnings
  }

  it('does not end the process: a warning takes its place, and the watch goes on', async ({
    onTestFinished,
  }) => {
    const warnings = warningsIn(onTestFinished)
    const path = fileOf([tenant('a')])
    let calls = 0
    const directory = open(path, {
      onError: () => {
        calls += 1
        throwing()
      },
    })
    const unhandled = await unhandledIn(async () => {
      await watched()
      writeFileSync(path, '[{')
      await until(() => calls > 0 && warnings.includes(unreadable))
    })
    expect(unhandled).toEqual([])
    expect(warnings.join()).not.toContain('canary')
    expect(directory.find('a')?.id).toBe('a')
    writeFileSync(path, JSON.stringify([tenant('b')]))
    await until(() => directory.find('b') !== undefined)
  })

  it('does not keep sound tenants out, at the first load and later, with skipInvalid', async ({
    onTestFinished,
  }) => {
    const warnings = warningsIn(onTestFinished)
    const path = fileOf([tenant('a'), broken('of-first-load')])
    const directory = open(path, { skipInvalid: true, onError: throwing })
    expect(directory.find('a')?.id).toBe('a')
    await until(() => warnings.includes(`fileDirectory: tenant "of-first-load": ${reason}`))
    await watched()
    writeFileSync(path, JSON.stringify([tenant('b'), broken('of-edit')]))
    await until(() => directory.find('b') !== undefined)
    expect(directory.find('a')).toBeUndefined()
    await until(() => warnings.includes(`fileDirectory: tenant "of-edit": ${reason}`))
  })
})

describe('an edit right after the load', () => {
  it('is seen, however late the watcher looks at the file for the first time', async () => {
    const path = fileOf([tenant('a')])
    // As in a process that is just starting: whoever reads the file's state first has to wait for a thread.
    const busy = Array.from({ length: 16 }, () => derive('x', 'y', 30_000, 32, 'sha512'))
    const directory = open(path)
    writeFileSync(path, JSON.stringify([tenant('a'), tenant('b')]))
    await Promise.all(busy)
    await until(() => directory.find('b') !== undefined, 2500)
  })
})
