import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Element } from '../nftables/rule.ts'
import { POLICY_RULESET } from '../policy/ruleset.ts'
import { LoadedRuleset } from './loaded-ruleset.ts'

const KIND = { kind: 'sticky', count: 3, seconds: 60, local: false } as const
const elements: readonly Element[] = [
  { family: 'ip', set: 'cluster-ips', key: ['10.96.0.1'] },
  { family: 'ip', set: 'backends', key: [8192, 0], data: ['10.244.1.1', 80] },
  { family: 'ip', set: 'backends', key: [8192, 1], data: ['10.244.1.2', 80] },
  { family: 'ip', set: 'own-pods', key: ['10.244.1.0/24'], data: ['172.30.0.2'] },
  { family: 'ip', set: 'pod-cidrs', key: ['10.244.0.0/16'] },
  { family: 'ip', set: 'pod-cidrs', key: ['10.245.0.0/16'] },
  { family: 'ip6', set: 'pod-cidrs', key: ['fd00:10:244::/56'] },
  { family: 'ip', set: 'allowed', key: ['203.0.113.1', 'tcp', 80, '10.0.0.0/8'] },
]
const ruleset = new LoadedRuleset(elements, [{ number: 7, kind: KIND }])

test('an element is found by its whole key, in its own family: a map’s with what it leads to, a set’s with nothing', () => {
  assert.deepEqual(ruleset.find('ip', 'cluster-ips', ['10.96.0.1']), [])
  assert.deepEqual(ruleset.find('ip', 'backends', [8192, 1]), ['10.244.1.2', 80])
  assert.equal(ruleset.find('ip', 'cluster-ips', ['10.96.0.2']), undefined)
  assert.equal(ruleset.find('ip6', 'cluster-ips', ['10.96.0.1']), undefined)
  assert.equal(ruleset.find('ip', 'hairpin', ['10.96.0.1', '10.96.0.1']), undefined)
})

test('a range holds each of its addresses, behind the same fields', () => {
  const isPod = (address: string) =>
    ruleset.find(address.includes(':') ? 'ip6' : 'ip', 'pod-cidrs', [address]) !== undefined
  assert.deepEqual(
    ['10.244.0.0', '10.245.255.255', '10.246.0.0', '10.243.255.255', 'fd00:10:244:ff::1', 'fd00:10:244:100::'].map(
      isPod,
    ),
    [true, true, false, false, true, false],
  )
  assert.deepEqual(ruleset.find('ip', 'own-pods', ['10.244.1.9']), ['172.30.0.2'])
  const allowed = (...key: (string | number)[]) => ruleset.find('ip', 'allowed', key)
  assert.deepEqual(allowed('203.0.113.1', 'tcp', 80, '10.1.2.3'), [])
  assert.equal(allowed('203.0.113.1', 'tcp', 81, '10.1.2.3'), undefined)
  assert.equal(allowed('203.0.113.1', 'tcp', 80, '11.1.2.3'), undefined)
})

test('the chains of the kinds in use are there beside the constant ones', () => {
  assert.deepEqual(ruleset.kind(7), KIND)
  assert.equal(ruleset.kind(8), undefined)
  for (const name of ['to-endpoint', 'stick-60', 'sticky-3-60']) assert.equal(ruleset.chain(name).name, name)
  assert.throws(() => ruleset.chain('sticky-4-60'), { message: 'the ruleset has no chain sticky-4-60' })
})

test('a hook has its base chains, and one where nothing is asked has none', () => {
  const names = (hook: Parameters<typeof ruleset.chainsAt>[0]) => ruleset.chainsAt(hook).map(({ name }) => name)
  assert.deepEqual((['prerouting', 'input', 'forward', 'output', 'postrouting'] as const).map(names), [
    ['own-source', 'nat-prerouting'],
    [],
    ['filter-forward'],
    ['nat-output'],
    ['nat-postrouting'],
  ])
})

test('a range of ports holds each of them, its first and its last too', () => {
  const policies = new LoadedRuleset(
    [{ family: 'ip', set: 'ingress-ports', key: ['10.244.1.2', 7, 'tcp', '80-90'], data: ['drop'] }],
    [],
    POLICY_RULESET,
  )
  const asked = (port: number, protocol = 'tcp') =>
    policies.find('ip', 'ingress-ports', ['10.244.1.2', 7, protocol, port])
  assert.deepEqual(
    [79, 80, 85, 90, 91].map((port) => asked(port)),
    [undefined, ['drop'], ['drop'], ['drop'], undefined],
  )
  assert.equal(asked(85, 'udp'), undefined)
})
