import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commonHostnames } from './hostname.ts'
import { Hostnames } from './hostnames.ts'

const NAMES = ['', '*.test', 'test', 'a.test', '*.a.test', 'b.a.test', '*.b.a.test', 'c.b.a.test', 'ba.test', 'a.other']

test('the first of other names that stand for something in common is found, whatever stands there first', () => {
  for (let turn = 0; turn < NAMES.length; turn++) {
    const order = [...NAMES.slice(turn), ...NAMES.slice(0, turn)]
    for (const without of NAMES) {
      const there = order.filter((name) => name !== without)
      const names = new Hostnames<string>()
      for (const name of there) names.add(name, `of ${name}`)
      for (const asked of NAMES) {
        const first = there.find((name) => name !== asked && commonHostnames(name, [asked]).length > 0)
        assert.equal(names.overlapping(asked), first === undefined ? undefined : `of ${first}`, `${asked} in ${there}`)
        assert.equal(names.same(asked), asked === without ? undefined : `of ${asked}`)
      }
    }
  }
})

test('a name belongs to whom it was added for first', () => {
  const names = new Hostnames<number>()
  names.add('*.test', 1)
  names.add('*.test', 2)
  assert.deepEqual([names.same('*.test'), names.overlapping('a.test'), names.overlapping('*.test')], [1, 1, undefined])
})
