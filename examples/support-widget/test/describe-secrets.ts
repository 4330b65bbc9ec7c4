// The secrets stay where they are: nothing that the site serves holds one, in any spelling.
import { describe, expect, it } from 'vitest'
import { buildPage } from '../src/bundle.ts'
import { users } from '../src/customers.ts'
import type { Stage } from './stage.ts'

/** Whether a text holds a secret: as it is, its bytes, or either in another spelling. */
function holdsSecret(text: string, secrets: readonly string[]): boolean {
  const plain = text.toLowerCase()
  return secrets
    .flatMap((secret) => [Buffer.from(secret), Buffer.from(secret, 'hex')])
    .flatMap((bytes) => [
      bytes.toString('latin1'),
      bytes.toString('hex'),
      bytes.join(','),
      ...base64(bytes),
    ])
    .some((spelling) => plain.includes(spelling.toLowerCase()))
}

// Three bytes are four characters: how a text begins depends on what stands before it, and how it ends on what follows.
function base64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) =>
    (['base64', 'base64url'] as const).map((encoding) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .slice(4, -4),
    ),
  )
}

const KEY = /-----BEGIN|"d":|"k":|jwtSecret|createSigner|createHmac/

const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }

export function describeSecrets(stage: () => Stage): void {
  const holds = (text: string): boolean => holdsSecret(text, stage().secrets)

  async function ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ text: string; response: Response }> {
    const response = await fetch(new URL(path, stage().example.siteUrl), init)
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    return { text: `${head}\n\n${await response.text()}`, response }
  }

  describe('the secrets', () => {
    it('are found by the search where they are', () => {
      const [secret = ''] = stage().secrets
      expect(holds(`{"secret":"${secret}"}`)).toBe(true)
      for (const before of ['', 'x', 'xy', 'xyz'])
        for (const bytes of [Buffer.from(secret), Buffer.from(secret, 'hex')])
          for (const encoding of ['base64', 'base64url', 'hex'] as const) {
            const text = Buffer.concat([Buffer.from(before), bytes, Buffer.from('z')])
            expect(holds(text.toString(encoding))).toBe(true)
          }
      expect(holds('nothing of the kind')).toBe(false)
    })

    it('are not in the bundle, and neither is what signs', async () => {
      const { html, assets } = await buildPage()
      const kinds = new Set([...assets.keys()].map((name) => name.split('.').at(-1)))
      expect(kinds).toEqual(new Set(['css', 'html', 'js', 'map', 'svg']))
      for (const [name, content] of [...assets, ['/', html] as const]) {
        const text = content.toString()
        expect({ name, holds: holds(text), key: KEY.exec(text)?.[0] }).toEqual({
          name,
          holds: false,
          key: undefined,
        })
      }
      const map = JSON.parse(
        [...assets].find(([name]) => name.endsWith('.map'))?.[1].toString() ?? '',
      ) as { sources: string[] }
      const root = new URL('../../..', import.meta.url).href
      const from = new URL('../page/dist/assets/', import.meta.url) // where the map would lie
      const folders = map.sources.map((source) =>
        new URL('.', new URL(source, from)).href.slice(root.length),
      )
      expect(new Set(folders)).toEqual(
        new Set(['examples/support-widget/page/', 'packages/client/src/']),
      )
    })

    it('are in nothing that the site or the gateway serves, to any user, before and after a rotation', async () => {
      const made = stage().secrets.length
      const first = await ask('/')
      const paths = ['/', '/assets/none.js', '/nothing', '/demo/state', '/demo/nothing']
      for (const [, path = ''] of first.text.matchAll(/(?:src|href)="([^"]+)"/g))
        paths.push(path, `${path}.map`)
      expect(paths.length).toBeGreaterThan(10)

      const texts: string[] = [first.text]
      for (const action of [...users.map(({ id }) => id), 'expire', 'rotate', 'cut', 'restore']) {
        const { response, text } = await ask(`/demo/${action}`, post)
        const cookie =
          response.headers.get('set-cookie') ?? first.response.headers.get('set-cookie') ?? ''
        const headers = { ...post.headers, cookie, origin: stage().example.siteUrl }
        const token = await ask('/api/support/token', { ...post, headers })
        expect(token.response.status).toBe(200)
        texts.push(text, token.text)
        for (const path of paths) texts.push((await ask(path, { headers })).text)
        texts.push((await ask('/api/support/token', { headers })).text)
        const authorization = `Bearer ${/"token":"([^"]+)"/.exec(token.text)?.[1]}`
        const body = '{"question":"How do I deploy?"}'
        const question = { ...post, body, headers: { ...headers, authorization } }
        texts.push((await ask(`${stage().example.gatewayUrl}/v1/ask`, question)).text)
      }
      expect(stage().secrets.length).toBeGreaterThan(made) // it was rotated
      const found = texts.filter((text) => holds(text) || KEY.test(text))
      expect(found.map((text) => text.slice(-200))).toEqual([])
    })
  })
}
