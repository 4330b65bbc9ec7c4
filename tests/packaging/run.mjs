// The packages as their users get them: the packed tarballs are installed with npm into one folder outside of the
// workspace, next to the real frameworks, and every kind of consumer runs there. One folder, since only the
// installation takes time: `node tests/packaging/run.mjs [folder with tarballs]`, packed anew without one.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { build, pack } from '../../scripts/pack.mjs'
import { endWith, report, run, seconds, StepFailed } from '../../scripts/steps.mjs'
import { inRoot, publicPackages, readManifest } from '../../scripts/workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'countersign-packaging-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The version that the workspace itself works with, so that both are tested with the same. */
function versionIn(owner, name) {
  const manifest = readManifest(inRoot(owner, 'node_modules', name))
  if (manifest === undefined) throw new StepFailed(`${owner} has no ${name}: npm run setup`, 1)
  return manifest.version
}

const neighbours = {
  express: versionIn('packages/conformance', 'express'),
  '@types/express': versionIn('packages/conformance', '@types/express'),
  koa: versionIn('packages/conformance', 'koa'),
  '@types/koa': versionIn('packages/conformance', '@types/koa'),
  fastify: versionIn('packages/fastify', 'fastify'),
  jsonwebtoken: versionIn('packages/core', 'jsonwebtoken'),
  '@types/node': versionIn('.', '@types/node'),
  typescript: versionIn('.', 'typescript'),
  // Koa's own: express brings one with types of another shape, and @types/koa takes whichever lies on top.
  'content-disposition': '~1.0.0',
  // The last compiler that is not native: most consumers are on it.
  'typescript-5': 'npm:typescript@~5.9.0',
}

async function tarballs() {
  if (process.argv[2] !== undefined) {
    const given = resolve(process.argv[2])
    return readdirSync(given)
      .filter((name) => name.endsWith('.tgz'))
      .map((name) => join(given, name))
  }
  await build()
  return pack(join(folder, 'tarballs'))
}

async function step(name, work) {
  const start = performance.now()
  const { code, output } = await work()
  report(code === 0 ? 'ok' : 'FAIL', name, seconds(start))
  if (code !== 0) throw new StepFailed(output, code)
}

/** What has to be in every package, and what must not have got out of the workspace. */
function checkContents() {
  const missing = publicPackages().flatMap(({ manifest: { name } }) => {
    const installed = join(folder, 'node_modules', name)
    const files = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']
    const text = JSON.stringify(readManifest(installed))
    return [
      ...files.filter((file) => !existsSync(join(installed, file))),
      ...['@countersign/source', 'workspace:', 'catalog:'].filter((word) => text.includes(word)),
    ].map((what) => `${name}: ${what}`)
  })
  report(missing.length === 0 ? 'ok' : 'FAIL', 'contents', '')
  if (missing.length > 0) {
    throw new StepFailed(
      `Missing from a package, or left in its manifest:\n${missing.join('\n')}`,
      1,
    )
  }
}

const here = (...args) => run(process.execPath, args, { cwd: folder })
const tsc = (compiler, project) => here(`node_modules/${compiler}/bin/tsc`, '-p', project)

try {
  const files = await tarballs()
  const wanted = publicPackages().length
  if (files.length !== wanted) {
    throw new StepFailed(`${wanted} tarballs are needed, there are ${files.length}`, 1)
  }
  cpSync(new URL('consumers', import.meta.url), folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies: neighbours }),
  )
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock']
  await step('install (npm)', () =>
    run('npm', ['install', '--ignore-scripts', ...quietly, ...files], { cwd: folder }),
  )
  checkContents()
  await step('import', () => here('esm.mjs'))
  await step('require()', () => here('commonjs.cjs'))
  await step('browser', () => here('--conditions=browser', 'browser.mjs'))
  // `types.ts` and `commonjs.cts` are compiled and then run; the bundler's resolution only compiles.
  await step('TypeScript, NodeNext', () => tsc('typescript', 'tsconfig.nodenext.json'))
  await step('  … and run', () => here('out/types.js'))
  await step('  … and run as CommonJS', () => here('out/commonjs.cjs'))
  await step('TypeScript, bundler', () => tsc('typescript', 'tsconfig.bundler.json'))
  await Promise.all([
    step('TypeScript 5, NodeNext', () => tsc('typescript-5', 'tsconfig.nodenext.json')),
    step('TypeScript 5, bundler', () => tsc('typescript-5', 'tsconfig.bundler.json')),
  ])
} catch (error) {
  endWith(error)
}
