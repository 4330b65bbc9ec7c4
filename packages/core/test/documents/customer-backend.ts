import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The code of the documents, word for word; only its lines are broken again. */
export function documentCode(name: string): string {
  return readFileSync(new URL(`code/${name}.txt`, import.meta.url), 'utf8')
}

export interface WidgetUser {
  readonly id: string
  readonly email?: string
  readonly roles?: readonly string[]
  readonly plan?: string
}

/** The folder of a customer's backend, in which the code of the documents runs as it would there. */
export class CustomerBackend {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'customer-'))

  constructor() {
    // Where the customer ran `npm install jsonwebtoken`.
    const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
    symlinkSync(modules, join(this.folder, 'node_modules'), 'junction')
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  /** Runs the `openssl` commands of the second document. */
  async generateKeys(): Promise<void> {
    for (const line of documentCode('generate-keys.sh').trim().split('\n')) {
      const [command = '', ...args] = line.split(' ')
      await run(command, args, { cwd: this.folder })
    }
  }

  /** `createWidgetToken` in Node. `clockShift`: milliseconds by which the backend's clock is off. */
  async createWidgetToken(
    user: WidgetUser,
    tenantConfig: { readonly tenantId: string; readonly jwtSecret: string },
    clockShift = 0,
  ): Promise<string> {
    const file = this.#write(
      'create-widget-token.mjs',
      `${documentCode('create-widget-token.js')}
const now = Date.now
Date.now = () => now() + ${clockShift}
process.stdout.write(createWidgetToken(...JSON.parse(process.argv[2])))
`,
    )
    const args = [file, JSON.stringify([user, tenantConfig])]
    return (await run(process.execPath, args, { cwd: this.folder })).stdout
  }

  /** `generateToken` with the document's own example: its types are stripped, and not checked. */
  async generateToken(): Promise<string> {
    const file = this.#write(
      'generate-token.mts',
      `${documentCode('generate-token.ts')}\nprocess.stdout.write(token)\n`,
    )
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const { stdout } = await run(process.execPath, ['--import', loader, file], { cwd: this.folder })
    return stdout
  }

  /** `create_widget_token` in Python. `slow`: a second passes between one look at the clock and the next. */
  async createWidgetTokenInPython(
    python: string,
    user: WidgetUser,
    tenantConfig: { readonly tenant_id: string; readonly jwt_secret: string },
    { slow = false } = {},
  ): Promise<string> {
    const file = this.#write(
      'create_widget_token.py',
      `${documentCode('create-widget-token.py')}
import json, sys
if ${slow ? 'True' : 'False'}:
    start = datetime.now(timezone.utc)
    looks = iter(range(10))
    class datetime:
        @staticmethod
        def now(zone):
            return start + timedelta(seconds=next(looks))
sys.stdout.write(create_widget_token(*json.loads(sys.argv[1])))
`,
    )
    const args = [file, JSON.stringify([user, tenantConfig])]
    return (await run(python, args, { cwd: this.folder })).stdout
  }

  #write(name: string, text: string): string {
    const file = join(this.folder, name)
    writeFileSync(file, text)
    return file
  }
}

/** A Python with PyJWT, or `undefined`. */
export function findPython(): string | undefined {
  const probe = "import jwt; jwt.encode({}, 'x' * 32, algorithm='HS256')"
  return ['python3', '/usr/bin/python3', 'python'].find(
    (python) => spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status === 0,
  )
}

export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0
}
