// #region service
import {
  createAuthenticator,
  searchIntegration,
  type NotReady,
  type Tenant,
} from '@countersign/core'
import { countersign } from '@countersign/express'
import express, { type Express } from 'express'
import { postgresDirectory, type Database } from './postgres.ts'

export function createService(database: Database): {
  app: Express
  saveTenant: (tenant: Tenant) => Promise<void>
  warm: () => Promise<readonly NotReady[]>
} {
  const authenticator = createAuthenticator({
    profile: searchIntegration(),
    tenants: postgresDirectory(database),
    directoryCache: { ttl: 60, maxStale: 600 }, // seconds; these are the defaults
  })
  const auth = countersign({ authenticator })

  const app = express()
  app.use('/search', auth.beforeBody, express.json(), auth.afterBody)
  app.post('/search', (req, res) => void res.json(req.body))

  async function saveTenant({ id, apiKeyHashes: _, ...record }: Tenant): Promise<void> {
    await database.query(
      `insert into tenants (id, record) values ($1, $2)
       on conflict (id) do update set record = excluded.record`,
      [id, JSON.stringify(record)],
    )
    authenticator.invalidate(id) // the next request reads the new record
  }

  async function warm(): Promise<readonly NotReady[]> {
    const { rows } = await database.query('select id from tenants limit 10000', [])
    return authenticator.warm((rows as { id: string }[]).map(({ id }) => id))
  }
  return { app, saveTenant, warm }
}
// #endregion
