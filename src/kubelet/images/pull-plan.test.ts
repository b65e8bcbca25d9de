import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuntimeImage } from '#runtime/runtime.ts'
import { planPull } from './pull-plan.ts'

const status: RuntimeImage = { id: 'i', sizeBytes: 1, user: '', origin: 'registry', access: 'all' }
type Policy = 'Always' | 'IfNotPresent' | 'Never'
const plan = (imagePullPolicy: Policy, here: RuntimeImage | undefined, marks: readonly string[] = []) =>
  planPull({ image: 'x:1', imagePullPolicy }, here, marks).kind

test('by its policy an image is fetched always, where it is not here, or never', () => {
  const both = (policy: Policy) => [plan(policy, undefined), plan(policy, status)]
  assert.deepEqual(both('Always'), ['pull', 'pull'])
  assert.deepEqual(both('IfNotPresent'), ['pull', 'present'])
  assert.deepEqual(both('Never'), ['absent', 'present'])
})

test('without a policy, only a tag other than latest, or a digest, is taken to stay what it is', () => {
  const usual = (image: string) => planPull({ image }, status, []).kind
  for (const image of ['x', 'x:latest', 'h:5000/x', 'h:5000/x:latest', 'a/b/c'])
    assert.equal(usual(image), 'pull', image)
  for (const image of ['x:1', 'h:5000/x:latest-1', 'x@sha256:0', 'x:latest@sha256:0'])
    assert.equal(usual(image), 'present', image)
})

test('what nobody else has is never fetched', () => {
  const local = { ...status, origin: 'local' } as const
  for (const policy of ['Always', 'IfNotPresent', 'Never'] as const) assert.equal(plan(policy, local), 'present')
})

test('what was given to a login is for those that show it; others ask the registry, or have it not', () => {
  const guarded = { ...status, access: ['m1', 'm2'] }
  assert.equal(plan('IfNotPresent', guarded, ['m0', 'm2']), 'present')
  assert.equal(plan('IfNotPresent', guarded, ['m0']), 'pull')
  assert.equal(plan('IfNotPresent', guarded), 'pull')
  assert.equal(plan('Never', guarded), 'absent')
  assert.equal(plan('Never', guarded, ['m1']), 'present')
})
