import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { documentCode } from './customer-backend.ts'

// The documents themselves are not part of the project.
const SOURCES = new URL('../../../../../shared/sources/', import.meta.url)
const present = existsSync(SOURCES)
if (!present)
  process.stderr.write(
    'documents: ../shared/sources is absent, so the code is not held against it\n',
  )

const withoutSpace = (text: string): string => text.replaceAll(/\s/g, '')

describe.skipIf(!present)(
  `the code that is run is the documents’ code${present ? '' : ' (skipped: ../shared/sources is absent)'}`,
  () => {
    test.each([
      ['create-widget-token.js', 'support-gateway-authentication.txt'],
      ['create-widget-token.py', 'support-gateway-authentication.txt'],
      ['widget-init.js', 'support-gateway-authentication.txt'],
      ['generate-keys.sh', 'inkeep-authenticate-users.txt'],
      ['generate-token.ts', 'inkeep-authenticate-users.txt'],
    ])('%s is in %s, but for line breaks', (name, source) => {
      const code = withoutSpace(documentCode(name))
      expect(code.length).toBeGreaterThan(100)
      expect(withoutSpace(readFileSync(new URL(source, SOURCES), 'utf8'))).toContain(code)
    })
  },
)
