export { describeAdapter } from './describe-adapter.ts'
export { describeParity } from './describe-parity.ts'
export { contractCases } from './contract/contract-cases.ts'
export type { Accepted, ContractCase, Refused } from './contract/case.ts'
export { challengeOf, ERROR_TABLE, expectProblem, problemOf } from './contract/problem.ts'
export { randomRequest, type RandomRequest } from './contract/random-requests.ts'
export { ourHeaders, send, type RawAnswer, type RawRequest } from './contract/raw-client.ts'
export { createClock, NOW, NOW_SECONDS, type TestClock } from './fixtures/clock.ts'
export { generateRsaKeys, hashApiKey, type RsaKeys } from './fixtures/keys.ts'
export {
  API_KEYS,
  AUDIENCE,
  ISSUER,
  KEYS,
  SEARCH_CLAIMS,
  SEARCH_TENANTS,
  searchToken,
} from './fixtures/search.ts'
export { SECRETS, sign, WIDGET_CLAIMS, WIDGET_TENANTS, widgetToken } from './fixtures/widget.ts'
export { hosts } from './hosts/all-hosts.ts'
export { express4Host, expressHost } from './hosts/express-host.ts'
export { fastifyHost } from './hosts/fastify-host.ts'
export { koa2Host, koaHost } from './hosts/koa-host.ts'
export {
  serving,
  type Answer,
  type AppDescription,
  type Exchange,
  type Handler,
  type Host,
  type Order,
  type RouteDescription,
  type RunningApp,
} from './hosts/host.ts'
