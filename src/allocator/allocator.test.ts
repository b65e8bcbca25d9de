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
  assert.equal(new AddressRange('10.96.0.0/27').takeNext(first), '10.96.0.17')
  assert.equal(new AddressRange('10.96.0.0/28').takeNext(first), '10.96.0.1')
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

test('AddressRange counts what it can give out: no network address, in IPv4 no broadcast, at most 2^30', () => {
  for (const [cidr, free] of [
    ['10.96.0.0/24', 254],
    ['10.96.0.1/32', 0],
    ['fd00::/120', 255],
    ['fd00::/64', 2 ** 30 - 1],
  ] as const)
    assert.equal(new AddressRange(cidr).free, free, cidr)
})

test('AddressRange contains what it can give out, taken or not', () => {
  const range = new AddressRange('10.96.0.0/24')
  range.take('10.96.0.1')
  range.take('10.96.0.254')
  for (const address of ['10.96.0.1', '10.96.0.2', '10.96.0.254']) assert.equal(range.contains(address), true, address)
  for (const address of ['10.96.0.0', '10.96.0.255', '10.97.0.1', 'banana'])
    assert.equal(range.contains(address), false, address)
  assert.equal(range.has('10.96.0.2'), false)
  assert.equal(range.free, 252)
})

test('a refusal is an AllocationError by name', () => {
  assert.equal(refusal(() => new PortRange(1, 2).take(3)).name, 'AllocationError')
})

test('PortRange has a band of a 32nd, at least 16 and at most 128 ports; a small range has none', () => {
  for (const [size, band] of [
    [16, 0],
    [17, 16],
    [544, 17],
    [10_000, 128],
  ] as const)
    assert.equal(new PortRange(30_000, 30_000 + size - 1).takeNext(first), 30_000 + band, String(size))
})

test('PortRange has both its ends, and every port once', () => {
  const range = new PortRange(30000, 30003)
  range.take(30000)
  range.take(30003)
  assert.equal(range.free, 2)
  assert.deepEqual([range.takeNext(first), range.takeNext(first)], [30001, 30002])
  range.release(30003)
  range.release(80)
  assert.deepEqual([range.has(30003), range.has(80), range.has(30000)], [false, false, true])
  assert.equal(range.takeNext(first), 30003)
  for (const port of [29999, 30004]) assert.equal(refusal(() => range.take(port)).code, 'ALLOCATION_OUT_OF_RANGE')
})
