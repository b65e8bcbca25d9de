import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandClock } from '#clock/testing/hand-clock.ts'
import { HandClock as Clock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { resourceMetrics } from './resource-metrics.ts'

const usage = (seconds: number, memoryBytes: number) => ({
  cpuNanoseconds: seconds * 1e9,
  memoryBytes,
  workingSetBytes: memoryBytes / 2,
  rssBytes: memoryBytes / 4,
})

test('a kubelet tells what its node, its pods and their containers that run use, as Kubernetes’ do', async () => {
  const clock: HandClock = new Clock()
  const cluster = await startCluster(clock)
  const pod = await cluster.pod('web', { containers: [{ name: 'c', image: 'fairlead/echo' }] })
  await cluster.until('web', isReady)
  await cluster.pod('bad', { containers: [{ name: 'c', image: 'no/such' }] })
  await cluster.until('bad', ({ status }) => (status?.containerStatuses?.length ?? 0) > 0)
  const uid = pod.metadata?.uid ?? ''
  const { used } = cluster.runtime
  const first = cluster.kubelet.summary()
  used.set('n1', usage(30, 4000)).set(`n1/${uid}`, usage(2, 800)).set(`n1/${uid}/c`, usage(1, 400))
  clock.advance(500)
  await first
  used.set(`n1/${uid}/c`, usage(1.5, 400))
  clock.advance(500)
  // What was not there at the look before is told without what it uses.
  const { node, pods } = await cluster.kubelet.summary()
  const { time } = node.cpu
  assert.deepEqual(node, {
    nodeName: 'n1',
    startTime: '2026-01-01T00:00:00Z',
    cpu: { time, usageCoreNanoSeconds: 30e9 },
    memory: {
      time,
      usageBytes: 4000,
      workingSetBytes: 2000,
      rssBytes: 1000,
      availableBytes: node.memory.availableBytes,
    },
  })
  assert.ok(node.memory.availableBytes! > 1e6)
  const [web, bad] = [
    pods.find(({ podRef }) => podRef.name === 'web')!,
    pods.find(({ podRef }) => podRef.name === 'bad')!,
  ]
  assert.deepEqual(web.podRef, { name: 'web', namespace: 'default', uid })
  assert.deepEqual(web.containers, [
    {
      name: 'c',
      startTime: web.containers[0]!.startTime,
      cpu: { time, usageCoreNanoSeconds: 1.5e9 },
      memory: { time, usageBytes: 400, workingSetBytes: 200, rssBytes: 100 },
    },
  ])
  assert.deepEqual([bad.containers, bad.cpu], [[], undefined])
  clock.advance(9000)
  await cluster.kubelet.summary()
  used.set(`n1/${uid}/c`, usage(2.5, 400))
  clock.advance(2000)
  const later = await cluster.kubelet.summary()
  assert.equal(later.pods.find(({ podRef }) => podRef.name === 'web')!.containers[0]!.cpu!.usageNanoCores, 5e8)
})

test('the same for Prometheus', () => {
  const time = '2026-01-01T00:00:01Z'
  const cpu = { time, usageCoreNanoSeconds: 1.5e9 }
  const memory = { time, usageBytes: 2, workingSetBytes: 1, rssBytes: 1 }
  const podRef = { name: 'web', namespace: 'shop', uid: 'u' }
  const containers = [
    { name: 'c', startTime: '', cpu, memory },
    { name: 'new', startTime: '' },
  ]
  const node = { nodeName: 'n', startTime: '', cpu, memory }
  const lines = resourceMetrics({
    node,
    windowMilliseconds: 500,
    pods: [{ podRef, startTime: '', containers, memory }],
  }).split('\n')
  assert.deepEqual(
    lines.filter((line) => line && !line.startsWith('#')),
    [
      'container_cpu_usage_seconds_total{container="c",namespace="shop",pod="web"} 1.5 1767225601000',
      'container_memory_working_set_bytes{container="c",namespace="shop",pod="web"} 1 1767225601000',
      'pod_memory_working_set_bytes{namespace="shop",pod="web"} 1 1767225601000',
      'node_cpu_usage_seconds_total 1.5 1767225601000',
      'node_memory_working_set_bytes 1 1767225601000',
      'resource_scrape_error 0',
    ],
  )
})
