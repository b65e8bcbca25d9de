import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterWays, OWN } from './cluster-ways.ts'
import { ClusterEgress, type EgressOptions } from './egress.ts'

const node = (number: number, podCidrs = [`10.244.${number}.0/24`, `fd00:244:0:${number}::/64`]) => ({
  name: `n${number}`,
  addresses: [`172.30.0.${number}`, `fd00:30::${number}`],
  podCidrs,
  created: `${number}`,
})

const start = (options: Partial<EgressOptions> = {}, own = node(1)) => {
  const ways = new ClusterWays({ name: 'n1', mode: 'auto' })
  ways.set(own)
  ways.set(node(2))
  return { ways, egress: new ClusterEgress(ways, { inside: [], ipv6: 'auto', ...options }) }
}

test('pods keep their address to pods and nodes, and nowhere else', () => {
  const { ways, egress } = start()
  assert.deepEqual(egress.of(OWN), {
    pods: ['10.244.1.0/24', 'fd00:244:0:1::/64'],
    inside: ['10.244.1.0/24', 'fd00:244:0:1::/64'],
    nodes: ['172.30.0.1', 'fd00:30::1'],
  })
  assert.deepEqual(egress.of('n2'), {
    pods: [],
    inside: ['10.244.2.0/24', 'fd00:244:0:2::/64'],
    nodes: ['172.30.0.2', 'fd00:30::2'],
  })
  ways.delete('n2')
  assert.deepEqual(egress.of('n2'), { pods: [], inside: [], nodes: [] })
  const unknown = new ClusterEgress(new ClusterWays({ name: 'n1', mode: 'auto' }), { inside: [], ipv6: 'auto' })
  assert.deepEqual(unknown.of(OWN), { pods: [], inside: [], nodes: [] })
})

test('ranges that hold others stand for them: a kernel’s set takes none twice', () => {
  const { egress } = start({ inside: ['10.244.0.0/16', '10.0.0.0/8', '192.168.0.0/16', '10.0.0.0/8'] })
  assert.deepEqual(egress.of(OWN).inside, ['10.0.0.0/8', '192.168.0.0/16', 'fd00:244:0:1::/64'])
  assert.deepEqual(egress.of('n2').inside, ['fd00:244:0:2::/64'])
})

test('a range that is another’s is not said twice', () => {
  const { ways, egress } = start()
  ways.set(node(3, ['10.244.2.0/25', '10.244.3.0/24']))
  assert.deepEqual(egress.of('n3').inside, ['10.244.3.0/24'])
})

test('of IPv6, pods whose addresses lead back from everywhere keep them, unless somebody says otherwise', () => {
  const global = node(1, ['2001:db8:1::/64'])
  assert.deepEqual(start({}, global).egress.of(OWN).pods, [])
  assert.deepEqual(start({ ipv6: 'always' }, global).egress.of(OWN).pods, ['2001:db8:1::/64'])
  assert.deepEqual(start({ ipv6: 'never' }).egress.of(OWN).pods, ['10.244.1.0/24'])
})
