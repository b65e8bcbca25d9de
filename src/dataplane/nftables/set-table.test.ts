import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kernelLength } from './element-layout.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'
import type { SetOwner } from './set-definition.ts'

const { sets } = NODE_RULESET

test('each set has one owner, who alone writes its elements', () => {
  const names = (...owners: SetOwner[]) => sets.ownedBy(...owners).map(({ name }) => name)
  assert.deepEqual(names('node'), [
    'pod-cidrs',
    'service-cidrs',
    'balanced-cidrs',
    'virtual-cidrs',
    'own-pods',
    'nodeport-ips',
  ])
  assert.deepEqual(names('services'), [
    'cluster-ips',
    'frontends',
    'nodeports',
    'frontends-local',
    'nodeports-local',
    'restricted',
    'allowed',
    'backends',
    'slots',
    'endpoints',
    'cluster-endpoints',
    'local-endpoints',
    'hairpin',
  ])
  assert.deepEqual([names('kinds'), names('packets'), names('rules')], [['kinds'], ['affinity'], ['stamp']])
  assert.deepEqual(names('rules', 'kinds'), ['kinds', 'stamp'])
})

test('what a frontend leads to stands before it: a set comes after all that its elements lead to', () => {
  const staged = sets.definitions.filter(({ stage }) => stage !== undefined)
  assert.deepEqual(
    staged.sort((left, right) => left.stage! - right.stage!).map(({ stage, name }) => `${stage} ${name}`),
    ['1 hairpin', '2 endpoints', '3 cluster-endpoints', '4 local-endpoints', '5 slots', '6 backends'],
  )
})

test('pins are handed on where all that they lead through is the same', () => {
  assert.deepEqual(
    sets.definitions.filter(({ pinning }) => pinning).map(({ name }) => name),
    ['frontends', 'nodeports', 'backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints', 'affinity'],
  )
})

test('how elements are written follows from the definition: what stands in each field, and what text alone can say', () => {
  const told = (family: 'ip' | 'ip6') =>
    Object.fromEntries(
      ['allowed', 'nodeports', 'backends', 'own-pods', 'hairpin', 'kinds', 'affinity'].map((name) => {
        const { key, data, onlyText, definition } = sets.layout(family, name)
        assert.equal(definition.name, name)
        return [name, `${key.join(' ')} : ${data.join(' ')}${onlyText ? ' (text)' : ''}`]
      }),
    )
  const ip = {
    allowed: 'address protocol port prefix :  (text)',
    nodeports: 'protocol port : number',
    backends: 'number number : address port',
    'own-pods': 'prefix : address',
    hairpin: 'address address : ',
    kinds: 'number :  (text)',
    affinity: 'number address : number (text)',
  }
  assert.deepEqual(told('ip'), ip)
  assert.deepEqual(told('ip6'), { ...ip, affinity: 'number number : number (text)' })
})

test('ranges behind other fields, verdicts and what packets write are said in text; all else is written in bytes', () => {
  for (const family of ['ip', 'ip6'] as const)
    assert.deepEqual(
      sets.layouts.filter((one) => one.family === family && one.onlyText).map(({ definition }) => definition.name),
      ['allowed', 'kinds', 'affinity'],
    )
})

test('the kernel pads each field to four bytes; an address of IPv6 takes sixteen', () => {
  const lengths = (family: 'ip' | 'ip6') =>
    (['address', 'protocol', 'port', 'number'] as const).map((part) => kernelLength(part, family))
  assert.deepEqual(
    [lengths('ip'), lengths('ip6')],
    [
      [4, 4, 4, 4],
      [16, 4, 4, 4],
    ],
  )
})

test('a set has a layout in each family; a name that the ruleset does not have is a fault of who asks', () => {
  assert.equal(sets.layouts.length, 2 * sets.definitions.length)
  assert.deepEqual([...new Set(sets.layouts.map(({ family }) => family))], ['ip', 'ip6'])
  assert.throws(() => sets.layout('ip', 'no-such'), { message: 'the ruleset has no set no-such' })
})
