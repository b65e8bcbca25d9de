import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/cluster.ts'
import type { KernelStep } from '../trace/live.ts'
import { printLive } from '../words/live.ts'
import { compareWalk } from './kernel-walk.ts'

const step = (chain: string, verdict: string, type = 'rule', table = 'fairlead'): KernelStep => ({
  table,
  chain,
  ruleHandle: type === 'rule' ? 1 : undefined,
  type,
  verdict,
  target: undefined,
})
const way = ['nat-prerouting', 'services', 'pick-3', 'nat-postrouting', 'source']
const model = [{ node: 'node-1', ways: [way.map((chain) => ({ hook: 'prerouting', chain }) as const)] }]
const before = [step('nat-prerouting', 'continue'), step('nat-prerouting', 'goto'), step('services', 'goto')]
const compared = (steps: readonly KernelStep[], node = 'node-1') => compareWalk({ node, steps }, model)

test('a walk through the chains that the model names fits, and says what was done', () => {
  const { fits, chains, ends } = compared([
    ...before,
    step('pick-3', 'accept'),
    step('filter-forward', 'continue', 'return'),
    step('filter-forward', 'accept', 'policy'),
    step('nat-postrouting', 'jump'),
    step('source', 'accept'),
  ])
  assert.deepEqual([fits, chains, ends.map(({ code }) => code)], [true, way, ['translated', 'masqueraded']])
})

test('what stays on the node does not meet the hook after routing', () => {
  assert.equal(compared([...before, step('pick-3', 'accept')]).fits, true)
  const left = [...before, step('pick-3', 'accept'), step('nat-postrouting', 'accept', 'policy')]
  assert.equal(compared(left).fits, false, 'it left, and our rules there did not match')
})

test('another chain, another node, and a drop by somebody else do not fit, and are told once', () => {
  const other = compared([...before, step('reject-it', 'drop')])
  assert.deepEqual([other.fits, other.ends], [false, [{ code: 'refused' }]])
  assert.equal(compared([...before, step('pick-3', 'accept')], 'node-2').fits, false)
  const dropped = compared([step('out', 'drop', 'rule', 'stranger')])
  const live = {
    accord: 'disagree',
    met: [],
    observations: [],
    trace: { walks: [dropped, dropped], unavailable: [] },
  } as const
  const trace = { ...ask('pod/client', 'svc/web').trace, outcomes: [], walks: model }
  assert.deepEqual(printLive(live, trace).trimEnd().split('\n').slice(2), [
    '  node-1: the kernel walked: no chain of ours; dropped by a rule of table stranger, chain out (not as the model)',
    '  node-1: the model walks: nat-prerouting, services, pick-3, nat-postrouting, source',
  ])
})

test('what policies drop on its way fits, and is told as ours', () => {
  const { fits, ends } = compared([
    ...before,
    step('pick-3', 'accept'),
    step('to-egress', 'drop', 'rule', 'fairlead-policy'),
  ])
  assert.equal(fits, true)
  assert.deepEqual(ends, [{ code: 'translated' }, { code: 'dropped-by-policies', chain: 'to-egress' }])
})
