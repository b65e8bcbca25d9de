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
const dweller = fc
  .uniqueArray(address, { maxLength: 3 })
  .map((texts) => ({ addresses: texts.map((text) => ({ address: parseAddress(text) })) }))
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
    fc.property(fc.array(dweller), fc.array(dweller), fc.array(fc.nat(9)), network, (early, late, gone, of) => {
      const all = new Set(early)
      const places = new Neighbourhoods(() => all)
      const wanted = () =>
        [...all].filter((one) => one.addresses.some(({ address }) => containsAddress(cidr(of), address)))
      const check = () => assert.deepEqual(new Set(places.in(cidr(of))), new Set(wanted()))
      for (const one of early) places.add(one)
      check()
      for (const one of late) {
        all.add(one)
        places.add(one)
      }
      check()
      for (const one of gone.flatMap((index) => [...early, ...late][index] ?? [])) {
        all.delete(one)
        places.remove(one)
      }
      check()
    }),
  )
})

test('two may have one address, and each is found until it goes, before anybody was asked for and after', () => {
  const of = (...texts: readonly string[]) => ({ addresses: texts.map((text) => ({ address: parseAddress(text) })) })
  const [one, two, three] = [of('10.0.0.1', 'fd00::1'), of('10.0.0.1'), of('10.0.1.1')]
  const all = new Set([two])
  const places = new Neighbourhoods(() => all)
  places.add(one)
  places.remove(one)
  assert.deepEqual([...places.in(parseCidr('10.0.0.0/24'))], [two])
  places.add(one)
  places.add(three)
  assert.deepEqual([...places.in(parseCidr('10.0.0.1/32'))], [two, one])
  places.remove(two)
  places.remove(of('10.0.0.1'))
  assert.deepEqual([...places.in(parseCidr('0.0.0.0/0'))], [one, three])
  assert.deepEqual([...places.in(parseCidr('fd00::/16'))], [one])
  places.remove(three)
  assert.deepEqual([...places.in(parseCidr('10.0.1.0/24'))], [])
})
