import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The page as it is served: nothing is written to disk. */
export interface Page {
  readonly html: string
  /** Scripts, styles and their source maps, by path. */
  readonly assets: ReadonlyMap<string, string | Buffer>
}

/** Bundles the page and `@countersign/client` for browsers. */
export async function buildPage(): Promise<Page> {
  const built = await build({
    root: fileURLToPath(new URL('../page', import.meta.url)),
    configFile: false,
    envFile: false,
    envPrefix: 'NOTHING_OF_THE_ENVIRONMENT_',
    logLevel: 'error',
    resolve: { conditions: ['@countersign/source', 'browser'] },
    build: {
      write: false,
      sourcemap: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
    },
  })
  if (Array.isArray(built) || !('output' in built)) throw new Error('the page is one bundle')
  const files = built.output.map(
    (file) =>
      [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)] as const,
  )
  const assets = new Map(files)
  const html = assets.get('index.html')
  if (html === undefined) throw new Error('the page has no index.html')
  return { html: html.toString(), assets }
}
