import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerRole } from './container-view.ts'
import { restarts } from './restart-policy.ts'

const spec = (restartPolicy?: 'Always' | 'OnFailure' | 'Never'): PodSpec =>
  ({ containers: [], ...(restartPolicy && { restartPolicy }) }) as PodSpec
const container = (more: Partial<Container> = {}): Container => ({ name: 'c', ...more }) as Container

test('restarts(): the pod’s policy, the container’s role and its exit code decide', () => {
  // What is started again after 0, and after 1.
  const table: readonly (readonly ['Always' | 'OnFailure' | 'Never' | undefined, ContainerRole, boolean, boolean])[] = [
    [undefined, 'main', true, true],
    ['Always', 'main', true, true],
    ['OnFailure', 'main', false, true],
    ['Never', 'main', false, false],
    [undefined, 'init', false, true],
    ['Always', 'init', false, true],
    ['OnFailure', 'init', false, true],
    ['Never', 'init', false, false],
  ]
  for (const [policy, role, after0, after1] of table)
    assert.deepEqual(
      [restarts(spec(policy), container(), role, 0), restarts(spec(policy), container(), role, 1)],
      [after0, after1],
      `${role}, ${policy}`,
    )
})

test('restarts(): a sidecar is started again whatever the pod’s policy', () => {
  for (const policy of ['Always', 'OnFailure', 'Never'] as const)
    for (const code of [0, 1, 137])
      assert.equal(restarts(spec(policy), container({ restartPolicy: 'Always' }), 'sidecar', code), true, policy)
})

test('restarts(): a container’s own policy comes before the pod’s, and its own rules before both', () => {
  assert.equal(restarts(spec('Always'), container({ restartPolicy: 'Never' }), 'main', 1), false)
  assert.equal(restarts(spec('Never'), container({ restartPolicy: 'OnFailure' }), 'main', 1), true)
  assert.equal(restarts(spec('Never'), container({ restartPolicy: 'OnFailure' }), 'main', 0), false)
  const rule = (operator: 'In' | 'NotIn', ...values: number[]): Container =>
    container({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator, values } }] })
  const after = (one: Container): readonly boolean[] =>
    [0, 42, 43].map((code) => restarts(spec('Never'), one, 'main', code))
  assert.deepEqual(after(rule('In', 42)), [false, true, false])
  assert.deepEqual(after(rule('NotIn', 42)), [true, false, true])
})

test('restarts(): what was stopped to be started again is, whatever all of them say', () => {
  for (const policy of ['Always', 'OnFailure', 'Never'] as const)
    for (const role of ['main', 'init'] as const)
      for (const code of [0, 1]) assert.equal(restarts(spec(policy), container(), role, code, true), true)
})
