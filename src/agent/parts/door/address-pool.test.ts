import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePlace } from './address-pool.ts'

test('a place is free where no family’s address is taken, and the smallest range ends it', () => {
  const ranges = ['10.244.1.0/24', 'fd00:1::/125'] as const
  assert.deepEqual(freePlace(ranges, [], 0), { offset: 2, addresses: ['10.244.1.2', 'fd00:1::2'] })
  const taken = ['10.244.1.2', 'fd00:1::3', '10.9.0.4', '192.0.2.1']
  assert.deepEqual(freePlace(ranges, taken, 0)?.addresses, ['10.244.1.4', 'fd00:1::4'])
  assert.deepEqual(freePlace(ranges, taken, 6)?.addresses, ['10.244.1.4', 'fd00:1::4'], 'it goes round')
  assert.equal(freePlace(ranges, ['10.244.1.2', '10.244.1.3', 'fd00:1::4', 'fd00:1::5', 'fd00:1::6'], 0), undefined)
})
