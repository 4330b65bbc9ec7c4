import type { RequestListener } from 'node:http'
import { listen } from '../../gateway/src/listen.ts'
import { buildPage } from './bundle.ts'
import { demoRoutes } from './demo-routes.ts'
import { createGateway } from './gateway.ts'
import { createSessions } from './sessions.ts'
import { createSite } from './site.ts'
import { createWorld } from './world.ts'

export interface Example {
  readonly siteUrl: string
  readonly gatewayUrl: string
  readonly close: () => Promise<void>
}

export interface StartOptions {
  /** Where the site listens. The gateway takes a free port, and with it another origin. */
  readonly port: string
  /** Where secrets come from. */
  readonly newSecret?: () => string
  /** Stands before the gateway, for who wants to count. */
  readonly before?: (listener: RequestListener) => RequestListener
}

/** Starts the site and the gateway, on two origins of the loopback interface. */
export async function start({
  port,
  newSecret,
  before = (it) => it,
}: StartOptions): Promise<Example> {
  const page = await buildPage()
  const world = createWorld(newSecret)
  const sessions = createSessions()
  const origins = new Set<string>()
  const gateway = await listen(
    before(createGateway({ tenants: world.tenants, origins, now: world.now })),
    '0',
  )
  const demo = demoRoutes(world, sessions)
  const site = createSite({ page, gatewayUrl: gateway.url, sessions, signer: world.signer, demo })
  const { url, close } = await listen(site, port)
  // A page has the origin of the name that it was opened by.
  origins.add(url).add(url.replace('127.0.0.1', 'localhost'))
  return {
    siteUrl: url,
    gatewayUrl: gateway.url,
    close: async () => void (await Promise.all([gateway.close(), close()])),
  }
}
