import { describeAdapter } from '../../src/describe-adapter.ts'
import { expressHost } from '../../src/hosts/express-host.ts'

describeAdapter(expressHost)
