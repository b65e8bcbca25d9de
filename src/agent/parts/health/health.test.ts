import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { FakeClock } from '#client/testing/fake-clock.ts'
import { listenHttp } from '../../http/http-listener.ts'
import { HEALTH_TIMEOUT_MS, isNodeEligible, ProxyHealth } from '../services/proxy-health.ts'
import { healthCheckPort, localEndpoints, ServiceHealth } from '../services/service-health.ts'
import { healthHandler, metricsHandler } from './node-endpoints.ts'

/** Loopback ports in the place of a node's addresses: `address port` → the port that was really opened. */
class Network {
  readonly opened = new Map<string, number>()
  readonly taken = new Set<string>()
  readonly listen = async (host: string, port: number, server: Server): Promise<Server> => {
    if (this.taken.has(host)) throw new Error(`EADDRINUSE ${host}:${port}`)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const key = `${host} ${port}`
    this.opened.set(key, (server.address() as AddressInfo).port)
    server.on('close', () => this.opened.delete(key))
    return server
  }
  ask(key: string, path = '/'): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
    return new Promise((resolve, reject) => {
      get({ port: this.opened.get(key), path, agent: false, host: '127.0.0.1' }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
      }).on('error', reject)
    })
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const settle = async () => {
  for (let i = 0; i < 5; i++) await turn()
}
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
  const network = new Network()
  const clock = new FakeClock()
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
  network.taken.clear()
  clock.advance(5000)
  await settle()
  assert.equal((await network.ask('172.30.0.2 31000')).status, 503)
  health.close()
  await settle()
  assert.equal(clock.pending, 0)
})

test('a listener that is closed before it listens leaves nothing open', async () => {
  const network = new Network()
  const listener = listenHttp({
    addresses: ['a'],
    port: 1,
    handler: () => {},
    listen: network.listen,
    clock: new FakeClock(),
    onError: () => assert.fail('no error'),
  })
  listener.close()
  await settle()
  assert.equal(network.opened.size, 0)
})

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

test('a node is not eligible when it is deleted or the autoscaler is about to remove it', () => {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
  assert.ok(isNodeEligible(undefined))
  assert.ok(isNodeEligible({ ...node, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }))
  assert.ok(!isNodeEligible({ ...node, metadata: { name: 'n1', deletionTimestamp: '2026-01-01T00:00:00Z' } }))
  const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] as const
  assert.ok(!isNodeEligible({ ...node, spec: { taints } }))
})

test('healthz minds the node, livez does not, and both the proxy', async () => {
  const network = new Network()
  const time = { now: Date.parse('2026-01-01T00:00:00.120Z') }
  const health = new ProxyHealth(() => time.now)
  let node: Node = { apiVersion: 'v1', kind: 'Node' }
  const answers: string[] = []
  const handler = healthHandler({
    health,
    node: () => node,
    now: () => time.now,
    onAnswer: (path, code) => answers.push(`${path} ${code}`),
  })
  const listener = listenHttp({
    addresses: ['n'],
    port: 10256,
    handler,
    listen: network.listen,
    clock: new FakeClock(),
    onError: assert.fail,
  })
  await settle()
  const ask = async (path: string) => {
    const { status, body } = await network.ask('n 10256', path)
    return [status, status === 404 ? undefined : JSON.parse(body)]
  }
  const now = '2026-01-01 00:00:00.12 +0000 UTC'
  assert.deepEqual(await ask('/healthz?x'), [200, { lastUpdated: now, currentTime: now, nodeEligible: true }])
  assert.deepEqual(await ask('/livez'), [200, { lastUpdated: now, currentTime: now }])
  node = { ...node, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.deepEqual(await ask('/healthz'), [503, { lastUpdated: now, currentTime: now, nodeEligible: false }])
  assert.equal((await ask('/livez'))[0], 200)
  health.queued()
  time.now += HEALTH_TIMEOUT_MS
  assert.deepEqual(await ask('/livez'), [
    503,
    { lastUpdated: '0001-01-01 00:00:00 +0000 UTC', currentTime: '2026-01-01 00:01:00.12 +0000 UTC' },
  ])
  assert.deepEqual(await ask('/'), [404, undefined])
  assert.deepEqual(answers, ['healthz 200', 'livez 200', 'healthz 503', 'livez 200', 'livez 503'])
  listener.close()
})

test('the metrics port serves metrics, healthz and proxyMode', async () => {
  const network = new Network()
  const listener = listenHttp({
    addresses: ['n'],
    port: 10249,
    handler: metricsHandler(() => 'a 1\n'),
    listen: network.listen,
    clock: new FakeClock(),
    onError: assert.fail,
  })
  await settle()
  const { headers, body } = await network.ask('n 10249', '/metrics')
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(body, 'a 1\n')
  assert.equal((await network.ask('n 10249', '/healthz')).body, 'ok')
  assert.equal((await network.ask('n 10249', '/proxyMode')).body, 'nftables')
  assert.equal((await network.ask('n 10249', '/x')).status, 404)
  listener.close()
})
