// #region filters
import { matches, mergeFilters, parseFilters } from '@countersign/filters'

const signed = parseFilters({ attributes: { env: 'dev' } }, { source: 'token' })
const asked = parseFilters({ attributes: { env: 'prod', module: 'a' } }, { source: 'body' })

const { filters, dropped } = mergeFilters(signed, asked, { policy: 'precedence' })
// filters: env = dev and module = a; dropped: env = prod
const found = filters !== undefined && matches(filters, { env: 'dev', module: ['a', 'b'] }) // true
// #endregion

export { dropped, filters, found }
