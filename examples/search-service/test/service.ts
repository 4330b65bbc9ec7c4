// A service on loopback, with a database and customers of its own.
import { createToken, createCustomers, headersOf, type Customers } from '../src/customers.ts'
import { createApp } from '../src/app.ts'
import type { Connection, Database } from '../src/database.ts'
import { createSearch, type SearchOptions } from '../src/search.ts'
import { createSessions, type SessionsOptions } from '../src/sessions.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Content
}

/** What any of the routes answers. */
export interface Content {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  readonly action?: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
  readonly hits?: readonly { readonly title: string; readonly attributes: object }[]
  readonly chat_session_id?: string
  readonly message?: { readonly content: string }
}

export interface Service {
  readonly url: string
  readonly customers: Customers
  post(path: string, headers: Record<string, string>, body: unknown): Promise<Reply>
  /** The titles that a search finds. */
  titles(headers: Record<string, string>, query: string, more?: object): Promise<string[]>
  close(): Promise<void>
}

export async function serve(
  database: Database,
  options: Omit<SearchOptions, 'database'> & SessionsOptions & { customers?: Customers } = {},
): Promise<Service> {
  const { customers = createCustomers(), perOwner, ...search } = options
  const app = await createApp({
    tenants: Object.values(customers).map(({ tenant }) => tenant),
    search: createSearch({ database, ...search }),
    sessions: createSessions(database, perOwner === undefined ? {} : { perOwner }),
  })
  // What another plugin might do after the body was bound.
  app.addHook('preHandler', async (request) => {
    if (request.headers['x-mutate'] === undefined) return
    const body = request.body as Record<string, unknown>
    body['filters'] = { attributes: { env: 'prod' } }
    body['integrationId'] = 'int_globex'
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const post: Service['post'] = async (path, headers, body) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const content = (await response.json()) as Content
    return { status: response.status, headers: response.headers, body: content }
  }
  return {
    url,
    customers,
    post,
    async titles(headers, query, more) {
      const { status, body } = await post('/v1/search', headers, { query, ...more })
      if (body.hits === undefined) throw new Error(`${status} ${body.code}`)
      return body.hits.map(({ title }) => title)
    },
    close: () => app.close(),
  }
}

/** The users of the tests, as their customers' backends sign them. */
export function usersOf({ acme, globex, initech }: Customers) {
  const developer = createToken(acme, {
    filters: {
      attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['deploy', 'billing'] } }] },
    },
    userAttributes: { userId: 'mia' },
  })
  const operator = createToken(acme, {
    filters: { attributes: { env: 'prod' } },
    userAttributes: { userId: 'tom' },
  })
  const analyst = createToken(globex, {
    filters: { attributes: { plan: { $in: ['free', 'pro'] } } },
    userAttributes: { userId: 'mia' },
  })
  return {
    developer,
    operator,
    analyst,
    mia: headersOf(acme, developer),
    tom: headersOf(acme, operator),
    ann: headersOf(globex, analyst),
    visitor: headersOf(initech),
  }
}

/** A database that counts what reaches it. */
export function counting(database: Database): Database & { readonly count: () => number } {
  let count = 0
  const counted = (connection: Connection): Connection => ({
    query(text, values) {
      count += 1
      return connection.query(text, values)
    },
  })
  return {
    ...counted(database),
    transaction: (work) => database.transaction((connection) => work(counted(connection))),
    close: () => database.close(),
    count: () => count,
  }
}

/** What the tests of one file share. */
export interface Context {
  database: ReturnType<typeof counting>
  service: Service
  users: ReturnType<typeof usersOf>
}
