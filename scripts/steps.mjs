// Running commands, timing them, and saying how they went.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

import { root } from './workspace.mjs'

/** Carries the exit code that the whole script should end with. */
export class StepFailed extends Error {
  constructor(message, exitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

const children = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (children.size === 0) process.exit(128 + constants.signals[signal])
    // Ctrl+C reaches the children through the terminal already; twice would look like impatience.
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    for (const child of children) child.kill(signal)
  })
}

/**
 * Runs a command to its end. With `show`, its output goes straight to the terminal; otherwise it is collected.
 * Never rejects for a failing command: the caller decides what a code means.
 */
export function run(command, args, { show = false, cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // npm and npx are .cmd files there, which need a shell.
      shell: process.platform === 'win32' && command !== process.execPath,
    })
    children.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => (output += chunk))
    }
    child.once('error', reject)
    child.once('close', (code, signal) => {
      children.delete(child)
      resolve({ code: code ?? 128 + constants.signals[signal], output })
    })
  })
}

/** Runs a script with this Node. */
export const node = (args, options) => run(process.execPath, args, options)

/** Like `run`, for where anything but success ends the script. */
export async function runOrFail(name, command, args, options) {
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new StepFailed(`${name} failed (exit code ${code})\n${output}`, code)
  return output
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

export const report = (mark, name, time) =>
  console.log(`${mark.padEnd(6)} ${name.padEnd(28)} ${time.padStart(8)}`)

/** Ends the process with the code of the failure, its text on stderr; a bug in a script keeps its stack. */
export function endWith(error) {
  console.error(error instanceof StepFailed ? error.message : error)
  process.exit(error instanceof StepFailed ? error.exitCode : 1)
}
