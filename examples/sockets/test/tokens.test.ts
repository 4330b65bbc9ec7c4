import { describe, expect, it } from 'vitest'
import { roundTrip, start, until } from './harness.ts'

const authenticate = (token: unknown): object => ({ type: 'authenticate', token })
const hello = { type: 'message', text: 'hello' }

describe('the first token', () => {
  it('is taken from the subprotocol', async () => {
    const { enter } = await start()
    const client = await enter()
    expect(client.socket.protocol).toBe('countersign.v1')
    client.say(hello)
    expect(await client.next()).toEqual({ type: 'message', id: 1, from: 'user', text: 'hello' })
    expect(await client.next()).toMatchObject({ id: 2, text: 'About: hello' })
  })

  it('is taken from the first message', async () => {
    const { knock, token, clock } = await start()
    const client = await knock()
    clock.advance(4999)
    client.say(authenticate(await token()))
    expect(await client.next()).toEqual({
      type: 'authenticated',
      expiresAt: clock.now() / 1000 + 60 - 0.999,
    })
    clock.advance(10_000)
    client.say(hello)
    expect(await client.next()).toMatchObject({ type: 'message' })
  })

  it('has to come within five seconds', async () => {
    const { knock, clock } = await start()
    const client = await knock()
    clock.advance(4999)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
    clock.advance(1)
    expect(await client.closed).toBe('4401 token_missing')
  })

  it('has to be judged within them: a directory that hangs', async () => {
    const { knock, token, clock, world } = await start()
    let go: (() => void) | undefined
    world.hold = new Promise((resolve) => (go = resolve))
    const client = await knock()
    client.say(authenticate(await token()))
    await until(() => world.lookups === 1)
    clock.advance(5000)
    expect(await client.closed).toBe('4401 token_missing')
    go?.()
  })

  it('refuses a forged one, and one that is none', async () => {
    const { connect, knock, token } = await start()
    const [head, body] = (await token()).split('.')
    const forged = `${head}.${body}.${'A'.repeat(43)}`
    expect(await connect(['countersign.v1', forged]).closed).toBe('4401 token_rejected')
    expect(await connect(['countersign.v1', 'undefined']).closed).toBe('4401 token_rejected')
    for (const text of [forged, 'null', `${forged}.`, 'a'.repeat(9000)]) {
      const client = await knock()
      client.say(authenticate(text))
      expect(await client.closed).toMatch(/^(?:4401 token_rejected|4403 request_invalid)$/)
    }
  })

  it('refuses one that has expired, also within the tolerance of the clock', async () => {
    const { connect, token, clock } = await start()
    const text = await token('usr_42', 'ten_acme', { expiresIn: 5 })
    clock.advance(5000)
    expect(await connect(['countersign.v1', text]).closed).toBe('4401 token_expired')
  })

  it('refuses one that was revoked', async () => {
    const { connect, token, revoked } = await start()
    revoked.add('usr_42')
    expect(await connect(['countersign.v1', await token()]).closed).toBe('4401 token_revoked')
  })

  it('says 1013 in an outage, and lets the client in after it', async () => {
    const { connect, enter, knock, token, world } = await start()
    world.isDown = true
    expect(await connect(['countersign.v1', await token()]).closed).toBe('1013 keys_unavailable')
    const client = await knock()
    client.say(authenticate(await token()))
    expect(await client.closed).toBe('1013 keys_unavailable')
    world.isDown = false
    await enter()
  })
})

describe('before a token was accepted', () => {
  it.each([
    ['a message', hello],
    ['a look at the past', { type: 'resume', after: 0 }],
    ['a message to somebody', { ...hello, to: 'usr_43' }],
  ])('refuses %s', async (_attack, frame) => {
    const { knock, enter } = await start()
    const client = await knock()
    client.say(frame)
    expect(await client.closed).toBe('4401 token_missing')
    expect(client.frames).toEqual([])
    const owner = await enter()
    owner.say({ type: 'resume', after: 0 })
    owner.say(hello)
    expect(await owner.next()).toMatchObject({ id: 1 })
  })

  it('refuses a message that comes with the token, while that is judged', async () => {
    const { knock, token } = await start()
    const client = await knock()
    client.say(authenticate(await token()))
    client.say(hello)
    expect(await client.closed).toBe('4401 token_missing')
    expect(client.frames).toEqual([])
  })
})

describe('many tokens', () => {
  it('judges one at a time', async () => {
    const { enter, token, world } = await start()
    const client = await enter()
    let go: (() => void) | undefined
    world.hold = new Promise((resolve) => (go = resolve))
    client.say(authenticate(await token()))
    await until(() => world.lookups === 2)
    client.say(authenticate(await token()))
    expect(await client.closed).toBe('1008 authenticate_pending')
    expect(world.lookups).toBe(2)
    go?.()
  })

  it('judges one of 1000 that come at once', async () => {
    const { knock, token, world } = await start()
    const client = await knock()
    const text = await token()
    for (let frames = 0; frames < 1000; frames += 1) client.say(authenticate(text))
    expect(await client.closed).toBe('1008 authenticate_pending')
    expect(world.lookups).toBe(1)
    expect(client.frames).toEqual([])
  })

  it('judges a few of 1000 that wait for their answer', async () => {
    const { enter, token, world } = await start()
    const client = await enter()
    const text = await token()
    let answers = 0
    const again = (): void => {
      answers += 1
      client.say(authenticate(text))
    }
    client.socket.on('message', again)
    again()
    expect(await client.closed).toBe('1008 too_many_frames')
    expect([answers, world.lookups]).toEqual([5, 5])
  })
})

describe('a refresh', () => {
  it('replaces the token, as often as it comes', async () => {
    const { enter, token, clock } = await start()
    const client = await enter()
    for (let tokens = 0; tokens < 20; tokens += 1) {
      clock.advance(25_000)
      client.say(authenticate(await token()))
      expect(await client.next()).toEqual({
        type: 'authenticated',
        expiresAt: clock.now() / 1000 + 60,
      })
    }
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
    clock.advance(25_000)
    await roundTrip(client)
    clock.advance(34_999)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
    clock.advance(1)
    expect(await client.closed).toBe('4401 token_expired')
  })

  it('holds as many timers after it as before', async () => {
    const { enter, token, clock } = await start()
    const client = await enter()
    const before = clock.timers()
    client.say(authenticate(await token()))
    await client.next()
    expect(clock.timers()).toBe(before)
  })

  it.each([
    ['the token of another tenant', 'usr_42', 'ten_globex', '4403 tenant_mismatch'],
    ['the token of another user', 'usr_43', 'ten_acme', '4403 user_mismatch'],
  ] as const)('refuses %s', async (_attack, userId, tenantId, closing) => {
    const { enter, token } = await start()
    const client = await enter()
    client.say(authenticate(await token(userId, tenantId)))
    expect(await client.closed).toBe(closing)
    expect(client.frames).toEqual([])
  })

  it('refuses a forged token, and does not go on with the old one', async () => {
    const { enter, token } = await start()
    const client = await enter()
    client.say(authenticate(`${await token()}x`))
    client.say(hello)
    expect(await client.closed).toBe('4401 token_rejected')
    const next = await enter()
    next.say({ type: 'resume', after: 0 })
    next.say({ type: 'message', text: 'the first that is heard' })
    expect(await next.next()).toMatchObject({ id: 1 })
  })

  it('counts with what the new token says', async () => {
    const { enter, token } = await start()
    const client = await enter()
    const toUser = { type: 'message', text: 'hi', to: 'usr_43' }
    client.say(toUser)
    const refused = { type: 'refused', code: 'insufficient_role', action: 'stop' }
    expect(await client.next()).toEqual(refused)
    client.say(authenticate(await token('usr_42', 'ten_acme', { roles: ['agent'] })))
    await client.next()
    const [user, namesake] = [
      await enter(await token('usr_43')),
      await enter(await token('usr_43', 'ten_globex')),
    ]
    client.say(toUser)
    expect(await user.next()).toEqual({ type: 'message', id: 1, from: 'agent', text: 'hi' })
    client.say(authenticate(await token()))
    await client.next()
    client.say(toUser)
    expect(await client.next()).toEqual(refused)
    expect(namesake.frames).toEqual([])
  })

  it('in an outage leaves who is there, until their exp', async () => {
    const { enter, token, world, clock } = await start()
    const client = await enter()
    world.isDown = true
    clock.advance(20_000)
    client.say(authenticate(await token()))
    const refused = { type: 'refused', code: 'keys_unavailable', action: 'retry', retryAfter: 5 }
    expect(await client.next()).toEqual(refused)
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
    await roundTrip(client)
    clock.advance(20_000)
    await roundTrip(client)
    clock.advance(20_000)
    expect(await client.closed).toBe('4401 token_expired')
  })
})

describe('at exp', () => {
  it('a refresh a millisecond before counts', async () => {
    const { enter, token, clock } = await start()
    const client = await enter(await token('usr_42', 'ten_acme', { expiresIn: 10 }))
    clock.advance(9999)
    client.say(authenticate(await token()))
    await client.next()
    clock.advance(1)
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
  })

  it('a refresh that is still judged is too late, and its answer changes nothing', async () => {
    const { enter, token, clock, world } = await start()
    const client = await enter(await token('usr_42', 'ten_acme', { expiresIn: 10 }))
    let go: (() => void) | undefined
    world.hold = new Promise((resolve) => (go = resolve))
    client.say(authenticate(await token()))
    await until(() => world.lookups === 2)
    clock.advance(10_000)
    go?.()
    expect(await client.closed).toBe('4401 token_expired')
    expect(client.frames).toEqual([])
    await until(() => clock.timers() === 0)
  })

  it('a message that is being answered ends the same way, and its answer waits for the next socket', async () => {
    let go: ((text: string) => void) | undefined
    const answer = (): Promise<string> => new Promise((resolve) => (go = resolve))
    const { enter, token, clock } = await start({ answer })
    const client = await enter(await token('usr_42', 'ten_acme', { expiresIn: 10 }))
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
    clock.advance(10_000)
    go?.('late')
    expect(await client.closed).toBe('4401 token_expired')
    expect(client.frames).toEqual([])
    const next = await enter()
    next.say({ type: 'resume', after: 1 })
    expect(await next.next()).toMatchObject({ id: 2, from: 'assistant', text: 'late' })
  })

  it('a timer that is late lets nothing in or out', async () => {
    const { enter, world, token } = await start()
    const [client, listener] = [await enter(), await enter()]
    world.skew = 59_999
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
    expect(await client.next()).toMatchObject({ id: 2 })
    await listener.next()
    await listener.next()
    world.skew = 60_000
    client.say(hello)
    expect(await client.closed).toBe('4401 token_expired')
    expect(listener.frames).toEqual([])
    const agent = await enter(
      await token('usr_7', 'ten_acme', { roles: ['agent'], expiresIn: 600 }),
    )
    agent.say({ type: 'message', text: 'not for an expired token', to: 'usr_42' })
    expect(await listener.closed).toBe('4401 token_expired')
    expect(listener.frames).toEqual([])
    const next = await enter(await token('usr_42', 'ten_acme', { expiresIn: 600 }))
    next.say({ type: 'resume', after: 2 })
    expect(await next.next()).toMatchObject({ id: 3, from: 'agent' })
  })
})

describe('while it is connected', () => {
  it('a user that is revoked is gone within 30 s', async () => {
    const { enter, revoked, clock } = await start()
    const client = await enter()
    revoked.add('usr_42')
    clock.advance(29_999)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
    clock.advance(1)
    expect(await client.closed).toBe('4401 token_revoked')
  })

  it('a key that is taken out ends what it signed', async () => {
    const { enter, secrets, clock } = await start()
    const client = await enter()
    secrets.set('ten_acme', 'x'.repeat(40))
    clock.advance(30_000)
    expect(await client.closed).toBe('4401 token_rejected')
  })

  it('a tenant that is removed is gone', async () => {
    const { enter, secrets, clock } = await start()
    const client = await enter()
    secrets.delete('ten_acme')
    clock.advance(30_000)
    expect(await client.closed).toBe('4401 token_rejected')
  })

  it('an outage at a recheck ends nothing, and hides nothing for long', async () => {
    const { enter, token, world, revoked, clock } = await start()
    const client = await enter(await token('usr_42', 'ten_acme', { expiresIn: 600 }))
    world.isDown = true
    for (let checks = 1; checks <= 5; checks += 1) {
      const { lookups } = world
      clock.advance(30_000)
      await until(() => world.lookups === lookups + 1)
      await roundTrip(client)
    }
    client.say(hello)
    expect(await client.next()).toMatchObject({ id: 1 })
    world.isDown = false
    revoked.add('usr_42')
    clock.advance(30_000)
    expect(await client.closed).toBe('4401 token_revoked')
  })
})
