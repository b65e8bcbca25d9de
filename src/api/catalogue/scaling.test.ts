import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicationController } from '#api/core/replicationcontroller/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { scalingOf } from './scaling.ts'

test('a scale tells by which labels the pods are selected, also where they are plain', () => {
  const read = (spec: object) =>
    scalingOf(replicationController).read({ apiVersion: 'v1', kind: 'X', metadata: {}, spec } as ApiObject)
  assert.deepEqual(read({ replicas: 2, selector: { app: 'web', tier: 'front' } }), {
    replicas: 2,
    current: 0,
    selector: 'app=web,tier=front',
  })
  const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }
  assert.equal(read({ selector }).selector, 'app=web,tier')
  assert.equal(read({}).selector, '')
})
