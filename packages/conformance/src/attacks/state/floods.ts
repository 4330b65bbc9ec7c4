import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PASSES, REJECTED, UNAVAILABLE } from '../attack.ts'
import { asRequest } from '../core-gateway.ts'
import { segment } from '../mint.ts'
import { search, widget, widgetClaims, widgetToken } from '../requests.ts'
import { searchTenant, widgetTenant } from '../world.ts'
import { database, directory } from './own-directory.ts'
import { stateGroup, type StateAttack } from './stage.ts'

/** Tenants and API keys that are made up, more than a directory can answer for. */
export const floods: readonly StateAttack[] = stateGroup('directories', [
  {
    name: '100 000 unknown tenants',
    intent:
      'memory that grows with what the attacker makes up, and known tenants that are driven out',
    async play(stage) {
      const { a } = stage.world
      const tenants = database([widgetTenant(a)])
      const gate = stage.widget({ tenants })
      const token = widgetToken(stage.world)
      await stage.send('known, cached', gate, widget({ token }), PASSES)
      const claims = widgetClaims(stage.world)
      const signature = segment(Buffer.alloc(32))
      const header = segment({ alg: 'HS256' })
      const before = heapUsed()
      let rejected = 0
      let unavailable = 0
      for (let start = 0; start < 100_000; start += 1000) {
        const outcomes = await Promise.all(
          Array.from({ length: 1000 }, (_, index) => {
            const payload = segment({ ...claims, tenantId: `ten_${start + index}` })
            const authorization = `Bearer ${header}.${payload}.${signature}`
            return Promise.resolve(
              gate.authenticate({ headers: { authorization }, rawHeaders: [] }),
            )
          }),
        )
        for (const outcome of outcomes) {
          if (outcome.ok) continue
          if (outcome.error.code === 'token_rejected') rejected += 1
          if (outcome.error.code === 'keys_unavailable') unavailable += 1
        }
      }
      const grown = (heapUsed() - before) / 2 ** 20
      const asked = tenants.calls.length - 1
      stage.check(`the directory is asked 1000 times, not ${asked}`, asked === 1000)
      stage.check(`who was asked for is rejected, ${rejected}`, rejected === asked)
      stage.check(`all others are 503, ${unavailable}`, unavailable === 100_000 - asked)
      stage.check(`the heap is as it was, ${grown.toFixed(1)} MiB more`, grown < 10)
      await stage.send('known, still cached', gate, widget({ token }), PASSES)
      stage.check(
        'the known tenant was looked up once',
        tenants.calls.filter((id) => id === a.id).length === 1,
      )
      stage.pass(2)
      const late = Array.from({ length: 200 }, (_, n) => `ten_late_${n}`)
      for (const tenantId of late)
        await gate.authenticate(asRequest(widget({ claims: { tenantId } })(stage.world)))
      stage.check('2 s later it is asked 100 times more', tenants.calls.length === 1 + asked + 100)
    },
  },
  {
    name: 'a tenant that is new while unknown ones come in thousands',
    intent: 'to keep a new customer out, who can then not be told from one that does not exist',
    async play(stage) {
      const { a, b } = stage.world
      const tenants = database([widgetTenant(a), widgetTenant(b)])
      const gate = stage.widget({ tenants })
      for (let n = 0; n < 1000; n++)
        await gate.authenticate(
          asRequest(widget({ claims: { tenantId: `ten_${n}` } })(stage.world)),
        )
      await stage.send('new: not asked for, and not 401', gate, widget(), UNAVAILABLE)
      await stage.send('still unknown', gate, widget({ claims: { tenantId: 'ten_999' } }), REJECTED)
      stage.check('b is warmed', (await gate.warm([b.id])).length === 0)
      await stage.send('new, and warmed', gate, widget({ as: b }), PASSES)
      stage.pass(1)
      await stage.send('new, a second later', gate, widget(), PASSES)
    },
  },
  {
    name: 'API keys that nobody has, in thousands',
    intent: 'a directory that is brought down through the other door',
    async play(stage) {
      const { a } = stage.world
      let calls = 0
      const hash = searchTenant(a).apiKeyHashes?.[0]
      const tenants = directory((key) => {
        calls += 1
        return key === hash ? searchTenant(a) : undefined
      })
      const gate = stage.search({ tenants })
      await stage.send('known', gate, search(), PASSES)
      let passed = 0
      for (let n = 0; n < 3000; n++) {
        const outcome = await gate.authenticate(
          asRequest(search({ apiKey: `key-${n}` })(stage.world)),
        )
        if (outcome.ok) passed += 1
      }
      stage.check('none passes', passed === 0)
      stage.check(`1000 calls for them, not ${calls - 1}`, calls === 1001)
      await stage.send('known, undisturbed', gate, search(), PASSES)
      stage.pass(60)
      await stage.send('known, read again', gate, search(), PASSES)
    },
  },
])

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in use once everything that can go is gone. */
function heapUsed(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
