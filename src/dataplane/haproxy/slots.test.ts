import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { readRetry } from '#routes/rules/policies.ts'
import { MOST_RETRIES, RETRIED_CODES } from '#routes/table/retries.ts'
import type { Backend } from '#routes/table/table.ts'
import { kindLines, slotKind } from './slot-kind.ts'
import { assignSlots, isSmaller, NO_SLOTS } from './slots.ts'

const backend = (key: string, more: Partial<Backend> = {}): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})
const wanted = (...keys: readonly (string | Backend)[]) =>
  new Map(keys.map((one) => (typeof one === 'string' ? [one, backend(one)] : [one.key, one])))
const slotsOf = (taken: ReadonlyMap<string, string>) => new Map([...taken].map(([slot, key]) => [key, slot]))
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `b${from + index}`)

test('a backend keeps its slot whatever comes and goes around it', () => {
  let slots = assignSlots(NO_SLOTS, wanted(...many(20)))
  const kept = slotsOf(slots.taken).get('b7')
  for (let round = 0; round < 50; round++) {
    slots = assignSlots(slots, wanted('b7', ...many(round % 15, 100 + round)))
    assert.equal(slotsOf(slots.taken).get('b7'), kept)
  }
})

test('the pool has room for more, and grows in steps: few changes change the configuration', () => {
  let slots = assignSlots(NO_SLOTS, wanted('b0'))
  assert.deepEqual([...slots.pools], [['http', 9]])
  let changes = 0
  for (let count = 1; count <= 1000; count++) {
    const next = assignSlots(slots, wanted(...many(count)))
    if (next.pools.get('http') !== slots.pools.get('http')) changes++
    assert.equal(next.taken.size, count)
    slots = next
  }
  assert.ok(changes < 30, `${changes} changes`)
})

test('a slot that is left stands for nothing in the next assignment, whoever needs one', () => {
  let slots = assignSlots(NO_SLOTS, wanted(...many(9)))
  for (let round = 1; round < 60; round++) {
    const next = assignSlots(slots, wanted(...many(9, round * 3)))
    for (const [slot, key] of next.taken)
      assert.ok([undefined, key].includes(slots.taken.get(slot)), `${slot} of ${key}`)
    assert.equal(new Set(next.taken.values()).size, 9)
    slots = next
  }
})

test('a pool is made smaller with the next configuration, where little of it is in use, but no slot in use goes', () => {
  const full = assignSlots(NO_SLOTS, wanted(...many(400)))
  // Slots that are just being left are not counted as free yet.
  const few = assignSlots(assignSlots(full, wanted(...many(3))), wanted(...many(3)))
  assert.deepEqual(few.pools, full.pools, 'nothing else asks for another configuration')
  const octets = backend('octets', { protocol: 'tcp' })
  const grown = assignSlots(few, wanted(...many(3), octets))
  assert.ok((grown.pools.get('http') as number) < 50)
  const last = assignSlots(full, wanted('b399', octets))
  assert.equal(slotsOf(last.taken).get('b399'), 'http-400')
  assert.ok((last.pools.get('http') as number) >= 400)
})

test('whoever makes many backends and deletes them again has another configuration read once', () => {
  let slots = assignSlots(NO_SLOTS, wanted('b0'))
  const sizes = new Set([slots.pools.get('http')])
  for (let round = 0; round < 20; round++)
    for (const count of [300, 1, 1]) {
      slots = assignSlots(slots, wanted(...many(count)))
      sizes.add(slots.pools.get('http'))
    }
  assert.equal(sizes.size, 2)
})

test('kinds that grow in turns have another configuration read once each, as long as none may shrink', () => {
  const sources = many(300).map((key) => backend(key, { balance: 'source' }))
  const octets = many(300).map((key) => backend(key, { protocol: 'tcp' }))
  const start = assignSlots(NO_SLOTS, wanted('b0'))
  const changes = (mayShrink: boolean) => {
    let [slots, count] = [start, 0]
    for (let round = 0; round < 20; round++)
      for (const keys of [sources, [], [], octets, [], []]) {
        const next = assignSlots(slots, wanted('b0', ...keys), mayShrink)
        if (!isDeepStrictEqual(next.pools, slots.pools)) count++
        if (!mayShrink) assert.equal(isSmaller(next, slots), false)
        slots = next
      }
    return count
  }
  assert.equal(changes(false), 2)
  // What grows is what has another configuration read; so has it to be told how often that may be.
  assert.ok(changes(true) > 20)
})

test('what only a section can say makes a kind of slot', () => {
  const slots = assignSlots(
    NO_SLOTS,
    wanted(
      'plain',
      backend('octets', { protocol: 'tcp' }),
      backend('sticky', { balance: 'source' }),
      backend('again', { retry: { codes: [503, 500, 418], attempts: 3 } }),
    ),
  )
  assert.deepEqual([...slots.taken.keys()].sort(), ['http-1', 'http-retry-3-500-503-1', 'http-source-1', 'tcp-1'])
  assert.ok(kindLines('http-retry-3-500-503').includes('retries 3'))
  assert.ok(kindLines('http-retry-3-500-503').some((line) => line.startsWith('retry-on ') && line.endsWith(' 500 503')))
  const changed = assignSlots(slots, wanted(backend('plain', { balance: 'source' })))
  assert.deepEqual([...changed.taken], [['http-source-2', 'plain']])
})

test('kinds that only routes ask for go with the next configuration once nobody uses them; others stay', () => {
  const retried = (attempts: number) => backend(`r${attempts}`, { retry: { attempts, codes: [] } })
  const first = assignSlots(NO_SLOTS, wanted('b0', retried(1), retried(2)))
  // What has just been left may yet be in use.
  const left = assignSlots(first, wanted(retried(2)))
  const same = assignSlots(left, wanted(retried(2)))
  assert.deepEqual([...same.pools.keys()], ['http', 'http-retry-1', 'http-retry-2'])
  const next = assignSlots(same, wanted(retried(2), retried(3)))
  assert.deepEqual([...next.pools.keys()], ['http', 'http-retry-2', 'http-retry-3'])
})

test('whatever retries a route may ask for stand in the section, none left away', () => {
  const { value: retry, fault } = readRetry({ codes: RETRIED_CODES, attempts: MOST_RETRIES })
  assert.equal(fault, undefined)
  const lines = kindLines(slotKind(backend('b', { ...(retry && { retry }) })))
  assert.ok(lines.includes(`retries ${MOST_RETRIES}`))
  for (const code of RETRIED_CODES)
    assert.ok(
      lines.some((line) => line.includes(` ${code}`)),
      String(code),
    )
})
