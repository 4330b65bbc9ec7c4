import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { roundTrip, start, until } from './harness.ts'

const { SEED, RUNS } = process.env
const seed = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED)
const runs = RUNS === undefined ? 150 : Number(RUNS)

it(
  'noise on the wire, in frames and beside them, ends connections and nothing else',
  async () => {
    process.stdout.write(`sockets, noise: SEED=${seed} RUNS=${runs}\n`)
    const { handshake, enter, token, connections, clock, world } = await start()
    const random = randomFrom(seed)
    const below = (limit: number): number => Math.floor(random() * limit)
    const witness = await enter()
    const genuine = await token()
    const texts = [
      `{"type":"authenticate","token":"${genuine.slice(0, -3)}"}`,
      '{"type":"message","text":"x"}',
      '{"type":"resume","after":-1}',
      '{"type":"authenticate","token":"x"}',
      'x'.repeat(200),
      '{}',
      '',
    ]

    const frame = (): Buffer => {
      const payload = Buffer.from(texts[below(texts.length)] as string)
      for (let flips = below(3); flips > 0 && payload.length > 0; flips -= 1)
        payload[below(payload.length)] = below(256)
      const length = random() < 0.1 ? below(65_536) : payload.length // it may lie
      const [fin, mask] = [random() < 0.8 ? 0x80 : 0, random() < 0.9 ? 0x80 : 0]
      const opcode = random() < 0.2 ? below(128) : ([0, 1, 1, 1, 2, 8, 9, 10][below(8)] as number)
      const size = length < 126 ? [length] : [126, length >> 8, length & 0xff]
      const head = [fin | opcode, mask | (size[0] as number), ...size.slice(1)]
      return Buffer.concat([Buffer.from(head), Buffer.alloc(mask === 0 ? 0 : 4), payload])
    }

    for (let run = 0; run < runs; run += 1) {
      const socket = (await handshake({})).socket as Socket
      for (let frames = 1 + below(8); frames > 0; frames -= 1) {
        const bytes = frame()
        const cut = below(bytes.length + 1)
        socket.write(bytes.subarray(0, cut))
        if (random() < 0.3) await turn()
        socket.write(bytes.subarray(cut))
      }
      if (random() < 0.2) socket.destroy()
      else if (random() < 0.5) socket.end()
      if (run % 50 === 49 || run === runs - 1) {
        // Whoever is silent now has not sent a token in time, and does not answer the close.
        await until(() => socket.writableLength === 0)
        clock.advance(5000)
        clock.advance(5000)
        await until(() => connections.size === 1)
        witness.say({ type: 'message', text: `after ${run}` })
        expect(await witness.next()).toMatchObject({ from: 'user', text: `after ${run}` })
        await witness.next()
        witness.say({ type: 'authenticate', token: await token() })
        expect(await witness.next()).toMatchObject({ type: 'authenticated' })
        await roundTrip(witness)
      }
    }
    expect(world.lookups).toBeGreaterThan(1) // some frames were whole
  },
  RUNS === undefined ? 60_000 : 3_600_000,
)

function randomFrom(first: number): () => number {
  let state = first >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
