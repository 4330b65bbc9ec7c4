import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundle } from './fixtures/bundle.ts'

test('all of it, bundled and minified, is under 3 kB of brotli and depends on nothing', async () => {
  const { code, files } = await bundle()
  expect(code).toContain('createTokenSource')
  expect(brotliCompressSync(code).length).toBeLessThan(3000)
  expect(files.filter((file) => !/\bsrc\/[\w-]+\.ts$/.test(file))).toEqual([])
})
