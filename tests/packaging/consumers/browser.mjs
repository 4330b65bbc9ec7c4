// A bundler or a browser resolves this condition: nothing of the signer may load there.
import assert from 'node:assert/strict'

for (const entry of ['', '/express', '/fastify', '/fetch', '/koa'])
  await assert.rejects(import(`@countersign/signer${entry}`), /does not load in a browser/)
