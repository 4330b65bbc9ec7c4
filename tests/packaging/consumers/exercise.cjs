// What esm.mjs and commonjs.cjs both do with the packages, however they got hold of them.
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')

const Express = require('express')
const Fastify = require('fastify')
const jwt = require('jsonwebtoken')
const Koa = require('koa')

const secret = 'an HMAC secret that only this test knows'
const tenants = [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }]

const claims = { tenantId: 'ten_acme', userId: 'usr_1', userRoles: ['admin'] }
const token = jwt.sign(claims, secret, { algorithm: 'HS256', expiresIn: '1h' })
const forged = jwt.sign(claims, 'another secret, which is not the one', { expiresIn: '1h' })

exports.exercise = async function exercise({
  client,
  core,
  express,
  fastify,
  filters,
  koa,
  signer,
}) {
  checkFilters(filters)
  await checkCompilers(filters)
  await checkCore(core)
  await checkSigner(signer, core)
  await checkClient(client, () => expressServer(express, settingsOf(core)))
  await checkServer('express', (settings) => expressServer(express, settings), core)
  await checkServer('koa', (settings) => koaServer(koa, settings), core)
  await checkServer('fastify', (settings) => fastifyServer(fastify, settings), core)
}

function checkFilters({ canonicalJson, matches, mergeFilters, parseFilters }) {
  const signed = parseFilters({ attributes: { env: 'dev' } }, { source: 'token' })
  const asked = parseFilters({ attributes: { env: 'prod' } }, { source: 'body' })
  const { filters, dropped } = mergeFilters(signed, asked)
  assert.equal(matches(filters, { env: 'dev' }), true)
  assert.equal(matches(filters, { env: 'prod' }), false)
  assert.equal(dropped.length, 1)
  assert.deepEqual(JSON.parse(canonicalJson(filters)), { attributes: { env: 'dev' } })
}

/** Each compiler has a subpath of its own, and knows the filters of the main entry, however either was loaded. */
async function checkCompilers({ CompileError, matchNone, parseFilters }) {
  const names = 'Algolia Elasticsearch Meilisearch Mongo Pinecone Postgres Qdrant Sqlite Typesense'
  const filters = parseFilters({ attributes: { env: 'dev' } }, { source: 'token' })
  for (const name of names.split(' ')) {
    const subpath = `@countersign/filters/${name.toLowerCase()}`
    for (const engine of [await import(subpath), require(subpath)]) {
      const compile = engine[`to${name}`]
      assert.notDeepEqual(compile(filters), compile(matchNone))
      assert.throws(() => compile({ attributes: { env: 'dev' } }), TypeError)
      assert.equal(engine.CompileError, CompileError)
    }
  }
}

async function checkCore({ AuthError, createAuthenticator, memoryDirectory, supportWidget }) {
  const authenticator = createAuthenticator({
    profile: supportWidget(),
    tenants: memoryDirectory(tenants),
  })
  const identity = await authenticator.verify(token)
  assert.equal(identity.kind, 'verified')
  assert.equal(identity.userId, 'usr_1')
  assert.deepEqual([...identity.userRoles], ['admin'])
  await assert.rejects(authenticator.verify(forged), (error) => {
    assert.ok(error instanceof AuthError)
    assert.equal(error.code, 'token_rejected')
    return true
  })
}

async function checkSigner({ createSigner, SignerError }, core) {
  const { sign } = createSigner({ profile: 'support-widget', tenantId: 'ten_acme', secret })
  const { createAuthenticator, memoryDirectory, supportWidget } = core
  const settings = { profile: supportWidget(), tenants: memoryDirectory(tenants) }
  const identity = await createAuthenticator(settings).verify(await sign({ userId: 'usr_1' }))
  assert.equal(identity.userId, 'usr_1')
  await assert.rejects(sign({ userId: undefined }), SignerError)
}

/** A refused token is replaced, and the request sent again. */
async function checkClient({ createFetch, createTokenSource, TokenRefreshError }, listen) {
  const { port, close } = await listen()
  const origins = `http://127.0.0.1:${port}`
  const source = createTokenSource({ token: forged, onTokenRefresh: async () => token })
  try {
    const answer = await createFetch(source, { origins })(`${origins}/v1/me`)
    assert.deepEqual(await answer.json(), { userId: 'usr_1' })
    assert.equal(source.status.state, 'fresh')
    const none = createTokenSource({ onTokenRefresh: async () => '' })
    await assert.rejects(none.get(), TokenRefreshError)
  } finally {
    source.close()
    await close()
  }
}

const settingsOf = ({ memoryDirectory, supportWidget }) => ({
  profile: supportWidget(),
  tenants: memoryDirectory(tenants),
})

async function checkServer(name, listen, core) {
  const { port, close } = await listen(settingsOf(core))
  const ask = (headers) => fetch(`http://127.0.0.1:${port}/v1/me`, { headers })
  try {
    const accepted = await ask({ authorization: `Bearer ${token}` })
    assert.equal(accepted.status, 200, name)
    assert.deepEqual(await accepted.json(), { userId: 'usr_1' }, name)

    const refused = await ask({ authorization: `Bearer ${forged}` })
    assert.equal(refused.status, 401, name)
    assert.match(refused.headers.get('content-type'), /^application\/problem\+json/, name)
    assert.equal((await refused.json()).code, 'token_rejected', name)

    const nobody = await ask({})
    assert.equal(nobody.status, 401, name)
    assert.equal((await nobody.json()).code, 'token_missing', name)
  } finally {
    await close()
  }
}

async function expressServer({ countersign }, settings) {
  const app = Express()
  app.use('/v1', countersign(settings))
  app.get('/v1/me', (req, res) => res.json({ userId: req.identity.userId }))
  return serve(app)
}

async function koaServer({ countersign }, settings) {
  const app = new Koa()
  app.use(countersign(settings))
  app.use((ctx) => {
    ctx.body = { userId: ctx.state.identity.userId }
  })
  return serve(app.callback())
}

async function fastifyServer({ countersign }, settings) {
  const app = Fastify()
  await app.register(countersign(settings))
  app.get('/v1/me', (request) => Promise.resolve({ userId: request.identity.userId }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: app.server.address().port, close: () => app.close() }
}

async function serve(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { port: server.address().port, close }
}
