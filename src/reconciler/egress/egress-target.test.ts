import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import type { Egress } from '#podnetwork/between/egress.ts'
import { TargetLoop } from '../target/target-loop.ts'
import { EgressTarget, removeEgress } from './egress-target.ts'

const start = (wanted: Map<string, Egress>, nftables = new FakeNftables()) => {
  const target = new EgressTarget(nftables, {
    keys: () => [...wanted.keys()],
    of: (key) => wanted.get(key) ?? { pods: [], inside: [], nodes: [] },
  })
  const clock = new HandClock()
  const loop = new TargetLoop<string>({ target, clock })
  loop.flush()
  const set = (name: string) => [...(nftables.sets.get(`ip fairlead-egress ${name}`)?.keys() ?? [])].sort()
  return { nftables, target, loop, clock, set }
}
const own: Egress = { pods: ['10.244.1.0/24'], inside: ['10.244.1.0/24'], nodes: ['172.30.0.1', 'fd00::1'] }
const other = (number: number): Egress => ({
  pods: [],
  inside: [`10.244.${number}.0/24`],
  nodes: [`172.30.0.${number}`],
})

test('a start lays the table with all that is wanted in one transaction; a change is the elements that differ', () => {
  const wanted = new Map([['', own]])
  for (let number = 2; number < 200; number++) wanted.set(`n${number}`, other(number))
  const { nftables, loop, set, target } = start(wanted)
  assert.deepEqual(set('own-pods'), ['10.244.1.0/24'])
  assert.equal(set('inside').length, 199)
  assert.equal(target.elements, 400)
  const applied: number[] = []
  const { apply } = nftables
  nftables.apply = (changes) => {
    applied.push(changes.reduce((sum, { count }) => sum + count, 0))
    apply.call(nftables, changes)
  }
  wanted.set('n7', { ...other(7), nodes: ['172.30.1.7'] })
  loop.changed(['n7'])
  loop.flush()
  wanted.delete('n9')
  loop.changed(['n9'])
  loop.flush()
  assert.deepEqual(applied, [2, 2])
  assert.ok(set('nodes').includes('172.30.1.7') && !set('nodes').includes('172.30.0.7'))
  assert.deepEqual([set('inside').length, set('nodes').length], [198, 198])
})

test('two nodes with one address count once, as long as either has it', () => {
  const wanted = new Map([
    ['', own],
    ['n2', other(2)],
    ['n3', { ...other(3), nodes: ['172.30.0.2'] }],
  ])
  const { loop, set } = start(wanted)
  wanted.delete('n2')
  loop.changed(['n2'])
  loop.flush()
  assert.deepEqual(set('nodes'), ['172.30.0.1', '172.30.0.2'])
})

test('what somebody edits is found and laid anew; what somebody else writes elsewhere is not looked at twice', () => {
  const wanted = new Map([
    ['', own],
    ['n2', other(2)],
  ])
  const { nftables, loop, set } = start(wanted)
  assert.deepEqual(loop.look(), [])
  nftables.run('add table ip stranger\n')
  assert.deepEqual(loop.look(), [])
  nftables.run('delete element ip fairlead-egress inside { 10.244.2.0/24 }\n')
  assert.match(loop.look()[0]!.edit.found.join(), /not as they were/)
  assert.deepEqual(set('inside'), ['10.244.1.0/24', '10.244.2.0/24'])
  nftables.run('delete table ip fairlead-egress\n')
  assert.equal(loop.look().length, 1)
  assert.deepEqual(loop.look(), [])
  removeEgress(nftables)
  removeEgress(nftables)
  assert.deepEqual([...nftables.tables], ['ip stranger'])
})

test('where one node’s elements are refused the others are written, and it is tried again', () => {
  const wanted = new Map([['', own]])
  const { nftables, loop, clock, set } = start(wanted)
  nftables.refuse = (text) => (text.includes('10.244.3.0') ? 'no room' : undefined)
  for (const number of [2, 3, 4]) wanted.set(`n${number}`, other(number))
  loop.changed(['n2', 'n3', 'n4'])
  loop.flush()
  assert.deepEqual(set('inside'), ['10.244.1.0/24', '10.244.2.0/24', '10.244.4.0/24'])
  assert.deepEqual(
    loop.state().refused.map(({ key }) => key),
    ['n3'],
  )
  nftables.refuse = () => undefined
  clock.advance(200)
  assert.equal(set('inside').length, 4)
  loop.stop()
})
