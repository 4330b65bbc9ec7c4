import type { FastifyInstance } from 'fastify'
import { askerOf } from './asker.ts'
import { readLimit, readObject, readText } from './body.ts'
import { bodyInvalid } from './problems.ts'
import type { Search } from './search.ts'

const MEMBERS = new Set([
  'query',
  'limit',
  'filters',
  'integrationId',
  'integration_id',
  'userAttributes',
  'user_attributes',
])

/** `POST /v1/search`: `{ query, filters?, limit?, integrationId? }` gives `{ hits }`. */
export function searchRoute(app: FastifyInstance, search: Search): void {
  app.post('/v1/search', async (request) => {
    const body = readObject(request.body, '')
    // A misspelt `filter` must not be a search without one.
    if (!Object.keys(body).every((name) => MEMBERS.has(name)))
      throw bodyInvalid('', 'No members but query, filters, limit, integrationId, userAttributes.')
    const query = readText(body['query'], '/query')
    const limit = readLimit(body['limit'], '/limit')
    return { hits: await search(askerOf(request.identity), { query, limit, words: 'all' }) }
  })
}
