import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  cidrSize,
  containsAddress,
  containsCidr,
  formatCidr,
  nthAddress,
  nthSubnet,
  overlaps,
  parseCidr,
  tryParseCidr,
} from './cidr.ts'
import {
  addOffset,
  addressBytes,
  canonicalAddress,
  compareAddresses,
  familyOf,
  formatAddress,
  formatBytes,
  fromBytes,
  NetError,
  parseAddress,
  toBytes,
  tryParseAddress,
} from './ip-address.ts'
import { protocolNumbers, protocolOfNumber } from './port-protocol.ts'

test('canonicalAddress() writes IPv6 as RFC 5952 says', () => {
  for (const [text, canonical] of [
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:a00:1', '::ffff:10.0.0.1'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ] as const)
    assert.equal(canonicalAddress(text), canonical)
})

test('tryParseAddress() refuses what is no address', () => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '10.0.0.1.2',
    ' 10.0.0.1',
    '0x0a.0.0.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'fe80::1%eth0',
    '::10.0.0.1:1',
    '10.0.0.1::',
    '1:',
    ':1',
    '1.2.3.4:80',
  ])
    assert.equal(tryParseAddress(text), undefined, text)
  assert.throws(
    () => parseAddress('banana'),
    (error) => error instanceof NetError && error.code === 'ADDRESS_INVALID',
  )
})

test('addresses survive text and bytes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
      const six = { family: 'IPv6', value } as const
      assert.deepEqual(parseAddress(formatAddress(six)), six)
      assert.deepEqual(fromBytes(toBytes(six)), six)
      const four = { family: 'IPv4', value: value & 0xffffffffn } as const
      assert.deepEqual(parseAddress(formatAddress(four)), four)
      assert.deepEqual(fromBytes(toBytes(four)), four)
      for (const one of [six, four]) assert.equal(formatBytes(addressBytes(formatAddress(one))), formatAddress(one))
    }),
  )
  assert.deepEqual([...addressBytes('10.1.2.3')], [10, 1, 2, 3])
  assert.equal(familyOf('::1'), 'IPv6')
})

test('addOffset() moves an address and stops at the ends of its family', () => {
  assert.equal(formatAddress(addOffset(parseAddress('10.0.0.255'), 1)), '10.0.1.0')
  assert.equal(formatAddress(addOffset(parseAddress('2001:db8::1'), -2)), '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff')
  assert.throws(() => addOffset(parseAddress('255.255.255.255'), 1), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.throws(() => addOffset(parseAddress('::'), -1), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.equal(compareAddresses(parseAddress('10.0.0.2'), parseAddress('10.0.0.10')), -1)
})

test('parseCidr() is strict and names the network that was meant', () => {
  assert.equal(formatCidr(parseCidr('2001:DB8::/32')), '2001:db8::/32')
  assert.equal(cidrSize(parseCidr('10.0.0.0/24')), 256n)
  assert.equal(cidrSize(parseCidr('::/0')), 1n << 128n)
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/064', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129'])
    assert.throws(() => parseCidr(text), { code: 'CIDR_INVALID' }, text)
  assert.throws(() => parseCidr('10.0.0.1/24'), /the network is 10\.0\.0\.0\/24/)
  assert.equal(formatCidr(tryParseCidr('10.0.0.1/24', { hostBitsAllowed: true })!), '10.0.0.0/24')
})

test('networks contain, overlap and are divided', () => {
  const pods = parseCidr('10.244.0.0/16')
  assert.equal(containsAddress(pods, parseAddress('10.244.255.255')), true)
  assert.equal(containsAddress(pods, parseAddress('10.245.0.0')), false)
  assert.equal(containsAddress(parseCidr('::/0'), parseAddress('10.0.0.1')), false)
  assert.equal(containsCidr(pods, parseCidr('10.244.3.0/24')), true)
  assert.equal(overlaps(parseCidr('10.244.3.0/24'), pods), true)
  assert.equal(overlaps(pods, parseCidr('10.96.0.0/16')), false)
  assert.equal(formatAddress(nthAddress(pods, 257)), '10.244.1.1')
  assert.equal(formatAddress(nthAddress(pods, -1)), '10.244.255.255')
  assert.throws(() => nthAddress(pods, 65536), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.equal(formatCidr(nthSubnet(pods, 24, 3)), '10.244.3.0/24')
  assert.throws(() => nthSubnet(pods, 24, 256), { code: 'ADDRESS_OUT_OF_RANGE' })
})

test('protocols have their numbers of the IP header', () => {
  assert.deepEqual(protocolNumbers, { TCP: 6, UDP: 17, SCTP: 132 })
  assert.equal(protocolOfNumber(132), 'SCTP')
})
