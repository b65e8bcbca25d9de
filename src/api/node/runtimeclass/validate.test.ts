import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange } from '#api/testing/refusals.ts'

const make = (more: object = {}): any => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'r', resourceVersion: '1' },
  handler: 'h',
  ...more,
})

test('a class of runtimes names one, with what it takes and where it is', () => {
  const toleration = { key: 'a', operator: 'Exists' }
  const scheduling = { nodeSelector: { a: 'b' }, tolerations: [toleration] }
  assert.deepEqual(refusals(make({ overhead: { podFixed: { cpu: '100m' } }, scheduling })), [])
  const wrong = {
    nodeSelector: { a: 'not a value' },
    tolerations: [toleration, toleration, { key: 'b', effect: 'Odd' }],
  }
  assert.deepEqual(
    refusals(make({ handler: 'A', overhead: { podFixed: { cpu: '-1' } }, scheduling: wrong })).map((text) =>
      text.split(': ').slice(0, 2).join(': '),
    ),
    [
      'handler: Invalid value',
      'overhead.limits[cpu]: Invalid value',
      'scheduling.nodeSelector: Invalid value',
      'scheduling.tolerations[2].effect: Unsupported value',
      'scheduling.tolerations[1]: Duplicate value',
    ],
  )
})

test('the runtime that a class names stays', () => {
  assert.deepEqual(
    refusedChange(make(), (one) => void Object.assign(one, { handler: 'other', overhead: { podFixed: { cpu: '1' } } })),
    ['handler: Invalid value: "other": field is immutable'],
  )
})
