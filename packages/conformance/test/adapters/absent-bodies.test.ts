import { describeAbsentBodies } from '../../src/contract/absent-bodies.ts'
import { hosts } from '../../src/hosts/all-hosts.ts'

for (const host of hosts) describeAbsentBodies(host)
