import assert from 'node:assert/strict'
import { test } from 'node:test'
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
