import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  attacksFor,
  createWorld,
  GROUPS,
  httpGateway,
  run,
  type Gateway,
  type World,
} from '../../src/attacks/index.ts'
import { expressGateway, fastifyGateway, koaGateway, listen, type Running } from './gateways.ts'

const NOW = Date.UTC(2027, 0, 15, 8)
const HOSTS = [
  { host: 'Express 5', start: expressGateway },
  { host: 'Fastify 5', start: fastifyGateway },
  { host: 'Koa 3', start: koaGateway },
]

/** Requests to the address that tokens name as that of their key. */
let visits = 0
let trap: Running
let world: World

beforeAll(async () => {
  trap = await listen((_, res) => {
    visits += 1
    res.end('{"keys":[]}')
  })
  world = createWorld({ now: () => NOW, trap: trap.url })
})
afterAll(() => trap.close())

describe.each(HOSTS)('$host', ({ start }) => {
  let running: Running
  let gateway: Gateway

  beforeAll(async () => {
    running = await start(world)
    gateway = httpGateway(running.url)
  })
  afterAll(() => running.close())

  describe.each(GROUPS)('$name', ({ control, attacks }) => {
    it('control: the untampered request passes', async () => {
      const { report } = await run(control, gateway, world)
      expect(report).toBe('')
    })

    it.each(attacksFor('http', attacks))('$name', async (attack) => {
      const { report } = await run(attack, gateway, world)
      expect(report).toBe('')
    })
  })
})

describe('the trap', () => {
  it('was never visited, whatever a token named', () => {
    expect(visits).toBe(0)
  })

  it('would have counted', async () => {
    await fetch(`${world.trap}/jku`)
    expect(visits).toBe(1)
  })
})
