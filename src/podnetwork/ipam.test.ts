import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCidr } from '#net/cidr.ts'
import { addressesAt, nextFreeOffset } from './ipam.ts'

const node1 = parseCidr('10.244.1.0/24')

test('nextFreeOffset() begins at .2 and goes on after the last, also when earlier ones were freed', () => {
  assert.equal(nextFreeOffset(node1, new Set(), 0), 2)
  assert.equal(nextFreeOffset(node1, new Set([2]), 2), 3)
  assert.equal(nextFreeOffset(node1, new Set(), 3), 4)
  assert.equal(nextFreeOffset(node1, new Set([5, 6]), 4), 7)
})

test('nextFreeOffset() goes round at the end, and gives neither the network, nor .1, nor the broadcast address', () => {
  assert.equal(nextFreeOffset(node1, new Set([2]), 254), 3)
  const given = new Set<number>()
  for (let last = 100; ; ) {
    const offset = nextFreeOffset(node1, given, last)
    if (offset === undefined) break
    given.add(offset)
    last = offset
  }
  assert.equal(given.size, 253)
  assert.deepEqual([Math.min(...given), Math.max(...given)], [2, 254])
})

test('nextFreeOffset() gives nothing where all are taken or none exist, and a wide range is bounded', () => {
  assert.equal(nextFreeOffset(parseCidr('10.0.0.0/30'), new Set([2]), 2), undefined)
  assert.equal(nextFreeOffset(parseCidr('10.0.0.0/31'), new Set(), 0), undefined)
  assert.equal(nextFreeOffset(parseCidr('fd00::/64'), new Set(), 65535), 2)
})

test('addressesAt() has the same place in each family that there is', () => {
  assert.deepEqual(addressesAt(['fd00:10:244:1::/64'], 5), ['fd00:10:244:1::5'])
  assert.deepEqual(addressesAt(['10.244.1.0/24', 'fd00:10:244:1::/64'], 5), ['10.244.1.5', 'fd00:10:244:1::5'])
})
