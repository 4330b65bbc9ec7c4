import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jwkOf } from './fixtures/jwks-host.ts'
import { p256 } from './fixtures/keys.ts'
import { searchClaims, sign } from './fixtures/tokens.ts'

const openssl = spawnSync('openssl', ['version']).status === 0
if (!openssl)
  process.stderr.write('key sets: no openssl here, so none is fetched over real https\n')

describe.skipIf(!openssl)('a key set over https, with the global fetch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-https-'))
  const [keyFile, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  let server: ReturnType<typeof createServer>
  let asked = 0

  beforeAll(async () => {
    const what = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'
    const whom = '-subj /CN=localhost -addext subjectAltName=DNS:localhost'
    const args = [...`${what} ${whom}`.split(' '), '-keyout', keyFile, '-out', certificate]
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    const tls = { key: readFileSync(keyFile), cert: readFileSync(certificate) }
    server = createServer(tls, (_, response) => {
      asked += 1
      response.end(JSON.stringify({ keys: [jwkOf(p256().publicKey, { kid: 'k' })] }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    server?.close().closeAllConnections()
    rmSync(folder, { recursive: true })
  })

  async function ask(host: string, env: Record<string, string>): Promise<string> {
    const url = `https://${host}:${(server.address() as AddressInfo).port}/jwks`
    const iat = Math.floor(Date.now() / 1000)
    const claims = { ...searchClaims, iat, exp: iat + 600 }
    const token = sign(claims, { alg: 'ES256', privateKey: p256().privateKey }, { kid: 'k' })
    const script = fileURLToPath(new URL('fixtures/ask-process.ts', import.meta.url))
    const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]
    const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...rest } = process.env
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, url, token], {
      env: { ...rest, ...env },
    })
    return stdout
  }
  const trusted = { NODE_EXTRA_CA_CERTS: certificate }

  it('is read where the certificate is trusted, and for this name, and else is an outage', async () => {
    const answers = await Promise.all([
      ask('localhost', trusted),
      ask('localhost', {}),
      ask('127.0.0.1', trusted),
    ])
    expect(answers).toEqual(['ok', 'keys_unavailable', 'keys_unavailable'])
    expect(asked).toBe(1)
  })
})
