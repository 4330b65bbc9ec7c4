// A bundler or a browser resolves this condition: nothing of the signer may load there.
import assert from 'node:assert/strict'

for (const entry of ['', '/express', '/fastify', '/fetch', '/koa'])
  await assert.rejects(import(`@countersign/signer${entry}`), /does not load in a browser/)

// The client is made for there.
const { createFetch, createTokenSource } = await import('@countersign/client')
globalThis.location = { origin: 'https://app.example' }
const source = createTokenSource({ token: 'jwt', onTokenRefresh: () => 'next' })
const send = createFetch(source, {
  fetch: async ({ headers }) => new Response(headers.get('authorization')),
})
assert.equal(await (await send('https://app.example/v1')).text(), 'Bearer jwt')
await assert.rejects(send('https://elsewhere.example/v1'), TypeError)
