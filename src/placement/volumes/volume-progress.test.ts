import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { nodeWith } from '../testing/placing.ts'
import { boundClaim, claimOf, classNamed, onNodes, volumeOf } from '../testing/storage.ts'
import { volumeProgress } from './volume-progress.ts'
import { volumeState } from './volume-state.ts'

const pod = {
  metadata: { name: 'p', namespace: 'default' },
  spec: {
    containers: [],
    volumes: ['one', 'two'].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  },
} as unknown as Pod
const { node } = nodeWith('a')
const late = { storageClassName: 'late' }
const selected = (name: string, on: string) =>
  claimOf(name, { spec: late, metadata: { annotations: { 'volume.kubernetes.io/selected-node': on } } })
type State = Parameters<typeof volumeState>[0]
const progress = (claims: State['claims'], volumes: State['volumes'] = []) =>
  volumeProgress(pod, node, volumeState({ claims, volumes, classes: [classNamed('late')] }))

test('a pod may go to its node when all its claims have volumes there, and waits while they are to have them', () => {
  const one = volumeOf('v1', { spec: { nodeAffinity: onNodes('a') }, phase: 'Bound' })
  const two = volumeOf('v2', { phase: 'Bound' })
  const [first, second] = [boundClaim('one', 'v1'), boundClaim('two', 'v2')]
  assert.equal(progress([first, second], [one, two]), 'bound')
  assert.equal(progress([first, selected('two', 'a')], [one]), 'waiting')
  const kept = volumeOf('v3', { spec: { ...late, claimRef: { namespace: 'default', name: 'two' } } })
  assert.equal(progress([first, claimOf('two', { spec: late })], [one, kept]), 'waiting')
})

test('it is to be placed again where its volumes are elsewhere, or will be, or nobody makes them any more', () => {
  const one = volumeOf('v1', { spec: { nodeAffinity: onNodes('b') }, phase: 'Bound' })
  assert.equal(progress([boundClaim('one', 'v1'), selected('two', 'a')], [one]), 'lost')
  assert.equal(progress([selected('one', 'a'), selected('two', 'b')]), 'lost')
  assert.equal(progress([selected('one', 'a'), claimOf('two', { spec: late })]), 'lost')
  assert.equal(progress([selected('one', 'a')]), 'lost', 'a claim is gone')
  assert.equal(progress([boundClaim('one', 'gone'), selected('two', 'a')]), 'lost')
  const claimRef = { namespace: 'default', name: 'two' }
  const far = volumeOf('v3', { spec: { ...late, claimRef, nodeAffinity: onNodes('b') } })
  const free = volumeOf('v4', { spec: late })
  for (const other of [far, free])
    assert.equal(progress([selected('one', 'a'), claimOf('two', { spec: late })], [other]), 'lost')
})
