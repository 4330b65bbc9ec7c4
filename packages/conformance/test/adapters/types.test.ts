import { createAuthenticator, supportWidget, type Identity } from '@countersign/core'
import type { CountersignOptions } from '@countersign/core/adapter'
import { countersign as express } from '@countersign/express'
import { countersign as fastify, type FastifyAuth } from '@countersign/fastify'
import { countersign as koa } from '@countersign/koa'
import type { Request } from 'express'
import type { FastifyRequest } from 'fastify'
import type Koa from 'koa'
import { expectTypeOf, it } from 'vitest'
import { WIDGET_TENANTS } from '../../src/fixtures/widget.ts'

interface Seat {
  readonly seat: number
}

const profile = supportWidget<Seat>({
  custom: {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { seat: 1 } }) },
  },
})
const tenants = WIDGET_TENANTS

it('auth.identity() has the type of the profile, in each framework', () => {
  expectTypeOf(express({ profile, tenants }).identity).returns.toEqualTypeOf<Identity<Seat>>()
  expectTypeOf(koa({ profile, tenants }).identity).returns.toEqualTypeOf<Identity<Seat>>()
  expectTypeOf(fastify({ profile, tenants }).identity).returns.toEqualTypeOf<Identity<Seat>>()
})

it('through an authenticator too', () => {
  const authenticator = createAuthenticator({ profile, tenants })
  expectTypeOf(express(authenticator).identity).returns.toEqualTypeOf<Identity<Seat>>()
  expectTypeOf(koa({ authenticator }).identity).returns.toEqualTypeOf<Identity<Seat>>()
  expectTypeOf(fastify({ authenticator }).identity).returns.toEqualTypeOf<Identity<Seat>>()
})

it("takes the framework's own request", () => {
  expectTypeOf<Request>().toExtend<Parameters<ReturnType<typeof express>['identity']>[0]>()
  expectTypeOf<Koa.Context>().toExtend<Parameters<ReturnType<typeof koa>['identity']>[0]>()
  expectTypeOf<FastifyRequest>().toExtend<Parameters<FastifyAuth['identity']>[0]>()
})

it('what is attached may be absent where nothing ran', () => {
  expectTypeOf<Request['identity']>().toEqualTypeOf<Identity | undefined>()
  expectTypeOf<FastifyRequest['identity']>().toEqualTypeOf<Identity | null>()
})

it('options are checked: no other way to report errors', () => {
  expectTypeOf<{ readonly profile: typeof profile; readonly errors: 'log' }>().not.toExtend<
    CountersignOptions<Seat>
  >()
})
