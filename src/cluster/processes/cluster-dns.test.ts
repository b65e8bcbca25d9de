import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'
import { clusterDnsObjects } from './cluster-dns.ts'

const node = (number: number, more: Partial<NodeConfig> = {}): NodeConfig => ({
  name: `node-${number}`,
  number,
  namespace: '',
  addresses: [`172.30.0.${number + 1}`, `fd00:172:30::${number + 1}`],
  podCidrs: ['', ''],
  ...more,
})

test('the endpoints of DNS are the nodes as they are when somebody looks, but for those that are being taken away', () => {
  let nodes: readonly NodeConfig[] = [node(1), node(2)]
  const config = { clusterDns: ['10.96.0.10', 'fd00:10:96::a'] } as unknown as ClusterConfig
  const [, v4, v6] = clusterDnsObjects(config, () => nodes)
  const addresses = (object: unknown) => (object as EndpointSlice).endpoints?.flatMap((one) => one.addresses)
  assert.deepEqual(addresses(v4?.object), ['172.30.0.2', '172.30.0.3'])
  nodes = [node(1, { state: 'stopped' }), node(2, { state: 'stopped', leaving: true }), node(3)]
  assert.deepEqual(addresses(v4?.object), ['172.30.0.2', '172.30.0.4'], 'one that failed stays, as not ready')
  assert.deepEqual(addresses(v6?.object), ['fd00:172:30::2', 'fd00:172:30::4'])
})

test('DNS of a cluster of one family is a Service of that one, with endpoints of it alone', () => {
  const config = { clusterDns: ['fd00:10:96::a'] } as unknown as ClusterConfig
  const one = { ...node(1), addresses: ['fd00:172:30::2'] as const }
  const [service, slice, ...more] = clusterDnsObjects(config, () => [one]).map(({ object }) => object)
  const { spec } = service as Service
  assert.deepEqual(
    [spec?.clusterIP, spec?.clusterIPs, spec?.ipFamilies, spec?.ipFamilyPolicy],
    ['fd00:10:96::a', ['fd00:10:96::a'], ['IPv6'], 'SingleStack'],
  )
  const { metadata, addressType, endpoints } = slice as EndpointSlice
  assert.deepEqual([metadata?.name, addressType], ['kube-dns-ipv6', 'IPv6'])
  assert.deepEqual(
    endpoints?.map(({ addresses }) => addresses),
    [['fd00:172:30::2']],
  )
  assert.deepEqual(more, [])
})
