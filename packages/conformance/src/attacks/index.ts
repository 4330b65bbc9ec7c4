/**
 * The attack suite: named attacks on a gateway, as data, with the exact answer that each must get.
 *
 * ## What is in it
 *
 * `GROUPS` are attacks that are one request each. A group has a `control`, the same request untampered, which must
 * pass: so that no attack is refused for another reason. An attack has a name, the attacker's intent in one line, the
 * target it is aimed at, `make(world)`, which gives headers and body as they go over the wire, and `expect`, a status
 * and a code. Some are let through on purpose (boundaries, and attacks that are defused); most of those say in `sees`
 * what the handler must then see. `STATE_ATTACKS` take several steps, in which time passes, keys are rotated and
 * directories fail; they run against the core.
 *
 * ## Pointing it at a gateway
 *
 * ```ts
 * const world = createWorld({ trap: 'http://127.0.0.1:9000' })   // new tenants, secrets and keys
 * // 1. Set the gateway up with world.widgetTenants and world.searchTenants: they are JSON.
 * // 2. Protect one path for each target in TARGETS; targetOptions(target, world) says how.
 * const gateway = httpGateway('https://gateway.example', { widget: '/v1/chat' })
 * for (const attack of attacksFor('http', ATTACKS)) {
 *   const { misses, report } = await run(attack, gateway, world)
 *   if (misses.length > 0) console.error(report)
 * }
 * ```
 *
 * - **Targets.** `paths` maps targets to paths; without it each is at its own name, `/widget` and so on. A gateway
 *   that has only some: filter `ATTACKS` by `at`.
 * - **Clock.** Tokens are minted on `Date.now`; the gateway's clock must agree within a second. In one process, give both
 *   the same `now`. The attacks of "nbf and iat" that end in "beyond the tolerance" are exact to the second: across
 *   two clocks, leave them out.
 * - **Handler.** Answers 200 to what reaches it. If it answers `{"seen": seenOf(identity, body)}`, the attacks that
 *   are let through are held to what it sees; otherwise only to the status.
 * - **Bodies.** The gateway's JSON parser must take 2 MB, so that it is the gateway that refuses large filters.
 * - **Trap.** Some tokens name addresses of keys. Run a listener at `trap`: it must never be asked for anything.
 * - **Differences.** Where HTTP answers before the gateway can (431, a control character, white space that is
 *   stripped), the attack says so in `http`, with the reason. Every other answer must be exact.
 * - **Leaks.** `run` also searches each refusal, headers and body, for what was sent and for what is secret.
 *
 * Another host than HTTP takes a `Gateway` of your own: one function that sends `RequestParts` and says what came.
 *
 * @module
 */
import type { Attack, AttackGroup } from './attack.ts'
import { otherAlgorithm, publicKeyAsSecret, unsigned, weakSecrets } from './groups/algorithms.ts'
import { bodyAttributes, bodyFilters, bodyTenants } from './groups/bodies.ts'
import { crossTenant } from './groups/cross-tenant.ts'
import { changingParameters, embeddedKeys, kids } from './groups/header-parameters.ts'
import { audiences, issuers } from './groups/meant-for.ts'
import { optional } from './groups/optional.ts'
import { apiKeys } from './groups/api-keys.ts'
import { schemes } from './groups/authorization.ts'
import { elsewhere } from './groups/elsewhere.ts'
import { repeated } from './groups/repeated-headers.ts'
import { signedAttributes, signedFilters } from './groups/signed-filters.ts'
import { base64url } from './groups/base64url.ts'
import { json } from './groups/json.ts'
import { shapes } from './groups/shapes.ts'
import { sizes } from './groups/sizes.ts'
import { beginnings, expiry, lifetimes } from './groups/times.ts'
import { tenantClaims, users } from './groups/who.ts'

export type {
  Attack,
  AttackGroup,
  Difference,
  RequestParts,
  Seen,
  Target,
  Verdict,
} from './attack.ts'
export { coreGateway, seenOf } from './core-gateway.ts'
export { httpGateway } from './http-gateway.ts'
export { REGRESSIONS, type Regression } from './regressions.ts'
export { attacksFor, run, type Answer, type Finding, type Gateway } from './run.ts'
export { playStateAttack, STATE_ATTACKS, type StateAttack } from './state/index.ts'
export { TARGETS, targetOptions, type TargetOptions } from './targets.ts'
export { createWorld, type Party, type World } from './world.ts'

/** In the order in which a request is judged. */
export const GROUPS: readonly AttackGroup[] = [
  schemes,
  elsewhere,
  repeated,
  apiKeys,
  sizes,
  shapes,
  base64url,
  json,
  crossTenant,
  tenantClaims,
  unsigned,
  publicKeyAsSecret,
  otherAlgorithm,
  weakSecrets,
  embeddedKeys,
  changingParameters,
  kids,
  expiry,
  beginnings,
  lifetimes,
  issuers,
  audiences,
  users,
  signedFilters,
  signedAttributes,
  bodyTenants,
  bodyFilters,
  bodyAttributes,
  optional,
]

export const ATTACKS: readonly Attack[] = GROUPS.flatMap(({ attacks }) => attacks)
