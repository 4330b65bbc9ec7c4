import { describeAdapter } from '../../src/describe-adapter.ts'
import { fastifyHost } from '../../src/hosts/fastify-host.ts'

describeAdapter(fastifyHost)
