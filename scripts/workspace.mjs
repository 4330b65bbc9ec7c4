// What every script here needs to know about this workspace. No dependencies: it runs before anything is installed.
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A path inside the workspace, absolute. */
export const inRoot = (...parts) => join(root, ...parts)

/** The package.json of a folder; `undefined` where there is none (somebody's empty folder). */
export function readManifest(folder) {
  let text
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text)
}

/** Every package of the workspace, the root left out: the folders that pnpm-workspace.yaml names. */
export function workspacePackages() {
  return ['packages', 'examples'].flatMap((parent) => {
    const entries = readdirSync(inRoot(parent), { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => ({ folder: inRoot(parent, entry.name) }))
      .map(({ folder }) => ({ folder, manifest: readManifest(folder) }))
      .filter(({ manifest }) => manifest !== undefined)
  })
}

/** The packages that are published. */
export const publicPackages = () =>
  workspacePackages().filter(({ manifest }) => manifest.private !== true)

/** `pnpm@<version>`, as packageManager pins it. */
export const pnpmSpec = () => readManifest(root).packageManager.replace(/\+.*$/, '')

/** The script behind a command of an installed package, to be run with `node`: the same on every platform. */
export function tool(packageName, command = packageName) {
  const folder = inRoot('node_modules', packageName)
  const manifest = readManifest(folder)
  if (manifest === undefined) throw new Error(`${packageName} is not installed: npm run setup`)
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command]
  return join(folder, bin)
}

/** Whether the module with this `import.meta.url` is the one that node was started with. */
export const isMain = (url) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url)
