import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatAddress, isIpv4Mapped, tryParseAddress } from '#net/ip-address.ts'
import { canonical } from './canonical.ts'

test('canonical() spells an address one way and takes no other for one', () => {
  for (const [text, spelt] of [
    ['10.0.0.1', '10.0.0.1'],
    ['0.99.200.255', '0.99.200.255'],
    ['FD00:0:0::1', 'fd00::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:0:a:b', '::ffff:0:a:b'],
    ['10.0.0.01', undefined],
    ['10.0.0.256', undefined],
    ['10.0.0', undefined],
    ['10.0.0.1.', undefined],
    ['10.0.0.1.1', undefined],
    ['10.0.0..', undefined],
    ['::ffff:10.0.0.1', undefined],
    ['::ffff:a00:1', undefined],
    ['fe80::1%eth0', undefined],
    ['None', undefined],
    ['', undefined],
  ] as const)
    assert.equal(canonical(text), spelt, text)
})

test('canonical() reads what is nearly an IPv4 address as net does', () => {
  const part = fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom('', '0', '00', '09', '1000', ':'))
  const texts = fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'))
  fc.assert(
    fc.property(texts, (text) => {
      const address = tryParseAddress(text)
      assert.equal(canonical(text), address && !isIpv4Mapped(address) ? formatAddress(address) : undefined)
    }),
    { numRuns: 300 },
  )
})
