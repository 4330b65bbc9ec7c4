// #region directory
import type { Tenant, TenantDirectory } from '@countersign/core'

/** What is needed of a database: a `Pool` of pg fits, and so does PGlite. */
export interface Database {
  query(sql: string, values: string[]): Promise<{ rows: unknown[] }>
}

export function postgresDirectory(database: Database): TenantDirectory {
  async function one(sql: string, value: string): Promise<Tenant | undefined> {
    const { rows } = await database.query(sql, [value])
    const row = rows[0] as { id: string; record: Omit<Tenant, 'id'> } | undefined
    return row && { ...row.record, id: row.id }
  }
  return {
    find: (id) => one('select id, record from tenants where id = $1', id),
    findByApiKeyHash: (hash) =>
      one(
        `select id, record from tenants
         where id = (select tenant_id from tenant_api_keys where hash = $1)`,
        hash,
      ),
  }
}
// #endregion
