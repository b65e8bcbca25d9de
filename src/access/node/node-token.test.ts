import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { nodeTokenRefusal, podTokenRefusal } from './node-token.ts'

const ref = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: '1' }

test('a node asks for tokens of pods alone, whose identity it knows', () => {
  assert.equal(nodeTokenRefusal(ref), undefined)
  for (const bound of [undefined, { ...ref, kind: 'Secret' }, { ...ref, apiVersion: 'v2' }, { ...ref, name: '' }])
    assert.equal(nodeTokenRefusal(bound), 'node requested token not bound to a pod')
  assert.equal(nodeTokenRefusal({ ...ref, uid: '' }), 'node requested token with a pod binding without a uid')
})

test('a node has the tokens that its own pods mount', () => {
  const token = (audience?: string) => ({ serviceAccountToken: { path: 'token', ...(audience ? { audience } : {}) } })
  const pod = {
    metadata: { uid: '1' },
    spec: {
      nodeName: 'n1',
      volumes: [{ name: 'a', projected: { sources: [token(), token('vault')] } }, { name: 'b' }],
    },
  } as unknown as Pod
  const bare = { ...pod, spec: { nodeName: 'n1' } } as unknown as Pod
  assert.equal(podTokenRefusal('n1', ref, pod, []), undefined)
  assert.equal(podTokenRefusal('n1', ref, pod, ['vault']), undefined)
  assert.equal(podTokenRefusal('n1', ref, pod, ['other']), 'audience "other" not found in pod spec volume')
  assert.equal(podTokenRefusal('n1', ref, bare, []), 'audience "" not found in pod spec volume')
  assert.equal(podTokenRefusal('n1', ref, pod, ['vault', 'x']), 'node may only request 0 or 1 audiences')
  assert.equal(podTokenRefusal('n2', ref, pod, []), 'node requested token bound to a pod scheduled on a different node')
  assert.match(
    podTokenRefusal('n1', { ...ref, uid: '2' }, pod, []) ?? '',
    /^the UID in the bound object reference \(2\) does not/,
  )
})
