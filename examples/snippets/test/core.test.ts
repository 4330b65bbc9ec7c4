import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { docs, search } from './customer.ts'

it('the README of core: both phases without a framework', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-core-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'tenants.json')
  writeFileSync(path, JSON.stringify([docs]))
  process.env['TENANTS_FILE'] = path
  const { handle, tenants } = await import('../src/core.ts')
  onTestFinished(() => tenants.close())

  const body = { integrationId: 'int_docs' }
  expect(await handle(new Headers({ ...search() }), body)).toMatch(/^123456789 may see \{"attrib/)
  expect(await handle(new Headers(), body)).toBe('401 api_key_rejected')
  expect(await handle(new Headers({ ...search() }), { integrationId: 'int_other' })).toBe(
    '403 tenant_mismatch',
  )
})
