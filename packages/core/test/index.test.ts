import { describe, expect, it } from 'vitest'
import * as adapter from '../src/adapter.ts'
import * as core from '../src/index.ts'

describe('the public surface', () => {
  it('of @countersign/core', () => {
    expect(Object.keys(core).toSorted()).toEqual([
      'AuthError',
      'TenantLoadError',
      'bodyState',
      'closeCode',
      'createAuthenticator',
      'defineProfile',
      'expirySignal',
      'fileDirectory',
      'identitySignal',
      'isPreflight',
      'memoryDirectory',
      'readSubprotocolToken',
      'searchIntegration',
      'supportWidget',
      'toProblem',
      'toResponse',
    ])
  })

  it('of @countersign/core/adapter', () => {
    expect(Object.keys(adapter).toSorted()).toEqual([
      'andThen',
      'checkRoute',
      'createGate',
      'parsedBody',
      'readRoute',
      'refusal',
      'requirePlan',
      'requireRole',
      'splitOptions',
      'withVary',
    ])
  })
})
