/**
 * What every adapter is made of, ours and yours. An adapter carries values between a framework and a gate; it decides
 * nothing.
 *
 * @module
 */
export { createGate, type Gate, type GateRequest, type Step } from './adapter/gate.ts'
export { requirePlan, requireRole } from './adapter/guards.ts'
export { splitOptions, type AdapterOptions, type CountersignOptions } from './adapter/options.ts'
export { refusal, withVary } from './adapter/refusal.ts'
export { checkRoute, readRoute, type Route, type RouteOptions } from './adapter/route-options.ts'
export { andThen } from './awaitable.ts'
export { parsedBody } from './body-state.ts'
