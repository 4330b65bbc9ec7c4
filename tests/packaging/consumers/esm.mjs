import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

import * as client from '@countersign/client'
import * as core from '@countersign/core'
import * as express from '@countersign/express'
import * as fastify from '@countersign/fastify'
import * as filters from '@countersign/filters'
import * as koa from '@countersign/koa'
import * as signer from '@countersign/signer'

import { exercise } from './exercise.cjs'

await exercise({ client, core, express, fastify, filters, koa, signer })

// One module instance, however it is loaded: `instanceof AuthError` holds across import and require().
const required = createRequire(import.meta.url)('@countersign/core')
assert.equal(required.AuthError, core.AuthError)
