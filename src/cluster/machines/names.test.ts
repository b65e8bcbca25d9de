import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fabricNamespace, hostLink, isNamespaceOf, nodeNamespace, podNamespace } from './names.ts'

test('isNamespaceOf() knows fabric, nodes and pods of a cluster, and not those of one whose name begins alike', () => {
  const uid = '4f1c2e3d-5a6b-4c7d-8e9f-0123456789ab'
  for (const name of ['ci', 'ci-node-1', 'ci-pod']) {
    for (const own of [fabricNamespace(name), nodeNamespace(name, 'node-1'), podNamespace(name, uid)]) {
      assert.ok(isNamespaceOf(name, own), own)
      for (const other of ['ci', 'ci-node-1', 'ci-pod', 'c'])
        assert.equal(isNamespaceOf(other, own), other === name, `${other} ${own}`)
    }
  }
  assert.ok(!isNamespaceOf('ci', 'fairlead-ci-other'))
})

test('hostLink() fits in fifteen bytes, and long names that begin alike have different links', () => {
  assert.equal(hostLink('fairlead'), 'fl-fairlead')
  assert.equal(hostLink('twelve-chars'), 'fl-twelve-chars')
  const [one, two] = [hostLink('continuous-integration-a'), hostLink('continuous-integration-b')]
  assert.notEqual(one, two)
  assert.equal(one.length, 15)
})
