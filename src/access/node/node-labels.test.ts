import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barredLabels } from './node-labels.ts'

const labels = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, 'x']))

test('a node says of itself where it is and what it is made of, and whatever is not Kubernetes’ own', () => {
  const own = labels(
    'kubernetes.io/hostname',
    'kubernetes.io/os',
    'kubernetes.io/arch',
    'topology.kubernetes.io/zone',
    'topology.kubernetes.io/region',
    'failure-domain.beta.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/region',
    'beta.kubernetes.io/os',
    'beta.kubernetes.io/arch',
    'beta.kubernetes.io/instance-type',
    'node.kubernetes.io/instance-type',
  )
  const others = labels(
    'plain',
    'example.com/x',
    'kubelet.kubernetes.io/x',
    'node.kubernetes.io/x',
    'a.node.kubernetes.io/x',
  )
  assert.deepEqual(barredLabels({ ...own, ...others }, undefined), [])
})

test('a node sets none of the labels that draw work to it, adds, changes and takes away', () => {
  const barred = [
    'a.k8s.io/x',
    'k8s.io/x',
    'kubernetes.io/x',
    'node-restriction.kubernetes.io/x',
    'node-role.kubernetes.io/x',
  ]
  assert.deepEqual(barredLabels(labels(...[...barred].reverse()), {}), barred)
  assert.deepEqual(barredLabels(undefined, labels(...barred)), barred)
  assert.deepEqual(barredLabels({ 'kubernetes.io/x': 'y' }, labels('kubernetes.io/x')), ['kubernetes.io/x'])
  assert.deepEqual(barredLabels(labels(...barred), labels(...barred)), [])
  assert.deepEqual(barredLabels(labels('x.node-restriction.kubernetes.io/y'), undefined), [
    'x.node-restriction.kubernetes.io/y',
  ])
  assert.deepEqual(barredLabels(labels('notkubernetes.io/x', 'kubernetes.io.example.com/x'), undefined), [])
})
