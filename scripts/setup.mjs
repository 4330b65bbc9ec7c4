// Makes a clone ready: `npm run setup`. `npm test` and `npm start` call it first, so nobody has to.
// It needs Node and npm alone; pnpm comes through npx, in the version that package.json pins.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import { endWith, run, StepFailed } from './steps.mjs'
import { inRoot, isMain, pnpmSpec, readManifest, root, workspacePackages } from './workspace.mjs'

const stampFile = inRoot('node_modules', '.countersign-setup')

/** Installs what the lockfile says, if that is not what is installed. */
export async function setup() {
  checkNode()
  const wanted = fingerprint()
  if (installed() === wanted) return
  console.log('Installing dependencies (once, until they change) …')
  // A purge of node_modules must not wait for an answer where nobody can give one.
  const args = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']
  const { code } = await run('npx', ['-y', pnpmSpec(), ...args], { show: true })
  if (code !== 0) {
    throw new StepFailed(
      'The installation failed. If a package.json was edited, the lockfile has to follow: ' +
        `npx ${pnpmSpec()} install`,
      code,
    )
  }
  mkdirSync(inRoot('node_modules'), { recursive: true })
  writeFileSync(stampFile, wanted)
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new StepFailed(
    `Countersign needs Node 20.19 or later; this is ${process.versions.node}. ` +
      'Node 20.19 is the first where CommonJS code can require() its packages.',
    1,
  )
}

/** Changes whenever an installation could come out different. */
function fingerprint() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']
  for (const { folder } of workspacePackages()) {
    files.push(join(relative(root, folder), 'package.json'))
  }
  const hash = createHash('sha256')
  for (const file of files.toSorted()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(inRoot(file)))
      .update('\0')
  }
  const platform = `node ${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`
  return hash.update(platform).digest('hex')
}

/** The fingerprint of what is installed; `undefined` if nothing is, or a package's own folder was removed. */
function installed() {
  const complete = workspacePackages().every(
    ({ folder, manifest }) =>
      !hasDependencies(manifest) || existsSync(join(folder, 'node_modules')),
  )
  if (!complete || readManifest(inRoot('node_modules', 'vitest')) === undefined) return undefined
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined
}

const hasDependencies = ({ dependencies = {}, devDependencies = {} }) =>
  Object.keys({ ...dependencies, ...devDependencies }).length > 0

if (isMain(import.meta.url)) await setup().catch(endWith)
