import type { StartServer } from './server.ts'

const FRAMEWORKS = {
  express: async () => (await import('./express.ts')).express,
  koa: async () => (await import('./koa.ts')).koa,
  fastify: async () => (await import('./fastify.ts')).fastify,
}

export type Framework = keyof typeof FRAMEWORKS

export const FRAMEWORK_NAMES: readonly Framework[] = Object.keys(FRAMEWORKS) as Framework[]

/** The servers of a framework, by the name of what protects them. */
export async function loadServers(
  framework: Framework,
): Promise<Readonly<Record<string, StartServer>>> {
  return FRAMEWORKS[framework]()
}
