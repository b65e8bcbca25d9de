import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SyncState } from '#reconciler/services/sync-state.ts'
import { ProxyMetrics } from './proxy-metrics.ts'

const state: SyncState = {
  appliedAt: 1,
  pending: 0,
  failed: [],
  services: 7,
  elements: 21,
  mended: 1,
  noLocalEndpoints: { internal: 0, external: 2 },
  conntrack: { IPv4: 'filter', IPv6: 'dump' },
}
const start = () => {
  const time = { now: 1_000_000 }
  const seen = { services: 0, endpoints: 0 }
  const metrics = new ProxyMetrics({
    state: () => state,
    changes: () => ({ ...seen }),
    isHealthy: () => true,
    now: () => time.now,
    startedAt: time.now,
    families: ['IPv4', 'IPv6'],
  })
  const value = (line: string): number | undefined => {
    const found = metrics.registry
      .render()
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
    return found === undefined ? undefined : Number(found.slice(line.length + 1))
  }
  return { time, seen, metrics, value }
}

test('a change is pending until a write carries it, and a refused write carries nothing', () => {
  const { time, seen, metrics, value } = start()
  seen.services = 3
  seen.endpoints = 5
  metrics.queued([])
  metrics.synced({ full: true, milliseconds: 1, refused: 0, error: new Error('no') })
  assert.equal(value('kubeproxy_sync_proxy_rules_service_changes_pending'), 3)
  assert.equal(value('kubeproxy_sync_proxy_rules_nftables_sync_failures_total'), 1)
  assert.equal(value('kubeproxy_sync_proxy_rules_duration_seconds_count'), 0)
  assert.equal(value('kubeproxy_sync_proxy_rules_last_timestamp_seconds'), 0)
  time.now += 2000
  metrics.synced({ full: true, milliseconds: 3, refused: 0, error: undefined })
  metrics.synced({ full: false, milliseconds: 0.2, refused: 0, error: undefined })
  assert.equal(value('kubeproxy_sync_proxy_rules_service_changes_pending'), 0)
  assert.equal(value('kubeproxy_sync_proxy_rules_endpoint_changes_pending'), 0)
  assert.equal(value('kubeproxy_sync_proxy_rules_endpoint_changes_total'), 5)
  assert.equal(value('kubeproxy_sync_proxy_rules_duration_seconds_count'), 2)
  assert.equal(value('kubeproxy_sync_full_proxy_rules_duration_seconds_count'), 1)
  assert.equal(value('kubeproxy_sync_partial_proxy_rules_duration_seconds_bucket{le="0.00025"}'), 1)
  assert.equal(value('kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds'), 1000)
  assert.equal(value('kubeproxy_sync_proxy_rules_last_timestamp_seconds'), 1002)
})

test('network programming counts from the trigger to the write, also over refused ones, and not what is older than the agent', () => {
  const { time, metrics, value } = start()
  time.now += 1000
  metrics.queued([999_000, 1_000_900])
  metrics.synced({ full: false, milliseconds: 1, refused: 0, error: new Error('no') })
  time.now += 500
  metrics.synced({ full: false, milliseconds: 1, refused: 0, error: undefined })
  metrics.synced({ full: false, milliseconds: 1, refused: 0, error: undefined })
  assert.equal(value('kubeproxy_network_programming_duration_seconds_count'), 1)
  assert.equal(value('kubeproxy_network_programming_duration_seconds_sum'), 0.6)
})

test('what is kept elsewhere is read when asked for', () => {
  const { metrics, value } = start()
  metrics.flowsDeleted('IPv6', 3)
  assert.equal(value('fairlead_dataplane_services'), 7)
  assert.equal(value('fairlead_dataplane_elements'), 21)
  assert.equal(value('fairlead_dataplane_mended_total'), 1)
  assert.equal(value('fairlead_conntrack_deletions_total{ip_family="IPv6"}'), 3)
  assert.equal(value('kubeproxy_sync_proxy_rules_no_local_endpoints_total{traffic_policy="external"}'), 2)
})
