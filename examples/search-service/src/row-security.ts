import { canonicalJson } from '@countersign/filters'
import type { Asker } from './asker.ts'
import type { Connection, Database } from './database.ts'

/**
 * Runs `work` in a transaction that can see only what the asker's filter allows, whatever its statements say: the second
 * lock. `schema.sql` has the policy that reads these settings; they end with the transaction.
 */
export function asReader<T>(
  database: Database,
  { integrationId, filters }: Pick<Asker, 'integrationId' | 'filters'>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return database.transaction(async (connection) => {
    await connection.query(
      `select set_config('role', 'search_service_reader', true),
         set_config('search_service.integration', $1, true),
         set_config('search_service.filters', $2, true)`,
      [integrationId, canonicalJson(filters)],
    )
    return work(connection)
  })
}
