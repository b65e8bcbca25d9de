import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { LoopbackNetwork, settle } from '../../testing/loopback-network.ts'
import { healthCheckPort, localEndpoints } from './health-check.ts'
import { ServiceHealth } from './service-health.ts'

const key = { namespace: 'default', name: 'web' }
const service = (spec: Service['spec'] = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: key,
  spec: {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31000,
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1', 'fd00:96::1'],
    ports: [{ port: 80 }],
    ...spec,
  },
})
const slice = (
  addressType: 'IPv4' | 'IPv6',
  endpoints: readonly { address: string; node: string; ready?: boolean }[],
  ports = [{ name: '', port: 8080 }],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  addressType,
  ports,
  endpoints: endpoints.map(({ address, node, ready = true }) => ({
    addresses: [address],
    nodeName: node,
    conditions: { ready, serving: true, terminating: !ready },
  })),
})
const start = () => {
  const network = new LoopbackNetwork()
  const clock = new HandClock()
  const faults: string[] = []
  const proxy = { healthy: true }
  const health = new ServiceHealth({
    node: { name: 'n1', addresses: ['172.30.0.2', 'fd00:30::2'] },
    listen: network.listen,
    clock,
    isHealthy: () => proxy.healthy,
    onFault: (name, message) => faults.push(`${name}: ${message}`),
  })
  return { network, clock, faults, proxy, health }
}

test('endpoints of the node are counted by address, ready ones only', () => {
  const slices = [
    slice('IPv4', [
      { address: '10.0.0.1', node: 'n1' },
      { address: '10.0.0.2', node: 'n1', ready: false },
      { address: '10.0.0.3', node: 'n2' },
    ]),
    slice('IPv4', [{ address: '10.0.0.1', node: 'n1' }], [{ name: 'other', port: 81 }]),
    slice('IPv6', [{ address: 'fd00::1', node: 'n2' }]),
  ]
  assert.equal(localEndpoints(slices, 'n1', 'IPv4'), 1)
  assert.equal(localEndpoints(slices, 'n1', 'IPv6'), 0)
  assert.equal(localEndpoints(slices, 'n2', 'IPv6'), 1)
})

test('only a proxied LoadBalancer under policy Local has a health check port', () => {
  assert.equal(healthCheckPort(service()), 31000)
  assert.equal(healthCheckPort(service({ externalTrafficPolicy: 'Cluster' })), undefined)
  assert.equal(healthCheckPort(service({ type: 'NodePort' })), undefined)
  assert.equal(healthCheckPort(undefined), undefined)
  const foreign = service()
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' }
  assert.equal(healthCheckPort({ ...foreign, metadata: { ...foreign.metadata, labels } }), undefined)
})

test('a health check port answers as kube-proxy does, by family, and follows endpoints and the proxy', async () => {
  const { network, proxy, health } = start()
  health.serviceChanged(key, service(), [slice('IPv4', [{ address: '10.0.0.1', node: 'n1' }])])
  await settle()
  const good = await network.ask('172.30.0.2 31000', '/any')
  assert.equal(good.status, 200)
  assert.deepEqual(JSON.parse(good.body), { service: key, localEndpoints: 1, serviceProxyHealthy: true })
  assert.equal(good.headers['content-type'], 'application/json')
  assert.equal(good.headers['x-load-balancing-endpoint-weight'], '1')
  assert.equal((await network.ask('fd00:30::2 31000')).status, 503)
  proxy.healthy = false
  assert.equal((await network.ask('172.30.0.2 31000')).status, 503)
  proxy.healthy = true
  health.serviceChanged(key, service(), [slice('IPv4', [{ address: '10.0.0.1', node: 'n2' }])])
  const none = await network.ask('172.30.0.2 31000')
  assert.equal(none.status, 503)
  assert.equal(JSON.parse(none.body).localEndpoints, 0)
  health.close()
})

test('a health check port moves, loses a family, and closes with its Service', async () => {
  const { network, health } = start()
  health.serviceChanged(key, service(), [])
  await settle()
  assert.deepEqual([...network.opened.keys()], ['172.30.0.2 31000', 'fd00:30::2 31000'])
  health.serviceChanged(key, service({ healthCheckNodePort: 31001, clusterIPs: ['fd00:96::1'] }), [])
  await settle()
  assert.deepEqual([...network.opened.keys()], ['fd00:30::2 31001'])
  health.serviceChanged(key, service({ externalTrafficPolicy: 'Cluster' }), [])
  await settle()
  assert.deepEqual([...network.opened.keys()], [])
  health.close()
})

test('a port that is taken is told once and tried again, while the other address answers', async () => {
  const { network, clock, faults, health } = start()
  network.taken.add('172.30.0.2')
  health.serviceChanged(key, service(), [])
  await settle()
  clock.advance(5000)
  await settle()
  assert.equal(faults.length, 1)
  assert.match(faults[0]!, /default\/web: n1 cannot serve healthCheckNodePort 31000 on 172\.30\.0\.2: EADDRINUSE/)
  assert.deepEqual([...network.opened.keys()], ['fd00:30::2 31000'])
  assert.deepEqual(health.refused, [
    'healthCheckNodePort 31000 of default/web is not served on 172.30.0.2: EADDRINUSE 172.30.0.2:31000',
  ])
  network.taken.clear()
  clock.advance(5000)
  await settle()
  assert.equal((await network.ask('172.30.0.2 31000')).status, 503)
  assert.deepEqual(health.refused, [])
  health.close()
  await settle()
  assert.equal(clock.pending, 0)
})
