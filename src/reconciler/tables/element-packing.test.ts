import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Element } from '#dataplane/nftables/rule.ts'
import { ElementPacking } from './element-packing.ts'

const packing = new ElementPacking()

const elements: readonly Element[] = [
  { family: 'ip', set: 'cluster-ips', key: ['10.96.0.1'] },
  { family: 'ip6', set: 'frontends', key: ['fd00:10:96::1', 'udp', 53], data: [0xffffe003] },
  { family: 'ip', set: 'nodeports', key: ['sctp', 30000], data: [8193] },
  { family: 'ip', set: 'backends', key: [8192, 15], data: ['255.0.10.128', 65535] },
  { family: 'ip6', set: 'endpoints', key: [0xfffffffe], data: ['2001:db8::ffff', 1] },
  { family: 'ip', set: 'slots', key: [8192, 4000], data: [8200] },
  { family: 'ip', set: 'allowed', key: ['203.0.113.1', 'tcp', 80, '10.0.0.0/8'] },
  { family: 'ip6', set: 'allowed', key: ['fd00::1', 'tcp', 80, '::/0'] },
  { family: 'ip', set: 'pod-cidrs', key: ['10.244.0.0/16'] },
]

test('elements that were packed one behind the other come out as they were', () => {
  const found: Element[] = []
  packing.visit(packing.pack(elements), (identity, data) => found.push(packing.unpack(identity, data)))
  assert.deepEqual(found, elements)
})

test('a Service of three endpoints is remembered in 62 characters', () => {
  const backends = [1, 2, 3].map(
    (slot): Element => ({ family: 'ip', set: 'backends', key: [8192, slot], data: [`10.244.1.${slot}`, 8080] }),
  )
  const frontend: Element = { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'tcp', 80], data: [8195] }
  assert.equal(packing.pack([elements[0] as Element, frontend, ...backends]).length, 62)
})

test('only elements whose key begins with the id of a service port are no two Services’', () => {
  const own: string[] = []
  packing.visit(packing.pack(elements), (identity, data) => {
    if (packing.isSole(identity)) own.push(packing.unpack(identity, data).set)
  })
  assert.deepEqual(own, ['backends', 'endpoints', 'slots'])
})
