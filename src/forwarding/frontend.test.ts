import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { frontendsOf, isProxied } from './frontend.ts'

const service = (spec: object, labels: object = {}, ingress: readonly object[] = []): Service =>
  ({
    metadata: { namespace: 'default', name: 'web', labels },
    spec: { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ...spec },
    status: { loadBalancer: { ingress } },
  }) as unknown as Service
const PORT = { port: 80, nodePort: 30080 }

test('a Service is proxied that has a ClusterIP, is of a type that has one, and is left to no other proxy', () => {
  const cases: readonly (readonly [boolean, object, object?])[] = [
    [true, {}],
    [true, { type: '' }],
    [true, { type: 'ClusterIP' }],
    [true, { type: 'NodePort' }],
    [true, { type: 'LoadBalancer' }],
    [false, { type: 'ExternalName' }],
    [false, { clusterIP: 'None' }],
    [false, { clusterIP: '' }],
    [false, { clusterIP: undefined }],
    [true, {}, { 'service.kubernetes.io/name': 'web' }],
    [false, {}, { 'service.kubernetes.io/service-proxy-name': '' }],
    [false, {}, { 'service.kubernetes.io/headless': '' }],
  ]
  for (const [is, spec, labels] of cases)
    assert.equal(isProxied(service(spec, labels)), is, JSON.stringify([spec, labels]))
})

test('a node port is met at NodePort and LoadBalancer Services alone, under the policy for what comes from outside', () => {
  const kinds = (type: string | undefined) =>
    frontendsOf(service({ type, externalTrafficPolicy: 'Local' }), PORT, 'IPv4').map(({ kind }) => kind)
  assert.deepEqual([kinds('ClusterIP'), kinds(undefined)], [['cluster-ip'], ['cluster-ip']])
  assert.deepEqual([kinds('NodePort'), kinds('LoadBalancer')], Array(2).fill(['cluster-ip', 'node-port']))
  const given = service({ type: 'NodePort', internalTrafficPolicy: 'Local' })
  assert.deepEqual(frontendsOf(given, { ...PORT, protocol: 'UDP' }, 'IPv4'), [
    { kind: 'cluster-ip', address: '10.96.0.1', protocol: 'UDP', port: 80, policy: 'Local', sourceRanges: undefined },
    { kind: 'node-port', address: undefined, protocol: 'UDP', port: 30080, policy: 'Cluster', sourceRanges: undefined },
  ])
})

test('a family has frontends where the Service has a ClusterIP of it, also where an old one tells a single one', () => {
  const addresses = (spec: object, family: 'IPv4' | 'IPv6') =>
    frontendsOf(service({ externalIPs: ['192.0.2.1', 'FD00::9', '192.0.2.01'], ...spec }), PORT, family).map(
      ({ address }) => address,
    )
  const dual = { clusterIPs: ['10.96.0.1', 'fd00:0::1'] }
  assert.deepEqual(addresses(dual, 'IPv4'), ['10.96.0.1', '192.0.2.1'])
  assert.deepEqual(addresses(dual, 'IPv6'), ['fd00::1', 'fd00::9'])
  assert.deepEqual(addresses({}, 'IPv6'), [])
  assert.deepEqual(addresses({ clusterIPs: undefined }, 'IPv4'), ['10.96.0.1', '192.0.2.1'])
  assert.deepEqual(addresses({ clusterIPs: [] }, 'IPv4'), ['10.96.0.1', '192.0.2.1'])
})

test('an address that a Service has twice is met once, under the role that guards more', () => {
  const spec = { type: 'LoadBalancer', externalIPs: ['192.0.2.1'], loadBalancerSourceRanges: ['10.0.0.0/8'] }
  const given = service(spec, {}, [{ ip: '192.0.2.1' }, { ip: '192.0.2.1' }])
  assert.deepEqual(
    frontendsOf(given, { port: 80 }, 'IPv4').map(({ kind, address, sourceRanges }) => [kind, address, sourceRanges]),
    [
      ['cluster-ip', '10.96.0.1', undefined],
      ['load-balancer', '192.0.2.1', ['10.0.0.0/8']],
    ],
  )
})

test('source ranges are those of the family, written one way, none within another; without any of it there is no guard', () => {
  const guard = (ranges: readonly string[] | undefined) => {
    const given = service({ type: 'LoadBalancer', loadBalancerSourceRanges: ranges }, {}, [{ ip: '192.0.2.1' }])
    return frontendsOf(given, { port: 80 }, 'IPv4').find(({ kind }) => kind === 'load-balancer')?.sourceRanges
  }
  assert.deepEqual(guard(['10.1.2.3/8 ', 'fd00::/8', 'x']), ['10.0.0.0/8'])
  assert.deepEqual(guard(['10.1.0.0/16', '192.0.2.0/24', '10.0.0.0/8', '10.0.0.0/8']), ['10.0.0.0/8', '192.0.2.0/24'])
  for (const none of [undefined, [], ['fd00::/8']]) assert.equal(guard(none), undefined)
})
