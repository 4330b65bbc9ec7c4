// For the demonstration only: what the buttons of the page do to the world. It changes clocks and secrets, so it answers
// nobody but the page itself, on this machine. Nothing like it belongs into a service.
import express, { type RequestHandler } from 'express'
import { users, type User } from './customers.ts'
import type { Sessions } from './sessions.ts'
import { LIFETIME, type World } from './world.ts'

const TOLERANCE = 30 // seconds that clocks may differ by, as the gateway has it by default

export function demoRoutes(world: World, sessions: Sessions): RequestHandler {
  const demo = express.Router()
  demo.use((req, res, next) => {
    // A name that somebody pointed at this machine is not this machine's, and no page of another site can send JSON here.
    const isHere = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(req.headers.host ?? '')
    const isOurs = req.method === 'GET' || Boolean(req.is('application/json'))
    res.set('Cache-Control', 'no-store')
    if (isHere && isOurs) return next()
    res.status(403).json({ title: 'For the page of the demonstration alone' })
  })
  demo.use(express.json({ limit: '1kb' }))

  const stateFor = (user: User | undefined): object => ({
    users: users.map(({ id, name, plan, roles, tenantId }) => ({
      id,
      name,
      plan,
      roles,
      tenantId,
    })),
    userId: user?.id,
    now: world.now(),
    isCut: world.isCut,
  })
  demo.get('/state', (req, res) => void res.json(stateFor(sessions.userOf(req))))

  const actions: Readonly<Record<string, () => void>> = {
    expire: () => world.advance(LIFETIME + TOLERANCE + 1),
    rotate: () => world.rotate('ten_acme'),
    cut: () => (world.isCut = true),
    restore: () => (world.isCut = false),
  }
  demo.post('/:action', (req, res) => {
    const { action } = req.params
    const chosen = users.find(({ id }) => id === action)
    if (chosen !== undefined) res.set('Set-Cookie', sessions.begin(chosen))
    else if (Object.hasOwn(actions, action)) actions[action]?.()
    else return void res.status(404).json({ title: 'No such button' })
    res.json(stateFor(chosen ?? sessions.userOf(req)))
  })
  return demo
}
