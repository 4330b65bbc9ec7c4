import { readFile } from 'node:fs/promises'
import type { Database } from './database.ts'

const read = (name: string): Promise<string> =>
  readFile(new URL(name, import.meta.url), { encoding: 'utf8' })

/** Makes the tables where they are missing, and puts the articles of each integration in. */
export async function prepare(database: Database): Promise<void> {
  const [schema, articles] = await Promise.all([read('schema.sql'), read('articles.json')])
  await database.transaction(async (connection) => {
    await connection.query(schema)
    await connection.query("select set_config('role', 'search_service_editor', true)")
    await connection.query(
      `insert into search_service.articles (integration_id, url, title, body, attributes)
       select integration_id, url, title, body, attributes
       from jsonb_each($1::jsonb) as integration (integration_id, articles),
         jsonb_to_recordset(articles) as article (url text, title text, body text, attributes jsonb)
       on conflict (integration_id, url) do update
       set title = excluded.title, body = excluded.body, attributes = excluded.attributes`,
      [articles],
    )
  })
}
