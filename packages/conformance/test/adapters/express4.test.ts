import { describeAdapter } from '../../src/describe-adapter.ts'
import { express4Host } from '../../src/hosts/express-host.ts'

describeAdapter(express4Host)
