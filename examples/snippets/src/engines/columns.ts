import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
// #region columns
import { toPostgres, type PostgresColumn } from '@countersign/filters/postgres'

const columns: Record<string, string | PostgresColumn> = {
  org: 'org_id', // a text column
  level: { name: 'level', type: 'integer' },
  modules: { name: 'modules', type: 'text', multiple: true }, // text[]
}
// #endregion
export const allowed = ({ filters = matchNone }: Identity) => toPostgres(filters, { columns })
