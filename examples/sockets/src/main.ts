// Shows sockets and streams that live on while their tokens expire, checks what it shows, and goes on serving or, with
// `--once`, ends. `PORT` is where it listens.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAuthenticator, supportWidget } from '@countersign/core'
import { createSecret, createSigner } from '@countersign/signer'
import { createService } from './service.ts'
import { tour } from './tour.ts'

await tour()
if (!process.argv.includes('--once')) {
  const secret = createSecret()
  const { server } = createService({
    authenticator: createAuthenticator({
      profile: supportWidget(),
      tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }],
    }),
    origins: ['https://shop.example'],
  })
  server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1')
  await once(server, 'listening')
  const signer = createSigner({ profile: 'support-widget', tenantId: 'ten_acme', secret })
  console.log(`
Serving. To follow the conversation of a user:

curl -N http://127.0.0.1:${(server.address() as AddressInfo).port}/stream -H 'Authorization: Bearer ${await signer.sign({ userId: 'usr_42' })}'`)
}
