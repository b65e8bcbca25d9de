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
  type IpAddress,
  NetError,
  parseAddress,
  toBytes,
  tryParseAddress,
} from './ip-address.ts'
import { isPort, protocolOfNumber, socketText } from './port-protocol.ts'

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
    ['1:2:3:4:5:6:10.0.0.1', '1:2:3:4:5:6:a00:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:1:2', '::ffff:0.1.0.2'],
    ['::fffe:1:2', '::fffe:1:2'],
    ['1::ffff:1:2', '1::ffff:1:2'],
    ['0:0:0:1:0:ffff:1:2', '::1:0:ffff:1:2'],
    ['1:0:0:2:3:4:5:6', '1::2:3:4:5:6'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['CDEF::', 'cdef::'],
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
    '1:2:3:4:5:6:7:10.0.0.1',
    '1:2:3:4:5:6:7:8::',
    '::1::',
    '1:2:3:4:5:6:7:',
    '1;2:3:4:5:6:7:8',
    'g::',
    '::/:',
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

test('bytes are written as the text that they came from, IPv4 in IPv6 among them', () => {
  for (const text of [
    '10.0.0.1',
    '::ffff:10.0.0.1',
    '::1',
    '1:0:0:0:0:ffff:a00:1',
    '::1:ffff:a00:1',
    '2001:db8::ffff:a00:1',
  ])
    assert.equal(formatBytes(addressBytes(text)), canonicalAddress(text))
  assert.throws(() => addressBytes('banana'), { name: 'NetError', code: 'ADDRESS_INVALID' })
  for (const length of [0, 3, 5, 15, 17])
    assert.throws(() => fromBytes(new Uint8Array(length)), { code: 'ADDRESS_INVALID' }, String(length))
})

test('addresses sort by number, IPv4 before IPv6, and two are the same where family and number are', () => {
  const [four, other, six] = ['0.0.0.1', '0.0.0.2', '::1'].map(parseAddress) as [IpAddress, IpAddress, IpAddress]
  assert.deepEqual([six, other, four].toSorted(compareAddresses), [four, other, six])
  assert.equal(compareAddresses(four, six), -1)
  assert.equal(compareAddresses(six, other), 1)
  assert.equal(compareAddresses(other, four), 1)
  assert.equal(compareAddresses(four, { ...four }), 0)
})

test('addOffset() moves an address and stops at the ends of its family', () => {
  assert.equal(formatAddress(addOffset(parseAddress('10.0.0.255'), 1)), '10.0.1.0')
  assert.equal(formatAddress(addOffset(parseAddress('2001:db8::1'), -2)), '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff')
  assert.throws(() => addOffset(parseAddress('255.255.255.255'), 1), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.equal(formatAddress(addOffset(parseAddress('0.0.0.1'), -1)), '0.0.0.0')
  assert.throws(() => addOffset(parseAddress('::'), -1), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.equal(compareAddresses(parseAddress('10.0.0.2'), parseAddress('10.0.0.10')), -1)
})

test('parseCidr() is strict and names the network that was meant', () => {
  assert.equal(formatCidr(parseCidr('2001:DB8::/32')), '2001:db8::/32')
  assert.equal(cidrSize(parseCidr('10.0.0.0/24')), 256n)
  assert.equal(cidrSize(parseCidr('::/0')), 1n << 128n)
  assert.equal(cidrSize(parseCidr('10.0.0.1/32')), 1n)
  assert.equal(cidrSize(parseCidr('::1/128')), 1n)
  for (const text of [
    '10.0.0.0',
    '/24',
    '1/',
    '10.0.0.0/33',
    '10.0.0.0/064',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
  ])
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
  assert.equal(containsCidr(pods, pods), true)
  assert.equal(containsCidr(parseCidr('10.244.3.0/24'), pods), false)
  assert.equal(overlaps(parseCidr('10.244.3.0/24'), pods), true)
  assert.equal(overlaps(pods, parseCidr('10.96.0.0/16')), false)
  assert.equal(formatAddress(nthAddress(pods, 257)), '10.244.1.1')
  assert.equal(formatAddress(nthAddress(pods, -1)), '10.244.255.255')
  assert.equal(formatAddress(nthAddress(pods, 0)), '10.244.0.0')
  assert.equal(formatAddress(nthAddress(pods, -65536)), '10.244.0.0')
  assert.throws(() => nthAddress(pods, -65537), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.throws(() => nthAddress(pods, 65536), { code: 'ADDRESS_OUT_OF_RANGE' })
  assert.equal(formatCidr(nthSubnet(pods, 24, 3)), '10.244.3.0/24')
  assert.equal(formatCidr(nthSubnet(pods, 16, 0)), '10.244.0.0/16')
  assert.equal(formatCidr(nthSubnet(pods, 32, 65535)), '10.244.255.255/32')
  assert.equal(formatCidr(nthSubnet(parseCidr('2001:db8::/32'), 128, 1)), '2001:db8::1/128')
  for (const [prefix, index] of [
    [15, 0],
    [33, 0],
    [24, -1],
  ] as const)
    assert.throws(() => nthSubnet(pods, prefix, index), { code: 'ADDRESS_OUT_OF_RANGE' }, `/${prefix} ${index}`)
  assert.throws(() => nthSubnet(pods, 24, 256), { code: 'ADDRESS_OUT_OF_RANGE' })
})

test('protocols have their numbers of the IP header', () => {
  assert.deepEqual([6, 17, 132, 1, 58].map(protocolOfNumber), ['TCP', 'UDP', 'SCTP', undefined, undefined])
})

test('a port is a whole number from 1 to 65535', () => {
  for (const port of [1, 80, 65535]) assert.equal(isPort(port), true, String(port))
  for (const port of [0, -1, 65536, 80.5, Number.NaN]) assert.equal(isPort(port), false, String(port))
})

test('an IPv6 address stands in brackets before its port', () => {
  assert.equal(socketText('fd00::5', 80), '[fd00::5]:80')
  assert.equal(socketText('10.244.1.5', 80), '10.244.1.5:80')
  assert.equal(socketText('myapp', 80), 'myapp:80')
})
