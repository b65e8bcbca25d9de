import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HEALTH_TIMEOUT_MS, ProxyHealth } from './proxy-health.ts'

test('the proxy is unhealthy when a change has waited for a minute, and healthy again with the next write', () => {
  const time = { now: 1_000_000 }
  const health = new ProxyHealth(() => time.now)
  assert.ok(health.isHealthy())
  health.queued()
  time.now += HEALTH_TIMEOUT_MS - 1
  health.queued()
  assert.ok(health.isHealthy())
  time.now++
  assert.ok(!health.isHealthy())
  assert.equal(health.lastUpdated(), undefined)
  health.updated()
  assert.equal(health.lastUpdated(), time.now)
  time.now += 10 * HEALTH_TIMEOUT_MS
  assert.ok(health.isHealthy())
  assert.equal(health.lastUpdated(), time.now)
})
