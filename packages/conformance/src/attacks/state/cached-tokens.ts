import { randomBytes } from 'node:crypto'
import { API_KEY, EXPIRED, MISMATCH, NOT_ACTIVE, PASSES, REJECTED, type Make } from '../attack.ts'
import { mint } from '../mint.ts'
import { search, searchToken, widget, widgetClaims, widgetToken } from '../requests.ts'
import { searchOnce, widgetOnce } from './once.ts'
import { stateGroup, type StateAttack } from './stage.ts'

function withHint(make: Make, hint: string): Make {
  return (world) => {
    const parts = make(world)
    return { ...parts, headers: [...parts.headers, ['X-Tenant-Key', hint]] }
  }
}

/** A verdict that is remembered must be the one that would be reached now. */
export const cachedTokens: readonly StateAttack[] = stateGroup('cached verdicts', [
  {
    name: 'a token that is cached for a, sent for b',
    intent: 'a cache that asks for the token and not for whom it is',
    async play(stage) {
      const { a, b } = stage.world
      let host: string | undefined
      const gate = stage.widget({ tenant: () => host })
      const token = widgetOnce(stage.world)
      await stage.send('cached for a', gate, token, PASSES)
      await stage.send('b in the hint', gate, withHint(token, b.id), MISMATCH)
      host = b.id
      await stage.send('b by the host', gate, token, MISMATCH)
      await stage.send('b by the host, a in the hint', gate, withHint(token, a.id), MISMATCH)
      host = a.id
      await stage.send('a by the host', gate, token, PASSES)
    },
  },
  {
    name: "a token that is cached for a's API key, sent with b's",
    intent: 'a cache that asks for the token and not for whom it is',
    async play(stage) {
      const { b } = stage.world
      const gate = stage.search()
      const token = searchToken(stage.world)
      await stage.send('cached for a', gate, search({ token }), PASSES)
      await stage.send("b's API key", gate, search({ token, apiKey: b.apiKey }), MISMATCH)
      await stage.send('no API key', gate, search({ token, apiKey: null }), API_KEY)
      await stage.send('an unknown API key', gate, search({ token, apiKey: 'key_x' }), API_KEY)
      await stage.send("a's API key", gate, search({ token }), PASSES)
    },
  },
  {
    name: 'tokens that are equal in their first 64 characters',
    intent: 'a cache key that is cut off (CVE-2026-35030)',
    async play(stage) {
      const { world } = stage
      const gate = stage.widget()
      const header = { alg: 'HS256', typ: 'JWT', kid: 'k'.repeat(64) }
      const first = widgetToken(world, { header })
      const second = widgetToken(world, { header, claims: { userId: 'usr_2' } })
      const forged = widgetToken(world, {
        header,
        claims: { userId: 'usr_2' },
        signer: () => randomBytes(32),
      })
      stage.check(
        'they begin alike',
        [second, forged].every((token) => token.startsWith(first.slice(0, 64))),
      )
      await stage.send('the first, cached', gate, widget({ token: first }), PASSES)
      await stage.send('forged', gate, widget({ token: forged }), REJECTED)
      const identity = await stage.enter("another user's", gate, widget({ token: second }))
      stage.check('is the other user', identity.userId === 'usr_2')
      const again = await stage.enter('the first again', gate, widget({ token: first }))
      stage.check('is the first user', again.userId === 'usr_1')
    },
  },
  {
    name: 'tokens that are equal in their last 64 characters',
    intent: 'a cache key of the signature alone, or of the end of the token',
    async play(stage) {
      const { world } = stage
      const gate = stage.widget()
      const claims = { ...widgetClaims(world), pad: 'x'.repeat(60) }
      const first = widgetToken(world, { header: { alg: 'HS256' }, payload: claims })
      const signature = Buffer.from(first.split('.')[2] as string, 'base64url')
      const forged = mint({ alg: 'HS256' }, { ...claims, userId: 'usr_2' }, () => signature)
      stage.check('they end alike', first.slice(-64) === forged.slice(-64) && first !== forged)
      await stage.send('the first, cached', gate, widget({ token: first }), PASSES)
      await stage.send('forged', gate, widget({ token: forged }), REJECTED)
      await stage.send('the first again', gate, widget({ token: first }), PASSES)
    },
  },
  {
    name: 'a forged token first, the genuine one after it, and the other way round',
    intent: 'a refusal that is remembered for the genuine token, or a pass for the forged one',
    async play(stage) {
      const gate = stage.widget()
      const token = widgetToken(stage.world)
      const forged = token.replace(/[^.]*$/, Buffer.alloc(32).toString('base64url'))
      await stage.send('forged', gate, widget({ token: forged }), REJECTED)
      await stage.send('genuine', gate, widget({ token }), PASSES)
      await stage.send('forged again', gate, widget({ token: forged }), REJECTED)
      await stage.send('genuine again', gate, widget({ token }), PASSES)
    },
  },
  {
    name: 'exp passes while a token is cached',
    intent: 'to go on for as long as the cache does',
    async play(stage) {
      const gate = stage.widget({ clockTolerance: 0 })
      const token = widgetOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      stage.pass(3599)
      await stage.send('a second before exp', gate, token, PASSES)
      stage.pass(1)
      await stage.send('at exp', gate, token, EXPIRED)
      stage.pass(86_400)
      await stage.send('a day later', gate, token, EXPIRED)
    },
  },
  {
    name: 'exp passes while a token without iat is cached',
    intent: 'a cache that counts from iat',
    async play(stage) {
      const gate = stage.widget()
      const token = widgetOnce(stage.world, { claims: { iat: undefined } })
      await stage.send('cached', gate, token, PASSES)
      stage.pass(3600 + 30)
      await stage.send('after exp and the tolerance', gate, token, EXPIRED)
    },
  },
  {
    name: 'exp passes between the two phases',
    intent: 'a body that is bound long after its token was judged',
    async play(stage) {
      const gate = stage.search()
      const identity = await stage.enter('phase 1', gate, searchOnce(stage.world))
      stage.pass(3600 + 31)
      stage.bind('phase 2', gate, { identity, body: {} }, EXPIRED)
    },
  },
  {
    name: 'the clock jumps back while a token is cached',
    intent: 'a token before its time, because it was seen after it',
    async play(stage) {
      const gate = stage.widget()
      const token = widgetOnce(stage.world, { claims: { nbf: stage.world.now() } })
      await stage.send('cached', gate, token, PASSES)
      stage.pass(-600)
      await stage.send('ten minutes back', gate, token, NOT_ACTIVE)
      stage.pass(600)
      await stage.send('at its time again', gate, token, PASSES)
    },
  },
  {
    name: 'the clock says NaN',
    intent: 'comparisons that are all false',
    async play(stage) {
      const gate = stage.widget()
      const token = widgetOnce(stage.world)
      await stage.send('cached', gate, token, PASSES)
      stage.pass(Number.NaN)
      const outcome = await gate.authenticate({
        headers: { authorization: token(stage.world).headers[0]?.[1] },
      })
      stage.check('is refused', !outcome.ok)
    },
  },
  {
    name: 'thousands of spellings of one token',
    intent: 'a cache that one token fills, and genuine tokens that it drives out',
    async play(stage) {
      const gate = stage.widget()
      const token = widgetToken(stage.world)
      await stage.send('cached', gate, widget({ token }), PASSES)
      let passed = 0
      for (let index = 0; index < 2000; index += 1) {
        const spelled = `${token.slice(0, index % token.length)} ${token.slice(index % token.length)}${'='.repeat(index % 3)}`
        const outcome = await gate.authenticate({
          headers: { authorization: `Bearer ${spelled}` },
          rawHeaders: [],
        })
        if (outcome.ok) passed += 1
      }
      stage.check('none of 2000 passes', passed === 0)
      await stage.send('the one that counts', gate, widget({ token }), PASSES)
    },
  },
])
