import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { guardedBy } from './budgets.ts'

const pod = (name: string, labels: object = { app: 'web' }): Pod =>
  ({ metadata: { name, namespace: 'default', labels } }) as unknown as Pod
const budget = (disruptionsAllowed: number, more: object = {}, selector: object = { matchLabels: { app: 'web' } }) =>
  ({ spec: { selector }, status: { disruptionsAllowed, ...more } }) as unknown as PodDisruptionBudget
const kept = (pods: readonly Pod[], ...budgets: readonly PodDisruptionBudget[]) =>
  guardedBy((namespace) => (namespace === 'default' ? budgets : []))(pods).map(({ metadata }) => metadata?.name)

test('a budget lets as many go as it allows, and keeps the others', () => {
  const pods = [pod('a'), pod('b'), pod('c')]
  assert.deepEqual(kept(pods, budget(0)), ['a', 'b', 'c'])
  assert.deepEqual(kept(pods, budget(1)), ['b', 'c'])
  assert.deepEqual(kept(pods, budget(3)), [])
  assert.deepEqual(kept(pods), [])
})

test('a pod under two budgets takes one of both', () => {
  const all = budget(5, {}, {})
  assert.deepEqual(kept([pod('a'), pod('b')], all, budget(1)), ['b'])
  assert.deepEqual(kept([pod('a', {}), pod('b', {}), pod('c')], budget(2, {}, {}), budget(1)), ['c'])
})

test('what a budget does not select, or has counted as going, takes nothing of it', () => {
  assert.deepEqual(kept([pod('a', { app: 'db' }), pod('b')], budget(1)), [])
  const counted = budget(0, { disruptedPods: { a: '2026-01-01T00:00:00Z' } })
  assert.deepEqual(kept([pod('a'), pod('b')], counted), ['b'])
})
