// TypeScript that compiles to CommonJS: require() of the packages is typed as well.
import assert = require('node:assert/strict')

import client = require('@countersign/client')
import core = require('@countersign/core')
import express = require('@countersign/express')
import fastify = require('@countersign/fastify')
import filters = require('@countersign/filters')
import koa = require('@countersign/koa')
import signer = require('@countersign/signer')

const settings = {
  profile: core.supportWidget(),
  tenants: core.memoryDirectory([
    {
      id: 'ten_acme',
      keys: [{ alg: 'HS256', secret: 'an HMAC secret that only this test knows' }],
    },
  ]),
}

assert.equal(typeof core.createAuthenticator(settings).verify, 'function')
for (const { countersign } of [express, fastify, koa]) assert.equal(typeof countersign, 'function')
assert.equal(typeof express.countersign(settings), 'function')
assert.equal(typeof koa.countersign(settings), 'function')
assert.equal(typeof fastify.countersign(settings), 'function')
assert.equal(typeof filters.parseFilters, 'function')
assert.equal(typeof signer.createSigner, 'function')
assert.equal(typeof client.createTokenSource({ onTokenRefresh: () => 'token' }).get, 'function')
