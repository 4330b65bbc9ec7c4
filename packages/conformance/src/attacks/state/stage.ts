import {
  createAuthenticator,
  searchIntegration,
  supportWidget,
  type Authenticator,
  type AuthenticatorOptions,
  type BindOutcome,
  type Identity,
  type Outcome,
  type VerifiedIdentity,
} from '@countersign/core'
import { PASSES, type Make, type Verdict } from '../attack.ts'
import { asRequest } from '../core-gateway.ts'
import { differs, finding, type Finding } from '../run.ts'
import type { World } from '../world.ts'

/** An attack that takes several steps. */
export interface StateAttack {
  readonly name: string
  /** What the attacker hopes for, in one line. */
  readonly intent: string
  readonly group: string
  /** Takes each step on the stage, which holds the answers against what is expected. */
  readonly play: (stage: Stage) => Promise<void>
}

type Options = Partial<Omit<AuthenticatorOptions<undefined>, 'profile' | 'now'>>
type Gate = Authenticator<undefined>

/** Where an attack is played: a world whose clock can be set, and gates whose verdicts are held against what is expected. */
export interface Stage {
  readonly world: World
  /** Moves the clock by so many seconds; back, where negative. */
  pass(seconds: number): void
  /** An authenticator for widgets on this clock; it serves the world's tenants unless told otherwise. */
  widget(options?: Options): Gate
  /** The same for search integrations. */
  search(options?: Options): Gate
  /** Sends a request. */
  send(
    what: string,
    gate: Gate,
    make: Make,
    expected: Verdict,
    options?: { readonly optional?: boolean },
  ): Promise<Outcome<undefined>>
  /** Sends a request that must pass, and gives the identity; without one, the attack cannot go on. */
  enter(what: string, gate: Gate, make: Make): Promise<VerifiedIdentity<undefined>>
  /** Binds a body. */
  bind(
    what: string,
    gate: Gate,
    given: { readonly identity: Identity<undefined>; readonly body: unknown },
    expected: Verdict,
  ): BindOutcome<undefined>
  /** Holds any outcome against what is expected. */
  judge(what: string, outcome: Outcome<undefined> | BindOutcome<undefined>, expected: Verdict): void
  /** Notes down anything else that must hold. */
  check(what: string, holds: boolean): void
}

function createStage(given: World): { stage: Stage; misses: string[]; steps: () => number } {
  const misses: string[] = []
  let now = given.now()
  let steps = 0
  const world: World = { ...given, now: () => now }

  const note = (what: string, found: readonly string[]): void => {
    steps += 1
    for (const miss of found) misses.push(`step ${steps}, ${what}: ${miss}`)
  }
  const gate = (options: AuthenticatorOptions<undefined>): Gate =>
    createAuthenticator({ ...options, now: () => now * 1000 })

  const stage: Stage = {
    world,
    pass(seconds) {
      now += seconds
    },
    widget: (options = {}) =>
      gate({ profile: supportWidget(), tenants: world.widgetTenants, ...options }),
    search: (options = {}) =>
      gate({ profile: searchIntegration(), tenants: world.searchTenants, ...options }),
    async send(what, to, make, expected, options) {
      const outcome = await to.authenticate(asRequest(make(world)), options)
      stage.judge(what, outcome, expected)
      return outcome
    },
    async enter(what, to, make) {
      const outcome = await stage.send(what, to, make, PASSES)
      if (!outcome.ok) throw new Error(`${what}: the attack cannot go on`)
      return outcome.identity as VerifiedIdentity<undefined>
    },
    bind(what, to, { identity, body }, expected) {
      const outcome = to.bindBody(identity, body)
      stage.judge(what, outcome, expected)
      return outcome
    },
    judge(what, outcome, expected) {
      const { status, code } = outcome.ok ? PASSES : outcome.error
      note(what, differs({ status, code }, expected))
    },
    check: (what, holds) => note(what, holds ? [] : ['does not hold']),
  }
  return { stage, misses, steps: () => steps }
}

/** Plays one attack on a stage of its own. One that takes no step counts as a miss. */
export async function playStateAttack(attack: StateAttack, world: World): Promise<Finding> {
  const { stage, misses, steps } = createStage(world)
  try {
    await attack.play(stage)
  } catch (error) {
    misses.push(`threw after step ${steps()}: ${String(error)}`)
  }
  if (steps() === 0) misses.push('took no step')
  return finding(attack, misses)
}

/** Makes the attacks of one group. */
export function stateGroup(
  group: string,
  attacks: readonly Omit<StateAttack, 'group'>[],
): readonly StateAttack[] {
  return attacks.map((attack) => ({ ...attack, group }))
}
