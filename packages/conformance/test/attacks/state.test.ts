import { describe, expect, it } from 'vitest'
import { createWorld, playStateAttack, STATE_ATTACKS } from '../../src/attacks/index.ts'

const NOW = Date.UTC(2027, 0, 15, 8)
const world = createWorld({ now: () => NOW })

describe('attacks that take several steps', () => {
  it.each(STATE_ATTACKS)('$group: $name', async (attack) => {
    const { report } = await playStateAttack(attack, world)
    expect(report).toBe('')
  })
})

describe('the player', () => {
  const nothing = { name: 'n', intent: 'i', group: 'g' }

  it('counts an attack that takes no step as a miss', async () => {
    const { misses } = await playStateAttack({ ...nothing, play: async () => {} }, world)
    expect(misses).toEqual(['took no step'])
  })

  it('counts an attack that throws as a miss', async () => {
    const play = async (): Promise<void> => {
      throw new Error('lost')
    }
    const { misses } = await playStateAttack({ ...nothing, play }, world)
    expect(misses[0]).toMatch(/^threw after step 0: Error: lost/)
  })
})
