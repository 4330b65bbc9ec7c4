import { describeParity } from '../../src/describe-parity.ts'
import { hosts } from '../../src/hosts/all-hosts.ts'

describeParity(hosts)
