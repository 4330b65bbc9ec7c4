import { createHmac } from 'node:crypto'
import { verify, type JwtPayload, type Secret } from 'jsonwebtoken'
import { describe, expect, it } from 'vitest'
import type { RequestParts, Seen, Target } from '../../src/attacks/attack.ts'
import {
  ATTACKS,
  attacksFor,
  createWorld,
  GROUPS,
  httpGateway,
  REGRESSIONS,
  run,
  STATE_ATTACKS,
  type Answer,
  type Gateway,
} from '../../src/attacks/index.ts'
import { listen } from './gateways.ts'

/** The suite is held against gateways that are wrong on purpose: each must be caught, and by name. */

const NOW = Date.UTC(2027, 0, 15, 8)
const world = createWorld({ now: () => NOW })
const PASS: Answer = { status: 200, code: null, text: '' }
const REFUSE: Answer = { status: 401, code: 'token_rejected', text: '' }

function tokenOf(target: Target, { headers }: RequestParts): string | undefined {
  const name = target.startsWith('widget') ? 'authorization' : 'user-token'
  const value = headers.find(([given]) => given.toLowerCase() === name)?.[1]
  return name === 'authorization' ? value?.replace(/^Bearer /i, '') : value
}

function gatewayOf(judge: (target: Target, parts: RequestParts) => Answer): Gateway {
  return { kind: 'core', send: async (target, parts) => judge(target, parts) }
}

async function missed(gateway: Gateway): Promise<string[]> {
  const names: string[] = []
  for (const attack of attacksFor('core', ATTACKS)) {
    const { misses } = await run(attack, gateway, world)
    if (misses.length > 0) names.push(`${attack.group}: ${attack.name}`)
  }
  return names
}

describe('a gateway that is wrong is caught', () => {
  it('one that lets everything through: by every attack that must be refused', async () => {
    const names = await missed(gatewayOf(() => PASS))
    const refusals = attacksFor('core', ATTACKS).filter(({ expect: { status } }) => status !== 200)
    expect(names).toHaveLength(refusals.length)
  })

  it('one that refuses everything: by every control', async () => {
    const gateway = gatewayOf(() => REFUSE)
    for (const { control } of GROUPS)
      expect((await run(control, gateway, world)).misses).toHaveLength(1)
  })

  it('one that decodes without verifying', async () => {
    const names = await missed(
      gatewayOf((target, parts) => {
        const [, payload = ''] = tokenOf(target, parts)?.split('.') ?? []
        return Buffer.from(payload, 'base64url').toString().startsWith('{') ? PASS : REFUSE
      }),
    )
    expect(names).toContain('weak secrets: HS256 with the secret ""')
    expect(names).toContain('unsigned tokens: alg "none", no signature')
    expect(names).toContain("cross-tenant: b in the claim, a's secret")
    expect(names.length).toBeGreaterThan(300)
  })

  it('one that takes the key for whatever the header says', async () => {
    const names = await missed(
      gatewayOf((target, parts) => {
        const token = tokenOf(target, parts) ?? ''
        const [header = '', payload = '', signature = ''] = token.split('.')
        const mac = createHmac('sha256', world.a.rsa.pem).update(`${header}.${payload}`)
        return mac.digest('base64url') === signature ? PASS : REFUSE
      }),
    )
    expect(names).toContain(
      'public key as an HMAC secret: HS256 with the public key as secret: PEM',
    )
  })

  it('one that is a well-known library and nothing around it', async () => {
    const names = await missed(
      gatewayOf((target, parts) => {
        const widget = target.startsWith('widget')
        const key: Secret = widget ? world.a.secret : world.a.rsa.pem
        try {
          const claims = verify(tokenOf(target, parts) ?? '', key, {
            algorithms: [widget ? 'HS256' : 'RS256'],
            clockTimestamp: NOW / 1000,
            clockTolerance: 30,
          }) as JwtPayload
          const seen: Seen = { tenantId: String(claims['tenantId'] ?? claims['integrationId']) }
          return { ...PASS, seen }
        } catch {
          return REFUSE
        }
      }),
    )
    // It stands where it is meant to stand, and says nothing about the rest.
    expect(names).not.toContain('unsigned tokens: alg "none", no signature')
    expect(names).toContain('exp: no exp')
    expect(names).toContain('lifetime: iat in ten years, exp a minute later')
    expect(names).toContain("cross-tenant: a's token, b in the hint")
    expect(names).toContain('JSON: tenantId twice')
  })

  it('one that repeats the token in its answer', async () => {
    const echo = gatewayOf((target, parts) => ({ ...REFUSE, text: tokenOf(target, parts) ?? '' }))
    const attack = ATTACKS.find(({ name }) => name === "b in the claim, a's secret")
    if (attack === undefined) throw new Error('the attack is gone')
    expect((await run(attack, echo, world)).report).toMatch(/holds what was sent or secret/)
  })
})

describe('the regressions', () => {
  const names = new Set(
    [...ATTACKS, ...STATE_ATTACKS].flatMap(({ group, name }) => [
      `${group}: ${name}`,
      `${group}: *`,
    ]),
  )

  it.each(REGRESSIONS)('$bug', ({ attacks }) => {
    expect(attacks.length).toBeGreaterThan(0)
    expect(attacks.filter((name) => !names.has(name))).toEqual([])
  })
})

describe('reports', () => {
  it('name the attack, its intent, what came and what had to come', async () => {
    const attack = ATTACKS.find(({ name }) => name === 'alg "none", no signature')
    if (attack === undefined) throw new Error('the attack is gone')
    const { report } = await run(
      attack,
      gatewayOf(() => PASS),
      world,
    )
    expect(report).toBe(
      [
        'unsigned tokens: alg "none", no signature',
        '  intent: a token that nobody signed',
        '  expected 401 token_rejected, got 200 (passes)',
      ].join('\n'),
    )
  })
})

describe('the HTTP runner', () => {
  it('sends what is written: repeated names, odd bytes, paths', async () => {
    const running = await listen((req, res) => {
      res.end(JSON.stringify({ seen: { raw: req.rawHeaders, url: req.url } }))
    })
    const gateway = httpGateway(running.url, { widget: '/v1/chat' })
    const { seen } = await gateway.send('widget', {
      headers: [
        ['X-Tenant-Key', 'a'],
        ['x-tenant-KEY', 'b'],
        ['Authorization', 'Bearer \u00a0\u00e9'],
      ],
      query: '?q=1',
    })
    await running.close()
    const { raw, url } = seen as unknown as { raw: string[]; url: string }
    expect(url).toBe('/v1/chat?q=1')
    expect(raw.slice(-6)).toEqual([
      'X-Tenant-Key',
      'a',
      'x-tenant-KEY',
      'b',
      'Authorization',
      'Bearer \u00a0\u00e9',
    ])
  })

  it('reads answers in chunks and answers without a body', async () => {
    const running = await listen((req, res) => {
      res.statusCode = req.method === 'HEAD' ? 401 : 403
      res.write('{"code":')
      res.end('"tenant_mismatch"}')
    })
    const gateway = httpGateway(running.url)
    const [got, head] = await Promise.all([
      gateway.send('widget', { headers: [] }),
      gateway.send('widget', { headers: [], method: 'HEAD' }),
    ])
    await running.close()
    expect(got).toMatchObject({ status: 403, code: 'tenant_mismatch' })
    expect(head).toMatchObject({ status: 401, code: null })
  })

  it('says so where nobody listens', async () => {
    const running = await listen(() => {})
    await running.close()
    await expect(httpGateway(running.url).send('widget', { headers: [] })).rejects.toThrow(
      /ECONNREFUSED/,
    )
  })
})
