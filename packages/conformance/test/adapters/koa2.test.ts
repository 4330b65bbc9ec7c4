import { describeAdapter } from '../../src/describe-adapter.ts'
import { koa2Host } from '../../src/hosts/koa-host.ts'

describeAdapter(koa2Host)
