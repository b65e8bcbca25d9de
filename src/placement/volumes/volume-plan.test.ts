import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeWith } from '../testing/placing.ts'
import { claimOf, classNamed, volumeOf } from '../testing/storage.ts'
import { isInTopologies, planVolumes } from './volume-plan.ts'
import { volumeState } from './volume-state.ts'

const { node } = nodeWith('a', [], { metadata: { labels: { zone: 'z', disk: 'ssd' } } })
const late = { storageClassName: 'late' }
const asking = (name: string, storage?: string) =>
  claimOf(name, { spec: { ...late, ...(storage && { resources: { requests: { storage } } }) } })
const holding = (name: string, storage: string) => volumeOf(name, { spec: { ...late, capacity: { storage } } })
const planned = (
  claims: Parameters<typeof planVolumes>[0],
  volumes: ReturnType<typeof volumeOf>[],
  provisioner = 'x',
) => {
  const plan = planVolumes(
    claims,
    node,
    volumeState({ claims, volumes, classes: [classNamed('late', { provisioner })] }),
  )
  if ('missing' in plan) return plan.missing.metadata?.name
  return [
    plan.bind.map(({ claim, volume }) => `${claim.metadata?.name} ${volume.metadata?.name}`),
    plan.provision.map(({ metadata }) => metadata?.name),
  ]
}

test('the smallest claim is served first, from what is there, each with a volume of its own, and the others are made', () => {
  const claims = [asking('large', '5Gi'), asking('small', '1Gi'), asking('other', '2Gi')]
  const volumes = [holding('v6', '6Gi'), holding('v1', '1Gi')]
  assert.deepEqual(planned(claims, volumes), [['small v1', 'other v6'], ['large']])
  assert.equal(planned(claims, volumes, 'kubernetes.io/no-provisioner'), 'large')
  assert.equal(planned(claims, volumes, ''), 'large')
  assert.deepEqual(planned([], volumes), [[], []])
})

test('a claim whose volume is being made is made there and nowhere else, whatever is free', () => {
  const selected = (on: string) =>
    claimOf('data', { spec: late, metadata: { annotations: { 'volume.kubernetes.io/selected-node': on } } })
  assert.deepEqual(planned([selected('a')], [holding('v', '1Gi')]), [[], ['data']])
  assert.equal(planned([selected('b')], [holding('v', '1Gi')]), 'data')
})

test('a class without topologies is for every node, one with some for those of which one term holds wholly', () => {
  const within = (...terms: readonly (readonly (readonly [string, ...string[]])[])[]) =>
    isInTopologies(
      classNamed('c', {
        allowedTopologies: terms.map((term) => ({
          matchLabelExpressions: term.map(([key, ...values]) => ({ key, values })),
        })),
      }),
      node,
    )
  assert.equal(within(), true)
  assert.equal(within([['zone', 'y', 'z']]), true)
  assert.equal(within([['zone', 'y']]), false)
  assert.equal(within([['zone', 'y']], [['disk', 'ssd']]), true)
  assert.equal(
    within([
      ['zone', 'z'],
      ['disk', 'hdd'],
    ]),
    false,
  )
  assert.equal(within([['missing', 'z']]), false)
})
