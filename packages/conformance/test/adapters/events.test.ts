import { describeEvents } from '../../src/contract/events.ts'
import { hosts } from '../../src/hosts/all-hosts.ts'

for (const host of hosts) describeEvents(host)
