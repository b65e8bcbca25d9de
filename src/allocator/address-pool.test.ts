import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressPool } from './address-pool.ts'

const first = (): number => 0
const open = (cidr: string) => ({ cidr, isOpen: true })
const closed = (cidr: string) => ({ cidr, isOpen: false })

test('a pool goes on in the next range where the first is full', () => {
  const pool = new AddressPool('10.96.0.0/30')
  pool.setRanges([open('10.96.0.0/30'), open('10.97.0.0/30')])
  const given = [1, 2, 3, 4].map(() => pool.takeNext(first))
  assert.deepEqual(given, ['10.96.0.1', '10.96.0.2', '10.97.0.1', '10.97.0.2'])
  assert.throws(() => pool.takeNext(first), { code: 'ALLOCATION_EXHAUSTED' })
  pool.release('10.97.0.1')
  assert.equal(pool.takeNext(first), '10.97.0.1')
})

test('an address is taken once, also where ranges overlap or come later', () => {
  const pool = new AddressPool('10.96.0.0/24')
  pool.take('10.96.0.5')
  pool.setRanges([open('10.96.0.0/24'), open('10.96.0.0/28')])
  assert.throws(() => pool.take('10.96.0.5'), { code: 'ALLOCATION_TAKEN' })
  pool.setRanges([open('10.96.0.0/28')])
  assert.throws(() => pool.take('10.96.0.5'), { code: 'ALLOCATION_TAKEN' })
  pool.take('10.96.0.6')
  pool.setRanges([open('10.96.0.0/28'), open('10.96.0.0/16')])
  assert.equal(pool.has('10.96.0.6'), true)
  pool.release('10.96.0.6')
  assert.equal(pool.has('10.96.0.6'), false)
  pool.take('10.96.0.6')
  const all = new Set<string>()
  for (let count = 0; count < 12; count++) all.add(pool.takeNext(first))
  assert.equal(all.size, 12)
  assert.ok(!all.has('10.96.0.5') && !all.has('10.96.0.6'))
})

test('a closed range gives nothing new, and what it gave can come back', () => {
  const pool = new AddressPool('10.96.0.0/24')
  pool.setRanges([open('10.96.0.0/24'), open('10.97.0.0/24')])
  pool.take('10.97.0.7')
  pool.setRanges([open('10.96.0.0/24'), closed('10.97.0.0/24')])
  assert.deepEqual(pool.cidrs, ['10.96.0.0/24'])
  assert.equal(pool.contains('10.97.0.8'), false)
  assert.equal(pool.has('10.97.0.7'), true)
  assert.throws(() => pool.take('10.97.0.8'), {
    code: 'ALLOCATION_OUT_OF_RANGE',
    message: 'the provided network does not match the current range',
  })
  assert.throws(() => pool.take('10.96.0.0'), {
    code: 'ALLOCATION_OUT_OF_RANGE',
    message: 'the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/24',
  })
  pool.release('10.97.0.7')
  assert.equal(pool.has('10.97.0.7'), false)
  pool.setRanges([open('10.96.0.0/24'), closed('10.97.0.0/24'), open('10.97.0.0/24')])
  pool.take('10.97.0.7')
  pool.setRanges([open('10.96.0.0/24')])
  assert.equal(pool.has('10.97.0.7'), true)
  pool.setRanges([open('10.97.0.0/24')])
  assert.throws(() => pool.take('10.97.0.7'), { code: 'ALLOCATION_TAKEN' })
})

test('an address is one in every spelling', () => {
  const pool = new AddressPool('fd00:10:96::/112')
  pool.take('fd00:0010:0096:0::00aa')
  assert.equal(pool.has('fd00:10:96::aa'), true)
  pool.release('FD00:10:96::AA')
  assert.equal(pool.has('fd00:10:96::aa'), false)
  pool.release('banana')
  assert.equal(pool.has('banana'), false)
})

test('a pool has one family, and passes over ranges of the other', () => {
  const pool = new AddressPool('fd00:10:96::/112')
  assert.equal(pool.family, 'IPv6')
  pool.setRanges([open('fd00:10:96::/112'), open('10.96.0.0/24'), open('fd00:10:97::/112')])
  assert.deepEqual(pool.cidrs, ['fd00:10:96::/112', 'fd00:10:97::/112'])
  assert.equal(pool.contains('10.96.0.1'), false)
})
