import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import { Neighbourhoods } from './neighbourhoods.ts'

const byte = fc.constantFrom(0, 1, 2, 127, 128, 254, 255)
const address = fc.oneof(
  fc.tuple(byte, byte).map(([third, last]) => `10.0.${third}.${last}`),
  fc.tuple(byte, byte).map(([third, last]) => `fd00:0:0:${third.toString(16)}::${last.toString(16)}`),
)
const network = fc.oneof(
  fc.tuple(address, fc.constantFrom(0, 8, 16, 23, 24, 25, 31, 32)).filter(([one]) => !one.includes(':')),
  fc.tuple(address, fc.constantFrom(0, 32, 48, 63, 64, 65, 127, 128)).filter(([one]) => one.includes(':')),
)
const cidr = ([one, prefix]: readonly [string, number]) => {
  const { family, value } = parseAddress(one)
  const bits = BigInt((family === 'IPv4' ? 32 : 128) - prefix)
  return { address: { family, value: (value >> bits) << bits }, prefix }
}

test('property: who has an address in a network is found, and nobody else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(address), fc.array(fc.nat(9)), network, (texts, gone, of) => {
      const places = new Neighbourhoods<string>()
      for (const text of texts) places.add(parseAddress(text), text)
      for (const index of gone) if (texts[index] !== undefined) places.remove(parseAddress(texts[index]), texts[index])
      const left = texts.filter((_, index) => !gone.includes(index))
      const wanted = left.filter((text) => containsAddress(cidr(of), parseAddress(text)))
      assert.deepEqual([...places.in(cidr(of))].sort(), wanted.sort())
    }),
  )
})

test('two may have one address, and each is found until it goes', () => {
  const places = new Neighbourhoods<string>()
  const one = parseAddress('10.0.0.1')
  places.add(one, 'a')
  places.add(one, 'b')
  assert.deepEqual([...places.in(parseCidr('10.0.0.0/24'))], ['a', 'b'])
  places.remove(one, 'a')
  assert.deepEqual([...places.in(parseCidr('10.0.0.1/32'))], ['b'])
  places.remove(one, 'c')
  places.remove(parseAddress('10.9.0.1'), 'b')
  assert.deepEqual([...places.in(parseCidr('0.0.0.0/0'))], ['b'])
})
