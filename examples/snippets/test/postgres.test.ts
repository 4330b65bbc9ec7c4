import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import { createService } from '../src/postgres-service.ts'
import type { Database } from '../src/postgres.ts'
import { effectiveFilters, apiKeyHash, docs, post, search, serve } from './customer.ts'

const database = await PGlite.create()

beforeAll(async () => {
  await database.exec(await readFile(new URL('../src/postgres.sql', import.meta.url), 'utf8'))
})
afterAll(() => database.close())

it('takes a Pool of pg', () => {
  expectTypeOf<Pool>().toExtend<Database>()
})

it('finds tenants by id and by API key, and takes a saved record at once', async () => {
  const { app, saveTenant } = createService(database)
  const url = await serve(app)
  const ask = (body: object): Promise<[number, unknown]> => post(`${url}/search`, search(), body)

  expect(await ask({})).toMatchObject([401, { code: 'api_key_rejected' }])

  await saveTenant(docs)
  await database.query('insert into tenant_api_keys (hash, tenant_id) values ($1, $2)', [
    apiKeyHash,
    docs.id,
  ])
  expect(await ask({ integrationId: 'int_docs' })).toMatchObject([
    200,
    { userAttributes: { userId: '123456789' } },
  ])
  expect(await ask({ filters: { attributes: { env: 'prod' } } })).toMatchObject([
    200,
    { filters: effectiveFilters },
  ])

  await saveTenant({ ...docs, issuer: 'https://auth.elsewhere.example' })
  expect(await ask({})).toMatchObject([401, { code: 'claims_invalid' }])
})

it('reads tenants before the first request, and tells which it could not read', async () => {
  const broken = { id: 'int_broken', keys: [] }
  const { warm, saveTenant } = createService(database)
  await saveTenant(broken)
  expect(await warm()).toEqual([{ id: 'int_broken', why: 'unavailable' }])
  await database.query('delete from tenants where id = $1', [broken.id])
  expect(await warm()).toEqual([])
})

it('answers 503, not 401, while the database is out of reach', async () => {
  const broken: Database = { query: () => Promise.reject(new Error('connection refused')) }
  const url = await serve(createService(broken).app)
  expect(await post(`${url}/search`, search(), {})).toMatchObject([
    503,
    { code: 'keys_unavailable', action: 'retry' },
  ])
})

it('answers 503 for a record that is broken', async () => {
  const { app } = createService(database)
  const url = await serve(app)
  await database.query('update tenants set record = $1 where id = $2', ['{"keys": []}', docs.id])
  expect(await post(`${url}/search`, search(), {})).toMatchObject([
    503,
    { code: 'keys_unavailable' },
  ])
})
