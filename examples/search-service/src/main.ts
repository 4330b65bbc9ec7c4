// Starts the service, asks it a few questions whose answers are checked, and goes on serving or, with `--once`, ends.
// `DATABASE_URL` is a server's database, else one is embedded; `PORT` is where it listens.
import { createApp } from './app.ts'
import { createCustomers } from './customers.ts'
import { openDatabase } from './database.ts'
import { createSearch } from './search.ts'
import { prepare } from './seed.ts'
import { createSessions } from './sessions.ts'
import { tour } from './tour.ts'

const customers = createCustomers()
const database = await openDatabase(process.env['DATABASE_URL'])
await prepare(database)
const app = await createApp({
  tenants: Object.values(customers).map(({ tenant }) => tenant),
  search: createSearch({ database }),
  sessions: createSessions(database),
})
app.addHook('onClose', () => database.close())
const url = await app.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' })

const { developer } = await tour(url, customers)
if (process.argv.includes('--once')) await app.close()
else
  console.log(`
Serving on ${url}. To ask as the developer of Acme:

URL=${url}
API_KEY=${customers.acme.apiKey}
USER_TOKEN=${developer}
curl $URL/v1/search -H "Authorization: Bearer $API_KEY" -H "User-Token: $USER_TOKEN" \\
  -H 'Content-Type: application/json' -d '{"query":"preview"}'`)
