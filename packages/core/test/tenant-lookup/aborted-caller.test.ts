import { createServer, get, type ClientRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createAuthenticator } from '../../src/authenticator.ts'
import { supportWidget } from '../../src/profiles/support-widget.ts'
import type { Tenant } from '../../src/tenant.ts'
import { keys, resolvers } from '../fixtures/lookup-bench.ts'
import { hmacKey, token } from '../laws/signing.ts'
import { SECRET } from '../fixtures/keys.ts'

const NOW = 1_800_000_000

it('a first caller that hangs up harms nobody who waits for the same tenant', async () => {
  const record = resolvers<Tenant>()
  let signal: AbortSignal | undefined
  let calls = 0
  const authenticator = createAuthenticator({
    profile: supportWidget(),
    tenants: {
      find: async (_id, options) => {
        calls += 1
        signal = options.signal
        return record.promise
      },
    },
    now: () => NOW * 1000,
  })
  const arrived = [resolvers<void>(), resolvers<void>(), resolvers<void>()]
  const gone = resolvers<void>()
  let requests = 0
  const server = createServer((request, response) => {
    const number = requests++
    request.socket.on('close', () => {
      if (number === 0) gone.resolve()
    })
    void Promise.resolve(authenticator.authenticate(request)).then((outcome) =>
      response.writeHead(outcome.ok ? 200 : outcome.error.status).end(),
    )
    arrived[number]?.resolve()
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })

  const { port } = server.address() as AddressInfo
  const claims = { tenantId: 'acme', userId: 'u1', exp: NOW + 600 }
  const authorization = `Bearer ${token(claims, hmacKey(SECRET))}`
  const send = (): { request: ClientRequest; status: Promise<number | undefined> } => {
    const options = { host: '127.0.0.1', port, agent: false, headers: { authorization } }
    const answer = resolvers<number | undefined>()
    const request = get(options, (response) => answer.resolve(response.resume().statusCode))
    request.on('error', answer.reject)
    return { request, status: answer.promise }
  }

  const first = send()
  await arrived[0]?.promise
  const others = [send(), send()]
  await Promise.all([arrived[1]?.promise, arrived[2]?.promise])
  const broken = first.status.then(
    () => 'answered',
    () => 'broken off',
  )
  first.request.destroy()
  expect(await broken).toBe('broken off')
  await gone.promise
  expect(signal?.aborted).toBe(false)
  record.resolve({ id: 'acme', keys })
  expect(await Promise.all(others.map(async ({ status }) => status))).toEqual([200, 200])
  expect(await send().status).toBe(200)
  expect(calls).toBe(1)
})
