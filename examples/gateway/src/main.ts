// A gateway with both profiles. First a tour of what it lets in and what it refuses, each answer checked; then it goes on
// serving, and prints what to try. `--once` ends after the tour: that is `npm start -- --once` at the top of the repository.
import { subscribe } from 'node:diagnostics_channel'
import { fileDirectory, type OutcomeEvent } from '@countersign/core'
import { createCustomers, writeTenantFiles } from './customers.ts'
import { createGateway, type Sighting } from './gateway.ts'
import { invitation } from './invitation.ts'
import { listen } from './listen.ts'
import { painter } from './table.ts'
import { tour } from './tour.ts'

const USAGE = 'npm start [-- --once]   PORT=8080 is where it listens; --once ends after the tour'
const given = process.argv.slice(2)
if (given.some((argument) => argument !== '--once')) {
  console.error(USAGE)
  process.exit(2)
}
const once = given.includes('--once')

const customers = createCustomers()
const files = writeTenantFiles(customers)
const support = fileDirectory(files.support)
const search = fileDirectory(files.search)
let touring = true
const sightings: Sighting[] = []
const gateway = createGateway({
  support,
  search,
  onHandled(sighting) {
    if (touring) sightings.push(sighting)
  },
})
const { url, close } = await listen(gateway, process.env['PORT'] ?? '8080')

async function end(): Promise<void> {
  support.close()
  search.close()
  await close()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => (touring ? process.exit() : void end()))

const print = (text: string): void => console.log(text)
const paint = painter(process.stdout)
print(`The gateway listens on ${url}`)
const passed = await tour({
  url,
  customers,
  takeSightings: () => sightings.splice(0),
  paint,
  print,
})
touring = false

if (!passed) process.exitCode = 1
if (once || !passed) await end()
else {
  print(invitation({ url, customers, files, paint }))
  // From here on a line for every verdict, as an operator sees it.
  subscribe('countersign:outcome', (message) => {
    const { phase, profile, tenantId = '-', code, reason = '' } = message as OutcomeEvent
    print([new Date().toISOString(), profile, phase, tenantId, code, reason].join('  ').trimEnd())
  })
}
