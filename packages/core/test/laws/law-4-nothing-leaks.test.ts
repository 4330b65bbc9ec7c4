import { fork } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  fileDirectory,
  memoryDirectory,
  toProblem,
  toResponse,
  type AuthError,
  type Tenant,
} from '../../src/index.ts'
import { planGuard, roleGuard } from '../../src/guards.ts'
import { Canaries, type Hit } from './canaries.ts'
import { createLeakWorld, loadedError, type LeakWorld, type LeakyRequest } from './leak-world.ts'
import { patience, runs, seed } from './runs.ts'
import { CODES } from './verdicts.ts'

// Law 4: nothing that a refusal, a log, an error, an event or inspect gives out contains a token, a secret, a signature or
// a claim value.

/** Every round is some ninety requests, with canaries of its own. */
const rounds = Math.min(runs(5), 200)
process.stdout.write(`law 4: SEED=${seed} RUNS=${rounds}\n`)

/** Everything that a value shows of itself. */
function shown(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    inspect(value, { depth: Infinity, showHidden: true, showProxy: true }),
    format('%s %o %O %j', value, value, value, value),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? `${value.stack} ${value.message} ${inspect(value.cause)}` : '',
    typeof value === 'object' && value !== null
      ? Reflect.ownKeys(value)
          .map((key) => inspect(Reflect.get(value, key), { depth: Infinity }))
          .join('\n')
      : '',
  ].join('\n')
}

/** What comes out of a piece of work through channels and warnings. */
async function overheard(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const heard: unknown[] = []
  const listen = (event: unknown): void => void heard.push(event)
  const channels = ['countersign:outcome', 'countersign:tenant'] as const
  for (const name of channels) subscribe(name, listen)
  process.on('warning', listen)
  try {
    await work()
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  } finally {
    for (const name of channels) unsubscribe(name, listen)
    process.off('warning', listen)
  }
  return heard
}

function expectSilence(world: LeakWorld, place: string, text: string): void {
  const hits: readonly Hit[] = world.canaries.search(text)
  expect({ place, hits }).toEqual({ place, hits: [] })
}

describe('the search finds what was planted', () => {
  test.each([
    ['raw', (text: string) => `an error: ${text}`],
    ['JSON-escaped', (text: string) => JSON.stringify({ detail: `"${text}"` })],
    ['in an inspected error', (text: string) => inspect(new Error('x', { cause: { text } }))],
    ['percent-encoded', (text: string) => `?q=${encodeURIComponent(text)}`],
    ['in hex', (text: string) => Buffer.from(text).toString('hex')],
    [
      'in an inspected buffer',
      (text: string) => format('%j', Buffer.from(text)).replaceAll(',', ', '),
    ],
    ...[0, 1, 2].map((n): [string, (text: string) => string] => [
      `in base64url, ${n} characters in`,
      (text) => Buffer.from(`${'x'.repeat(n)}${text}yy`).toString('base64url'),
    ]),
  ])('%s', (_name, leak) => {
    const canaries = new Canaries(seed)
    const text = canaries.plant('a secret')
    canaries.plant('another')
    expect(canaries.search('nothing of it')).toEqual([])
    expect(canaries.search(leak(text)).map(({ name }) => name)).toContain('a secret')
  })

  test('in a token, in an error that was loaded, and in a tenant that nobody sealed', () => {
    const world = createLeakWorld(seed)
    const { canaries, requests, services } = world
    for (const { name, headers } of requests.filter(({ expected }) => expected === 'token_expired'))
      expect([name, canaries.search(JSON.stringify(headers)).length > 10]).toEqual([name, true])
    expect(canaries.search(shown(loadedError(canaries, 'directory'))).length).toBeGreaterThan(3)
    expect(canaries.search(shown(services['widget'])).map(({ name }) => name)).toContain(
      'widget secret',
    )
    expect(canaries.count).toBeGreaterThan(150)
  })

  test('every code is among the refusals', () => {
    const expected = new Set(createLeakWorld(seed).requests.map(({ expected: code }) => code))
    expect([...expected].toSorted()).toEqual(CODES.toSorted())
  })
})

/** A request judged by the core alone. */
async function refuse(world: LeakWorld, asked: LeakyRequest): Promise<AuthError | undefined> {
  const options = world.services[asked.service]
  if (options === undefined) throw new Error('no such service')
  const authenticator = createAuthenticator(options)
  expectSilence(world, 'the authenticator', shown(authenticator) + shown(authenticator.profile))
  const outcome = await authenticator.authenticate({ headers: asked.headers })
  if (!outcome.ok) return outcome.error
  switch (asked.route) {
    case 'admin':
      return roleGuard(['admin'])(outcome.identity)
    case 'pro':
      return planGuard(['pro'])(outcome.identity)
    case 'orphan':
      return roleGuard(['admin'])(undefined)
    case 'unparsed':
      return undefined // only an adapter has a stream that nobody read
    default: {
      const body: unknown =
        asked.body?.type === 'application/json' ? JSON.parse(asked.body.text) : undefined
      const bound = authenticator.bindBody(outcome.identity, body)
      return bound.ok ? undefined : bound.error
    }
  }
}

test('the core', { timeout: patience(120_000) }, async () => {
  for (let round = 0; round < rounds; round++) {
    const world = createLeakWorld(seed + round)
    for (const asked of world.requests) {
      const place = `${asked.service}, ${asked.name}`
      const events = await overheard(async () => {
        const error = await refuse(world, asked)
        if (asked.expected === 'body_unsupported' || asked.expected === 'body_not_parsed') return
        expect([place, error?.code]).toEqual([place, asked.expected])
        if (error === undefined) return
        expectSilence(world, place, shown(error) + shown(toProblem(error)))
        const response = toResponse(error)
        expectSilence(world, place, shown([...response.headers]) + (await response.text()))
      })
      expectSilence(world, `events of ${place}`, events.map(shown).join('\n'))
    }
  }
})

test('verify, for jobs and sockets', async () => {
  const world = createLeakWorld(seed)
  for (const { service, headers, expected } of world.requests) {
    const options = world.services[service]
    if (service === 'search' || options === undefined || expected.startsWith('insufficient'))
      continue
    const text = headers['authorization']?.slice('Bearer '.length) ?? ''
    const thrown: unknown = await createAuthenticator(options)
      .verify(text)
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    expectSilence(world, `verify for ${service}`, shown(thrown))
  }
})

test('directories and the tenants that they hand out', () => {
  const world = createLeakWorld(seed)
  const { tenants } = world.services['widget'] as { tenants: readonly Tenant[] }
  const directory = memoryDirectory(tenants)
  expectSilence(world, 'the directory', shown(directory))
  for (const { id } of tenants) {
    const tenant = directory.find(id)
    const key = tenant?.keys[0] as { secret: string | Uint8Array }
    expectSilence(
      world,
      `tenant ${id}`,
      shown(tenant) + shown([tenant]) + shown({ deep: { tenant } }),
    )
    expect(inspect(tenant)).toContain('[redacted]')
    expect(JSON.stringify(tenant)).toContain('[redacted]')
    expect(world.canaries.search(String(Buffer.from(key.secret as string)))).not.toEqual([]) // it is there
  }
})

test('tenants that are refused at load, from memory and from a file', async () => {
  const world = createLeakWorld(seed)
  const folder = mkdtempSync(join(tmpdir(), 'law-4-'))
  const path = join(folder, 'tenants.json')
  const thrownBy = (work: () => unknown): unknown => {
    try {
      work()
      return undefined
    } catch (error) {
      return error
    }
  }
  try {
    const errors: unknown[] = []
    const heard = await overheard(async () => {
      const list = world.badTenants as readonly Tenant[]
      errors.push(
        thrownBy(() => memoryDirectory(list)),
        thrownBy(() =>
          createAuthenticator({ ...world.services['widget'], tenants: list } as never),
        ),
        ...list.map((tenant) => thrownBy(() => memoryDirectory().set(tenant))),
      )
      memoryDirectory(list, { skipInvalid: true })

      for (const text of [
        JSON.stringify(world.badTenants),
        `{"tenants": [{"id": "${world.canaries.plant('in a broken file')}",`,
        `{"${world.canaries.plant('a member of a file')}": 1}`,
        `[{"id": 1, "id": "${world.canaries.plant('a repeated member')}"}]`,
        `["${world.canaries.plant('a tenant that is text')}"]`,
      ]) {
        writeFileSync(path, text)
        errors.push(thrownBy(() => fileDirectory(path)))
        const skipping = thrownBy(() =>
          fileDirectory(path, {
            skipInvalid: true,
            onError: (error) => void errors.push(error),
          }).close(),
        )
        if (skipping !== undefined) errors.push(skipping)
        // And as a warning of the process, which is what happens by default.
        thrownBy(() => fileDirectory(path, { skipInvalid: true }).close())
      }
    })
    expect(errors.every((error) => error instanceof TypeError)).toBe(true)
    expect(errors.length).toBeGreaterThan(25)
    expect(heard.length).toBeGreaterThan(world.badTenants.length)
    for (const error of [...errors, ...heard]) expectSilence(world, 'a load', shown(error))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

interface Answer {
  readonly status: number
  readonly text: string
}

function send(port: number, path: string, { headers, body }: LeakyRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...(body && {
            'content-type': body.type,
            'content-length': Buffer.byteLength(body.text),
          }),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => void chunks.push(chunk))
        response.on('end', () => {
          const head = `${response.statusMessage}\n${response.rawHeaders.join('\n')}`
          resolve({
            status: response.statusCode ?? 0,
            text: `${head}\n${Buffer.concat(chunks).toString()}`,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body?.text)
  })
}

test(
  'a real Express service: answers, standard output and error, warnings, events',
  { timeout: patience(60_000) },
  async () => {
    const world = createLeakWorld(seed)
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const service = fork(new URL('leaky-service.ts', import.meta.url), [String(seed)], {
      execArgv: ['--conditions=@countersign/source', '--import', loader],
      // As on a developer's machine: Express then shows the stack of an error.
      env: { ...process.env, NODE_ENV: 'development' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let output = ''
    const ended = [service.stdout, service.stderr].map(async (stream) => {
      let text = ''
      for await (const chunk of stream ?? []) {
        text += String(chunk)
        output += String(chunk)
        if (text.includes('END OF OUTPUT')) return
      }
      throw new Error(`the service ended early:\n${output}`)
    })
    const end = Promise.all(ended)
    end.catch(() => undefined)
    try {
      const [port] = (await Promise.race([once(service, 'message'), end])) as [number]

      for (const asked of world.requests) {
        const path = encodeURIComponent(asked.service)
        const place = `${asked.service}, ${asked.name}`
        const route = asked.route === undefined ? '' : `/${asked.route}`
        const answered = await send(port, `/answers/${path}${route}`, asked)
        expect([place, /"code":"(\w+)"/.exec(answered.text)?.[1]]).toEqual([place, asked.expected])
        expectSilence(world, place, answered.text)
        if (asked.route !== undefined) continue
        const thrown = await send(port, `/throws/${path}`, asked)
        expect([place, thrown.status]).toEqual([place, answered.status])
        expect(thrown.text).toContain('AuthError') // the stack, as Express shows it
        expectSilence(world, `${place}, thrown`, thrown.text)
        const printed = await send(port, `/prints/${path}`, asked)
        expect([place, printed.status]).toEqual([place, 500])
      }
      service.send('end')
      await end
    } finally {
      service.kill()
    }
    // The operator saw what happened…
    for (const { expected, route } of world.requests)
      if (route === undefined)
        expect([expected, output.includes(expected)]).toEqual([expected, true])
    expect(output.includes('COUNTERSIGN_BODY_NOT_PARSED')).toBe(true)
    expect(output.includes('the directory failed or timed out')).toBe(true)
    // …and nothing else.
    expectSilence(world, 'the output of the service', output)
  },
)
