// #region explain
import { explainMerge, parseFilters } from '@countersign/filters'

const token = parseFilters({ attributes: { env: 'dev' } }, { source: 'token' })
const body = parseFilters({ attributes: { env: 'prod', module: 'a' } }, { source: 'body' })
const document = { env: 'dev', module: 'b' }

export const { clauses, found, lines } = explainMerge(token, body, { document })
// The token asks for env = "dev". The document satisfies this.
// The request asks for env = "prod": dropped, since the token asks for env = "dev". The document does not satisfy this.
// The request asks for module = "a". The document does not satisfy this.
// The document is not found.
// #endregion
