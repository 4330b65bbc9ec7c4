import { express4Host, expressHost } from './express-host.ts'
import { fastifyHost } from './fastify-host.ts'
import type { Host } from './host.ts'
import { koa2Host, koaHost } from './koa-host.ts'

/** Every framework that an adapter is for. */
export const hosts: readonly Host[] = [expressHost, express4Host, koaHost, koa2Host, fastifyHost]
