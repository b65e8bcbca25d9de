import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyHealth } from './proxy-health.ts'

test('the proxy is unhealthy when a change has waited for a minute, and healthy again with the next write', () => {
  const time = { now: 1_000_000 }
  const health = new ProxyHealth(() => time.now)
  assert.ok(health.isHealthy())
  health.queued()
  time.now += 59_999
  health.queued()
  assert.ok(health.isHealthy())
  time.now++
  assert.ok(!health.isHealthy())
  assert.equal(health.lastUpdated(), undefined)
  health.updated()
  assert.equal(health.lastUpdated(), time.now)
  time.now += 600_000
  assert.ok(health.isHealthy())
  assert.equal(health.lastUpdated(), time.now)
})
