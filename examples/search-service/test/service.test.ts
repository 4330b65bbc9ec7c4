// One service and one database for all of these, since an embedded Postgres takes seconds to start.
import { afterAll, beforeAll, describe } from 'vitest'
import { openDatabase } from '../src/database.ts'
import { prepare } from '../src/seed.ts'
import { describeAttacks } from './describe-attacks.ts'
import { describeClients } from './describe-clients.ts'
import { describeRowSecurity } from './describe-row-security.ts'
import { counting, serve, usersOf, type Context } from './service.ts'

const context = {} as Context
beforeAll(async () => {
  context.database = counting(await openDatabase(process.env['DATABASE_URL']))
  await prepare(context.database)
  context.service = await serve(context.database)
  context.users = usersOf(context.service.customers)
}, 180_000)
afterAll(async () => {
  await context.service.close()
  await context.database.close()
})

describe('clients', () => {
  describeClients(context)
})
describe('attacks', () => {
  describeAttacks(context)
})
describe('row-level security', () => {
  describeRowSecurity(context)
})
