import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NodeRanges } from './desired.ts'

const given = (ranges: NodeRanges, name: string) => {
  const one = ranges.give(name)
  return 'exhausted' in one ? `none of ${one.exhausted}` : one.podCidrs.join()
}

test('each node gets the next range of each of the cluster’s, of Kubernetes’ sizes; asked again, the same', () => {
  const ranges = new NodeRanges({ clusterCidrs: ['10.244.0.0/16', 'fd00:10:244::/48'] })
  assert.equal(given(ranges, 'a'), '10.244.0.0/24,fd00:10:244::/64')
  assert.equal(given(ranges, 'b'), '10.244.1.0/24,fd00:10:244:1::/64')
  assert.equal(given(ranges, 'a'), '10.244.0.0/24,fd00:10:244::/64')
})

test('what nodes have is not given again, of whatever size it is; nor what Services have', () => {
  const ranges = new NodeRanges({
    clusterCidrs: ['10.244.0.0/21'],
    maskSizes: { IPv4: 24 },
    serviceCidrs: ['10.244.0.128/25', '10.96.0.0/12'],
  })
  ranges.hold('large', ['10.244.2.0/23'])
  ranges.hold('small', ['10.244.4.64/26'])
  ranges.hold('strange', ['192.168.0.0/24', 'fd00::/64', 'none'])
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((name) => given(ranges, name)),
    ['10.244.1.0/24', '10.244.5.0/24', '10.244.6.0/24', '10.244.7.0/24', 'none of 10.244.0.0/21'],
  )
  ranges.hold('large', [])
  assert.equal(given(ranges, 'e'), '10.244.2.0/24')
})

test('a range that two have is free when both are gone; what has come free is given last', () => {
  const ranges = new NodeRanges({ clusterCidrs: ['10.244.0.0/22'] })
  ranges.hold('a', ['10.244.0.0/24'])
  ranges.hold('b', ['10.244.0.0/24'])
  ranges.hold('a', [])
  assert.deepEqual(
    ['c', 'd'].map((name) => given(ranges, name)),
    ['10.244.1.0/24', '10.244.2.0/24'],
  )
  ranges.hold('c', [])
  assert.deepEqual(
    ['e', 'f'].map((name) => given(ranges, name)),
    ['10.244.3.0/24', '10.244.1.0/24'],
  )
  ranges.hold('b', [])
  assert.equal(given(ranges, 'g'), '10.244.0.0/24')
})

test('where one family has none left, none of the other is taken', () => {
  const ranges = new NodeRanges({ clusterCidrs: ['10.244.0.0/23', 'fd00::/64'] })
  assert.equal(given(ranges, 'a'), '10.244.0.0/24,fd00::/64')
  assert.equal(given(ranges, 'b'), 'none of fd00::/64')
  ranges.hold('a', [])
  assert.equal(given(ranges, 'b'), '10.244.0.0/24,fd00::/64', 'the one that b had looked at is free')
  const all = new NodeRanges({ clusterCidrs: ['10.244.0.0/24'] })
  all.hold('whole', ['10.0.0.0/8'])
  assert.equal(given(all, 'a'), 'none of 10.244.0.0/24')
})

test('ranges and sizes that do not fit together are refused by the flag’s name', () => {
  const refused = (options: ConstructorParameters<typeof NodeRanges>[0]) => () => new NodeRanges(options)
  assert.throws(refused({ clusterCidrs: ['10.0.0.0/16', '10.1.0.0/16'] }), /names IPv4 twice/)
  assert.throws(
    refused({ clusterCidrs: ['10.0.0.0/25'] }),
    /--node-cidr-mask-size-ipv4 24 is no size of a range within 10\.0\.0\.0\/25/,
  )
  assert.throws(refused({ clusterCidrs: ['10.0.0.0/16'], maskSizes: { IPv4: 33 } }), /--node-cidr-mask-size-ipv4 33/)
  assert.throws(
    refused({ clusterCidrs: ['fd00::/40'] }),
    /--node-cidr-mask-size-ipv6 64 is more than 16 bits longer than fd00::\/40; make it at most 56/,
  )
  assert.throws(refused({ clusterCidrs: ['10.0.0.1/16'] }), /bits set behind its prefix/)
})

test('5,000 nodes have ranges of both families, none twice; the last is as easily found as the first', () => {
  const ranges = new NodeRanges({ clusterCidrs: ['10.0.0.0/8', 'fd00:10::/48'] })
  const all = Array.from({ length: 5000 }, (_, index) => given(ranges, `node-${index}`))
  assert.equal(new Set(all.flatMap((texts) => texts.split(','))).size, 10_000)
})
