import { isDeepStrictEqual } from 'node:util'
import type { Attack, RequestParts, Seen, Target, Verdict } from './attack.ts'
import type { World } from './world.ts'

/** What came back. */
export interface Answer {
  readonly status: number
  /** The code in the answer, ours or the framework's; `null`: none. */
  readonly code: string | null
  /** What the handler saw, where the gateway tells. */
  readonly seen?: Seen | undefined
  /** All that was given out, searched for what must not be. */
  readonly text: string
}

/** Something that attacks can be sent to. */
export interface Gateway {
  readonly kind: 'core' | 'http'
  send(target: Target, parts: RequestParts): Promise<Answer>
}

/** What came of an attack: `misses` is empty where the gateway stood. */
export interface Finding {
  readonly misses: readonly string[]
  /** Empty too, or name, intent, and each difference between what came and what had to come. */
  readonly report: string
}

/** The attacks that can be sent to this kind of gateway. */
export function attacksFor(kind: Gateway['kind'], attacks: readonly Attack[]): readonly Attack[] {
  return attacks.filter((attack) =>
    kind === 'core' ? attack.core === undefined : !(attack.http && 'skip' in attack.http),
  )
}

/** Sends one attack, and holds the answer against what the attack says. */
export async function run(attack: Attack, gateway: Gateway, world: World): Promise<Finding> {
  const parts = attack.make(world)
  const answer = await gateway.send(attack.at, parts)
  return finding(attack, [
    ...compareVerdict(attack, gateway.kind, answer),
    ...compareSeen(attack, answer, world),
    ...findLeaks(answer, parts, world),
  ])
}

/** Puts a list of misses into words. */
export function finding(
  { name, intent, group }: Pick<Attack, 'name' | 'intent' | 'group'>,
  misses: readonly string[],
): Finding {
  if (misses.length === 0) return { misses, report: '' }
  const lines = [`${group}: ${name}`, `  intent: ${intent}`, ...misses.map((miss) => `  ${miss}`)]
  return { misses, report: lines.join('\n') }
}

/** Says how a verdict differs, or nothing. */
export function differs(got: Answer | Verdict, expected: Verdict): string[] {
  return got.status === expected.status && got.code === expected.code
    ? []
    : [`expected ${inWords(expected)}, got ${inWords(got)}`]
}

function inWords({ status, code }: { status: number; code: string | null }): string {
  return `${status} ${code ?? (status === 200 ? '(passes)' : '(no code)')}`
}

function compareVerdict(attack: Attack, kind: Gateway['kind'], answer: Answer): string[] {
  const { http } = attack
  if (kind === 'core' || http === undefined) return differs(answer, attack.expect)
  if ('expect' in http) return differs(answer, http.expect)
  if ('stack' in http && http.stack.includes(answer.status)) return []
  return differs(answer, attack.expect)
}

function compareSeen({ sees }: Attack, { seen }: Answer, world: World): string[] {
  if (sees === undefined || seen === undefined) return []
  const expected = typeof sees === 'function' ? sees(world) : sees
  return (Object.keys(expected) as (keyof Seen)[])
    .filter((name) => !isDeepStrictEqual(seen[name], expected[name]))
    .map(
      (name) =>
        `the handler must see ${name} ${JSON.stringify(expected[name])}, it sees ${JSON.stringify(seen[name])}`,
    )
}

// A refusal holds nothing of a token, a secret or an API key.
function findLeaks({ status, text }: Answer, parts: RequestParts, world: World): string[] {
  if (status === 200) return []
  const sent = parts.headers.flatMap(([, value]) => value.split(/[.\s,]+/))
  return [...world.canaries, ...sent.filter((word) => word.length >= 24)]
    .filter((word) => text.includes(word))
    .map((word) => `the answer holds what was sent or secret: ${word.slice(0, 12)}...`)
}
