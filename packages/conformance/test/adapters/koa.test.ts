import { describeAdapter } from '../../src/describe-adapter.ts'
import { koaHost } from '../../src/hosts/koa-host.ts'

describeAdapter(koaHost)
