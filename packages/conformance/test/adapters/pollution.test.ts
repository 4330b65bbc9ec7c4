import { describePollution } from '../../src/contract/pollution.ts'
import { hosts } from '../../src/hosts/all-hosts.ts'

for (const host of hosts) describePollution(host)
