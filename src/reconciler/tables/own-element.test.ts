import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Part } from '#dataplane/nftables/element-layout.ts'
import { canBeOurs } from './own-element.ts'

const NF_ACCEPT = 1
const NFT_RETURN = -5
const bytes = (...values: readonly number[]) => Uint8Array.from(values)
const layout = (key: readonly Part[], data?: 'judgement') => ({
  family: 'ip' as const,
  key,
  definition: { name: 'one', key: [], owner: 'policies' as const, ...(data && { data }) },
})
const element = (
  key: Uint8Array,
  keyEnd?: Uint8Array,
  verdict?: { readonly code: number; readonly chain: undefined },
) => ({
  key,
  keyEnd,
  verdict,
})

test('an element for all keys is nobody’s of us', () => {
  assert.equal(canBeOurs(layout(['address']), element(bytes())), false)
  assert.equal(canBeOurs(layout(['address']), element(bytes(10, 0, 0, 1))), true)
})

test('verdicts are those that we give', () => {
  const judged = (code: number) => element(bytes(10, 0, 0, 1), undefined, { code, chain: undefined })
  const map = layout(['address'], 'judgement')
  assert.deepEqual(
    [0, NFT_RETURN, NF_ACCEPT, -1, -4].map((code) => canBeOurs(map, judged(code))),
    [true, true, false, false, false],
  )
  assert.equal(canBeOurs(map, element(bytes(10, 0, 0, 1))), false, 'none at all')
  assert.equal(canBeOurs(layout(['address']), judged(NF_ACCEPT)), true, 'where there is none to be given')
})

test('of a range every field has one value but that of ports', () => {
  const parts = layout(['address', 'ports'])
  const from = bytes(10, 0, 0, 1, 0, 80, 0, 0)
  assert.equal(canBeOurs(parts, element(from, bytes(10, 0, 0, 1, 0, 90, 0, 0))), true)
  assert.equal(canBeOurs(parts, element(from, bytes(10, 0, 0, 9, 0, 90, 0, 0))), false)
  assert.equal(canBeOurs(layout(['number', 'ports']), element(from, bytes(255, 0, 0, 1, 0, 80, 0, 0))), false)
})

test('a range of addresses is a prefix', () => {
  const is = (first: Uint8Array, last: Uint8Array) => canBeOurs(layout(['prefix']), element(first, last))
  assert.equal(is(bytes(10, 0, 0, 0), bytes(10, 0, 0, 255)), true)
  assert.equal(is(bytes(10, 0, 0, 8), bytes(10, 0, 0, 15)), true)
  assert.equal(is(bytes(10, 0, 0, 1), bytes(10, 0, 0, 1)), true)
  assert.equal(is(bytes(0, 0, 0, 0), bytes(255, 255, 255, 255)), true)
  assert.equal(is(bytes(10, 0, 0, 0), bytes(10, 0, 0, 254)), false)
  assert.equal(is(bytes(10, 0, 0, 1), bytes(10, 0, 0, 255)), false)
  assert.equal(is(bytes(10, 0, 0, 0), bytes(10, 0, 2, 255)), false)
})
