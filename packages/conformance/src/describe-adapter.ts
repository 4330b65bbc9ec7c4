import { describe } from 'vitest'
import { describeAborts } from './contract/aborts.ts'
import { describeAnswers } from './contract/answers.ts'
import { describeCors } from './contract/cors.ts'
import { describeDownstreamErrors } from './contract/downstream-errors.ts'
import { describeIdentities } from './contract/identities.ts'
import { describeNesting } from './contract/nesting.ts'
import { describeOutages } from './contract/outages.ts'
import { describeStreams } from './contract/streams.ts'
import { describeThrownErrors } from './contract/thrown-errors.ts'
import { describeUnreadBodies } from './contract/unread-bodies.ts'
import type { Host } from './hosts/host.ts'

/** The contract of design sections 6 to 8, for one framework. Call it at the top of a test file. */
export function describeAdapter(host: Host): void {
  describe(`adapter: ${host.name}`, () => {
    describeAnswers(host)
    describeUnreadBodies(host)
    describeIdentities(host)
    describeCors(host)
    describeStreams(host)
    describeAborts(host)
    describeOutages(host)
    describeDownstreamErrors(host)
    describeThrownErrors(host)
    describeNesting(host)
  })
}
