import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, type Match, type Rule, trafficOf } from './rule.ts'
import { ALL, holds, NONE, portsOf, type Traffic, union } from './traffic.ts'

const rule = (action: Rule['action']): Rule => ({ path: '', action, peers: undefined, traffic: ALL, names: [] })
const match = (tier: Match['tier'], action: Rule['action'], traffic: Traffic = ALL): Match => ({
  rule: rule(action),
  tier,
  traffic,
})
const web = portsOf('TCP', 80, 80)
const passes = (matches: readonly Match[], isIsolated = false) => {
  const decided = decide(matches, isIsolated)
  return [holds(decided, 'TCP', 80), holds(decided, 'TCP', 81)]
}

test('without a rule all passes, and of a pod that is isolated nothing does', () => {
  assert.deepEqual(passes([]), [true, true])
  assert.deepEqual(passes([], true), [false, false])
  assert.deepEqual(passes([match('NetworkPolicy', 'Accept', web)], true), [true, false])
})

test('what rules of NetworkPolicies let in adds up, in any order', () => {
  const two = [match('NetworkPolicy', 'Accept', web), match('NetworkPolicy', 'Accept', portsOf('TCP', 81, 81))]
  assert.deepEqual(
    [passes(two, true), passes(two.toReversed(), true)],
    [
      [true, true],
      [true, true],
    ],
  )
})

test('in a tier the first rule that is about some traffic says what becomes of it', () => {
  assert.deepEqual(passes([match('Admin', 'Deny', web), match('Admin', 'Accept')]), [false, true])
  assert.deepEqual(passes([match('Admin', 'Accept', web), match('Admin', 'Deny')]), [true, false])
  assert.deepEqual(passes([match('Admin', 'Pass', web), match('Admin', 'Deny')]), [true, false])
})

test('the tier Admin goes before NetworkPolicies, and what it passes on is theirs to say', () => {
  const own = match('NetworkPolicy', 'Accept', web)
  assert.deepEqual(passes([match('Admin', 'Deny'), own], true), [false, false])
  assert.deepEqual(passes([match('Admin', 'Accept')], true), [true, true])
  assert.deepEqual(passes([match('Admin', 'Pass'), match('Admin', 'Deny'), own], true), [true, false])
})

test('the tier Baseline is asked for pods that no NetworkPolicy selects, and what it passes on passes', () => {
  assert.deepEqual(passes([match('Baseline', 'Deny', web)]), [false, true])
  assert.deepEqual(passes([match('Baseline', 'Deny'), match('NetworkPolicy', 'Accept', web)], true), [true, false])
  assert.deepEqual(passes([match('Baseline', 'Accept')], true), [false, false])
  assert.deepEqual(passes([match('Baseline', 'Pass', web), match('Baseline', 'Deny')]), [true, false])
  assert.deepEqual(passes([match('Admin', 'Pass', web), match('Admin', 'Deny'), match('Baseline', 'Deny')]), [
    false,
    false,
  ])
})

test('a port by its name is what it is at who is asked, of the protocol that is meant, or of any', () => {
  const ports = [
    { name: 'web', protocol: 'TCP', port: 8080 },
    { name: 'web', protocol: 'UDP', port: 8081 },
    { name: 'other', protocol: 'TCP', port: 1 },
  ] as const
  const of = (protocol: 'TCP' | undefined) =>
    trafficOf({ ...rule('Accept'), traffic: NONE, names: [{ name: 'web', protocol }] }, ports)
  assert.deepEqual(of('TCP'), portsOf('TCP', 8080, 8080))
  assert.deepEqual(of(undefined), union(portsOf('TCP', 8080, 8080), portsOf('UDP', 8081, 8081)))
  assert.deepEqual(
    trafficOf({ ...rule('Accept'), traffic: web, names: [{ name: 'none', protocol: 'TCP' }] }, ports),
    web,
  )
})
