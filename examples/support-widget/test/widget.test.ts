import { afterAll, beforeAll, describe } from 'vitest'
import { describeAccess } from './describe-access.ts'
import { describeLoop } from './describe-loop.ts'
import { describeSecrets } from './describe-secrets.ts'
import { describeServers } from './describe-servers.ts'
import { hasChromium, openStage, type Stage } from './stage.ts'

let opened: Stage
beforeAll(async () => void (opened = await openStage()))
afterAll(async () => {
  await opened.browser?.close()
  await opened.example.close()
})
const stage = (): Stage => opened

describeServers(stage)
describeSecrets(stage)
describe.skipIf(!hasChromium)('with a browser', () => {
  describeLoop(stage)
  describeAccess(stage)
})
