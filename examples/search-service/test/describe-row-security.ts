// The second lock: what the database shows of the articles when the service asks for all of them.
import {
  canonicalJson,
  matchAll,
  matches,
  matchNone,
  parseFilters,
  type Filters,
  type Query,
} from '@countersign/filters'
import { toPostgres } from '@countersign/filters/postgres'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Connection } from '../src/database.ts'
import { asReader } from '../src/row-security.ts'
import { attributes as anyAttributes, query as anyQuery } from './random.ts'
import type { Context } from './service.ts'

const { RUNS = '300', SEED } = process.env
const seeded = SEED === undefined ? {} : { seed: Number(SEED) }

const filtersOf = (attributes: Query): Filters => parseFilters({ attributes }, { source: 'body' })

async function urls(connection: Connection, where = 'true', values: readonly unknown[] = []) {
  const text = `select url from search_service.articles where ${where} order by url`
  return (await connection.query(text, values)).map(({ url }) => url as string)
}

export function describeRowSecurity(context: Context): void {
  /** What a query without a WHERE sees, through the service's own function. */
  const seen = (integrationId: string, filters: Filters): Promise<string[]> =>
    asReader(context.database, { integrationId, filters }, (reader) => urls(reader))
  /** What it sees with this text in the setting; without any, where nothing is set. */
  const seenWith = (integrationId?: string, filters?: string): Promise<string[]> =>
    context.database.transaction(async (connection) => {
      const set = 'select set_config($1, $2, true)'
      await connection.query(set, ['role', 'search_service_reader'])
      if (integrationId !== undefined)
        await connection.query(set, ['search_service.integration', integrationId])
      if (filters !== undefined) await connection.query(set, ['search_service.filters', filters])
      return urls(connection)
    })
  /** The editor's work, which the filter does not hold. */
  const asEditor = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    context.database.transaction(async (connection) => {
      await connection.query("select set_config('role', 'search_service_editor', true)")
      return work(connection)
    })

  it('finds what the compiled WHERE and `matches` find: random filters, random articles', async () => {
    const integrationId = 'int_random'
    const count = 150
    const many = fc.array(anyAttributes, { minLength: count, maxLength: count })
    const [documents = []] = fc.sample(many, { numRuns: 1, ...seeded })
    const articles = documents.map((attributes, index) => ({
      url: String(1000 + index),
      attributes,
    }))
    await asEditor(async (editor) => {
      await editor.query('delete from search_service.articles where integration_id = $1', [
        integrationId,
      ])
      await editor.query(
        `insert into search_service.articles (integration_id, url, title, body, attributes)
         select $1, url, '', '', attributes
         from jsonb_to_recordset($2::jsonb) as article (url text, attributes jsonb)`,
        [integrationId, JSON.stringify(articles)],
      )
    })

    let telling = 0
    const property = fc.asyncProperty(anyQuery, async (query) => {
      const filters = filtersOf(query)
      const expected = articles.flatMap(({ url, attributes }) =>
        matches(filters, attributes) ? [url] : [],
      )
      const { text, values } = toPostgres(filters, { firstParameter: 2 })
      const where = `integration_id = $1 and ${text}`
      expect({
        compiled: await asEditor((editor) => urls(editor, where, [integrationId, ...values])),
        locked: await seen(integrationId, filters),
        asWritten: await seenWith(integrationId, JSON.stringify(filters)),
      }).toEqual({ compiled: expected, locked: expected, asWritten: expected })
      if (expected.length > 0 && expected.length < count) telling += 1
    })
    await fc.assert(property, { numRuns: Number(RUNS), ...seeded })
    if (Number(RUNS) >= 100) expect(telling / Number(RUNS)).toBeGreaterThan(0.3)
  }, 600_000)

  describe('a forgotten WHERE', () => {
    const filters = filtersOf({ $and: [{ env: 'dev' }, { modules: 'billing' }] })
    const allowed = ['change-plan', 'invoices', 'spending-limits'].map(
      (path) => `https://help.acme.example/${path}`,
    )

    it('shows what the filter allows, of the integration that asks', async () => {
      expect(await seen('int_acme', filters)).toEqual(allowed)
      expect(await seen('int_globex', filters)).toEqual([])
    })

    it('shows nothing foreign, also where the WHERE asks for it', async () => {
      const asked = asReader(context.database, { integrationId: 'int_acme', filters }, (reader) =>
        urls(reader, "integration_id = 'int_globex' or attributes @> '{}' or true"),
      )
      expect(await asked).toEqual(allowed)
    })

    it('shows nothing where nothing is set, also after a transaction in which it was', async () => {
      expect(await seenWith()).toEqual([])
      expect(await seen('int_acme', filters)).toEqual(allowed)
      expect(await seenWith()).toEqual([])
      expect(await seenWith('int_acme')).toEqual([])
      expect(await seenWith(undefined, canonicalJson(filters))).toEqual([])
    })

    it('changes nothing: a reader cannot write', async () => {
      const remove = asReader(context.database, { integrationId: 'int_acme', filters }, (reader) =>
        reader.query('delete from search_service.articles'),
      )
      await expect(remove).rejects.toThrow('permission denied for table articles')
    })
  })

  describe('a setting that is not of the language', () => {
    it('is told from one that is', async () => {
      expect(await seenWith('int_acme', '{"attributes":{"env":"dev"}}')).toHaveLength(8)
      expect(await seenWith('int_acme', canonicalJson(matchNone))).toEqual([])
    })

    it.each([
      '',
      'null',
      '[]',
      '{}',
      '"env"',
      'true',
      canonicalJson(matchAll), // there is no word for "everything" here
      '{"attributes":null}',
      '{"attributes":[]}',
      '{"attributes":{"env":"dev"},"not":{}}',
      '{"env":"dev"}',
      '{"attributes":{"$and":[]}}',
      '{"attributes":{"$or":[]}}',
      '{"attributes":{"$or":{"env":"dev"}}}',
      '{"attributes":{"$or":[{"env":"dev"},{}]}}',
      '{"attributes":{"$or":[{"env":"dev"},null]}}',
      '{"attributes":{"$or":[{"env":"dev"},{"$not":{"env":"prod"}}]}}',
      '{"attributes":{"$nor":[{"env":"prod"}]}}',
      '{"attributes":{"env":{"$ne":"prod"}}}',
      '{"attributes":{"env":{"$eq":"dev","$ne":"prod"}}}',
      '{"attributes":{"env":{}}}',
      '{"attributes":{"env":null}}',
      '{"attributes":{"env":["dev"]}}',
      '{"attributes":{"env":{"$in":"dev"}}}',
      '{"attributes":{"env":{"$in":["dev",null]}}}',
      '{"attributes":{"env":{"$in":["dev",{"$ne":""}]}}}',
      '{"attributes":{"env":{"$eq":["dev"]}}}',
      '{"attributes":{"a.b":"x"}}',
      '{"attributes":{"\\" == 1 || $.\\"env":"dev"}}',
      '{"attributes":{"env\\n":"dev"}}',
      `{"attributes":{"${'a'.repeat(65)}":"x"}}`,
    ])('shows nothing: %s', async (filters) => {
      expect(await seenWith('int_acme', filters)).toEqual([])
    })

    it('is an error where it is no JSON', async () => {
      await expect(seenWith('int_acme', '{"attributes":')).rejects.toThrow(
        'invalid input syntax for type json',
      )
    })
  })
}
