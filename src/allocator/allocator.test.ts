import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressRange, AllocationError, serviceAddress } from './address-range.ts'
import { PortRange } from './port-range.ts'

const first = (): number => 0

const refusal = (action: () => unknown): AllocationError => {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof AllocationError)
    return error
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

test('AddressRange gives out addresses above the band that explicit requests prefer', () => {
  assert.equal(new AddressRange('10.96.0.0/16').takeNext(first), '10.96.1.1')
  assert.equal(new AddressRange('10.96.0.0/24').takeNext(first), '10.96.0.17')
  assert.equal(new AddressRange('fd00:10:96::/112').takeNext(first), 'fd00:10:96::101')
})

test('AddressRange falls back to the lower band, and says when it is full', () => {
  const range = new AddressRange('10.96.0.0/27')
  const given = new Set<string>()
  for (let count = 0; count < 30; count++) given.add(range.takeNext(first))
  assert.equal(given.size, 30)
  assert.ok(!given.has('10.96.0.0') && !given.has('10.96.0.31'))
  assert.equal(range.free, 0)
  assert.equal(refusal(() => range.takeNext(first)).code, 'ALLOCATION_EXHAUSTED')
})

test('AddressRange refuses what is taken and what is not its own in the words of Kubernetes', () => {
  const range = new AddressRange('10.96.0.0/16')
  range.take('10.96.0.77')
  assert.equal(refusal(() => range.take('10.96.0.77')).message, 'provided IP is already allocated')
  assert.equal(
    refusal(() => range.take('192.0.2.1')).message,
    'the provided IP (192.0.2.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
  )
  assert.equal(refusal(() => range.take('10.96.255.255')).code, 'ALLOCATION_OUT_OF_RANGE')
  range.release('10.96.0.77')
  range.release('192.0.2.1')
  range.take('10.96.0.77')
})

test('AddressRange knows an IPv6 address in every spelling', () => {
  const range = new AddressRange('fd00:10:96::/112')
  range.take('fd00:0010:0096:0::00aa')
  assert.ok(range.has('fd00:10:96::aa'))
  assert.equal(serviceAddress('fd00:10:96::/112', 10), 'fd00:10:96::a')
})

test('PortRange gives out ports above 30085 first, and takes those below on request', () => {
  const range = new PortRange(30000, 32767)
  assert.equal(range.takeNext(first), 30086)
  range.take(30008)
  assert.equal(refusal(() => range.take(30008)).message, 'provided port is already allocated')
  assert.equal(
    refusal(() => range.take(80)).message,
    'provided port is not in the valid range. The range of valid ports is 30000-32767',
  )
  range.release(30008)
  assert.ok(!range.has(30008))
})

test('PortRange of a few ports has no bands and can be used up', () => {
  const range = new PortRange(30000, 30003)
  const ports = [1, 2, 3, 4].map(() => range.takeNext(first))
  assert.deepEqual(ports.sort(), [30000, 30001, 30002, 30003])
  assert.equal(refusal(() => range.takeNext(first)).code, 'ALLOCATION_EXHAUSTED')
})
