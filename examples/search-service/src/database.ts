// The one way to Postgres: a port of three functions, and two that stand behind it.
import { PGlite } from '@electric-sql/pglite'
import { Pool } from 'pg'

export type Row = Readonly<Record<string, unknown>>

export interface Connection {
  /** Runs one statement with numbered parameters; without `values` also several. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

export interface Database extends Connection {
  /** Runs `work` in one transaction, which is undone where `work` throws. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The database cannot answer now, or not in time. What it answers with an error of its own is a mistake here. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** A server's database by its URL, else an embedded one, in memory. */
export async function openDatabase(url: string | undefined): Promise<Database> {
  return url === undefined ? embeddedDatabase(await PGlite.create()) : serverDatabase(url)
}

/** A Postgres in this process. It has one connection, and no limit of time for a statement. */
export function embeddedDatabase(pglite: PGlite): Database {
  const on = (target: Pick<PGlite, 'query' | 'exec'>): Connection => ({
    query: (text, values) =>
      attempt(async () => {
        if (values === undefined) return (await target.exec(text)).at(-1)?.rows ?? []
        return (await target.query<Row>(text, [...values])).rows
      }),
  })
  return {
    ...on(pglite),
    async transaction(work) {
      if (pglite.closed) throw new DatabaseUnavailable('closed')
      return pglite.transaction((transaction) => work(on(transaction)))
    },
    close: () => pglite.close(),
  }
}

/** A pool of connections to a server. It replaces broken ones, so the service is back when the database is. */
export function serverDatabase(connectionString: string, timeout = 2000): Database {
  const pool = new Pool({
    connectionString,
    connectionTimeoutMillis: timeout, // also for a free connection of the pool
    statement_timeout: timeout,
    query_timeout: timeout + 500, // where the server does not even say that its time is up
  })
  // An error without a listener ends the process: one of an idle connection, and one of a connection in use. Whoever
  // uses it is told all the same.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))

  const on = (target: Pick<Pool, 'query'>): Connection => ({
    query: (text, values) =>
      attempt(async () => (await target.query<Row>(text, values && [...values])).rows),
  })
  return {
    ...on(pool),
    async transaction(work) {
      const client = await attempt(() => pool.connect())
      const connection = on(client)
      let usable = true
      try {
        await connection.query('begin')
        const result = await work(connection)
        await connection.query('commit')
        return result
      } catch (error) {
        usable = !(error instanceof DatabaseUnavailable)
        if (usable) await connection.query('rollback')
        throw error
      } finally {
        client.release(!usable)
      }
    },
    close: () => pool.end(),
  }
}

// Lost connections, exhausted resources, shutdowns and time limits, by the class of their SQLSTATE.
const NOT_NOW = /^(?:08|53|57|58)/

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // Errors that the server reports have a severity; all others happened on the way to it.
    const { severity, code } = error as { severity?: unknown; code?: unknown }
    if (typeof severity === 'string' && !NOT_NOW.test(String(code))) throw error
    throw new DatabaseUnavailable(typeof code === 'string' ? code : 'no answer')
  }
}
