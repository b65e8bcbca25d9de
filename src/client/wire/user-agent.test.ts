import assert from 'node:assert/strict'
import { test } from 'node:test'
import { userAgent } from './user-agent.ts'

test('who asks names itself as components of Kubernetes do', () => {
  const machine = { platform: 'linux', arch: 'x64' }
  assert.equal(userAgent('0.1.0', 'node-agent', machine), 'fairlead/0.1.0 (linux/amd64) node-agent')
  assert.equal(userAgent('1', 'x', { ...machine, arch: 'arm64' }), 'fairlead/1 (linux/arm64) x')
})
