import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf } from '#api/testing/pods.ts'
import { created, refusals } from '#api/testing/refusals.ts'

test('keys of the pod’s own labels become values in its selectors when it is made', () => {
  const keys = () => ({ labelSelector: { matchLabels: { app: 'web' } }, matchLabelKeys: ['hash', 'none'] })
  const term = () => ({ ...keys(), mismatchLabelKeys: ['team'], topologyKey: 'zone' })
  const spread = { ...keys(), topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }
  const pod = podOf(
    {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term()] },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term() }],
        },
      },
      topologySpreadConstraints: [spread],
    },
    { labels: { hash: 'abc', team: 'red' } },
  )
  assert.deepEqual(refusals(pod), [])
  const { spec } = created(pod) as any
  const [hash, team] = [
    { key: 'hash', operator: 'In', values: ['abc'] },
    { key: 'team', operator: 'NotIn', values: ['red'] },
  ]
  const { podAffinity, podAntiAffinity } = spec.affinity
  const near = podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector
  const far = podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector
  for (const selector of [near, far]) assert.deepEqual(selector.matchExpressions, [hash, team])
  assert.deepEqual(spec.topologySpreadConstraints[0].labelSelector.matchExpressions, [hash])
})

test('a key that the selector has already is said twice', () => {
  const twice = {
    labelSelector: { matchLabels: { hash: 'x' } },
    matchLabelKeys: ['hash'],
    topologyKey: 'zone',
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
  }
  assert.deepEqual(refusals(podOf({ topologySpreadConstraints: [twice] }, { labels: { hash: 'abc' } })), [
    'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "hash": exists in both matchLabelKeys and labelSelector',
  ])
})
