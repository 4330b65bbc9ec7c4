import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DatabaseUnavailable,
  embeddedDatabase,
  serverDatabase,
  type Database,
} from '../src/database.ts'
import { prepare } from '../src/seed.ts'
import { servePostgres, type PostgresServer } from './postgres-server.ts'
import { serve, usersOf, type Reply, type Service } from './service.ts'

const TIMEOUT = 1000 // ms, also enough for a busy machine

let pglite: PGlite
let server: PostgresServer
let database: Database
let service: Service
let users: ReturnType<typeof usersOf>
beforeAll(async () => {
  pglite = await PGlite.create()
  server = await servePostgres(pglite)
  const patient = serverDatabase(server.url, 30_000)
  await prepare(patient)
  await patient.close()
  database = serverDatabase(server.url, TIMEOUT)
  service = await serve(database, { cache: false })
  users = usersOf(service.customers)
}, 180_000)
afterAll(async () => {
  await service.close()
  await database.close()
  await server.stop()
  if (!pglite.closed) await pglite.close()
})

const user = (content: string) => ({ role: 'user', content })
const search = (): Promise<Reply> => service.post('/v1/search', users.tom, { query: 'traffic' })

async function expectFound(): Promise<void> {
  expect(await search()).toMatchObject({
    status: 200,
    body: { hits: [{ title: 'Deploy to production' }] },
  })
}

function expectUnavailable(reply: Reply): void {
  expect(reply.headers.get('retry-after')).toBe('2')
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(reply).toMatchObject({
    status: 503,
    body: { status: 503, code: 'search_unavailable', action: 'retry', retryAfter: 2 },
  })
}

describe('while the database is down', () => {
  it('every route is 503, streams too, and the service is back when the database is', async () => {
    await expectFound()
    await server.stop()
    expectUnavailable(await search())
    const messages = [user('traffic')]
    const stream = true
    for (const [path, body] of [
      ['/v1/chat/completions', { messages }],
      ['/v1/chat/completions', { messages, stream }],
      ['/v0/chat_sessions/chat_results', { chat_session: { messages }, stream }],
      [`/v0/chat_sessions/cs_${'A'.repeat(32)}/chat_results`, { message: messages[0] }],
    ] as const)
      expectUnavailable(await service.post(path, users.tom, body))
    // Who may not ask is told so all the same.
    expect((await service.post('/v1/search', {}, {})).status).toBe(401)
    expect((await service.post('/v1/search', users.tom, { query: '' })).status).toBe(400)
    await server.start()
    await expectFound()
  })

  it('a connection that breaks under a query is 503, and the next has another', async () => {
    await expectFound()
    server.stall()
    const reply = search()
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT / 3))
    await server.stop()
    expectUnavailable(await reply)
    await server.start()
    await expectFound()
  })

  it('a database that does not answer is 503 in time, also for those who wait for a connection', async () => {
    await expectFound()
    server.stall()
    const begun = performance.now()
    const replies = await Promise.all(Array.from({ length: 25 }, search))
    expect(performance.now() - begun).toBeLessThan(10 * TIMEOUT)
    for (const reply of replies) expectUnavailable(reply)
    await server.stop()
    await server.start()
    await expectFound()
  })
})

describe('an error that the database answers with', () => {
  const raise = (code: string): Promise<unknown> =>
    database.query(`do $$ begin raise exception 'x' using errcode = '${code}'; end $$`)

  it.each(['57014', '57P01', '53300', '08006', '58030'])(
    '%s: it cannot answer now',
    async (code) => {
      await expect(raise(code)).rejects.toBeInstanceOf(DatabaseUnavailable)
    },
  )

  it.each(['42P01', '22P02', '23505', '42501'])('%s: a mistake of the service', async (code) => {
    const error = await raise(code).catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(DatabaseUnavailable)
    expect(error).toMatchObject({ code })
  })

  it('is 500 without a word of it, and the transaction leaves nothing behind', async () => {
    await pglite.exec('alter table search_service.articles rename to elsewhere')
    const { status, body } = await search()
    await pglite.exec('alter table search_service.elsewhere rename to articles')
    expect(status).toBe(500)
    expect(body).toEqual({
      title: 'Internal Server Error',
      status: 500,
      detail: 'The service made a mistake.',
      code: 'internal_error',
      action: 'stop',
    })
    await expectFound()
  })
})

it('an embedded database that was closed cannot answer either', async () => {
  const embedded = embeddedDatabase(pglite)
  expect(await embedded.query('select 1 as one', [])).toEqual([{ one: 1 }])
  await embedded.close()
  await expect(embedded.query('select 1', [])).rejects.toBeInstanceOf(DatabaseUnavailable)
  const transaction = embedded.transaction((connection) => connection.query('select 1'))
  await expect(transaction).rejects.toBeInstanceOf(DatabaseUnavailable)
})
