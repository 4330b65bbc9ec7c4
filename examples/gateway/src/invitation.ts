import type { Customers, TenantFiles } from './customers.ts'
import { mia, searchToken } from './steps.ts'
import type { Paint } from './table.ts'
import { createWidgetToken } from './tokens.ts'

/** What to try by hand, with tokens that are good now. */
export function invitation(options: {
  readonly url: string
  readonly customers: Customers
  readonly files: TenantFiles
  readonly paint: Paint
}): string {
  const { url, customers, files, paint } = options
  const { acme, docs } = customers
  const title = (text: string): string => `\n${paint('bold', text)}\n`
  return `${title('Try it yourself, in another terminal')}
SUPPORT_TOKEN='${createWidgetToken(mia, acme)}'
SEARCH_TOKEN='${searchToken(docs)}'
API_KEY='${docs.apiKey}'
${title('Who am I? Then the same with a broken token, and a route for admins')}
curl -s ${url}/support/me -H "Authorization: Bearer $SUPPORT_TOKEN"
curl -s ${url}/support/me -H "Authorization: Bearer x$SUPPORT_TOKEN"
curl -s ${url}/support/reports -H "Authorization: Bearer $SUPPORT_TOKEN"
${title('Search for more than the token allows, then in the name of another integration')}
curl -s ${url}/search -H "Authorization: Bearer $API_KEY" -H "User-Token: $SEARCH_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"integrationId": "${docs.integrationId}", "filters": {"attributes": {"env": "prod"}}}'
curl -s ${url}/search -H "Authorization: Bearer $API_KEY" -H "User-Token: $SEARCH_TOKEN" \\
  -H 'Content-Type: application/json' -d '{"integrationId": "int_open"}'

The tenants are in these files, and edits take effect within half a second:
  ${files.support}
  ${files.search}

Each verdict shows up below. Ctrl+C ends it.
`
}
