import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod } from '#api/core/pod/kind.ts'
import { gadget, gadgetV1, shopGadget } from '#api/testing/gadgets.ts'
import { aggregatedDiscovery, apiGroup, groupVersionsOf, resourceList } from './discovery.ts'

const all = groupVersionsOf([pod, gadget, gadgetV1, shopGadget], [])
const resourcesOf = (at: number): any[] => (resourceList(all[at]!) as any).resources

test('a group lists its versions in the order of the catalogue, of which the first is preferred', () => {
  assert.deepEqual(apiGroup(all, 'lab.example'), {
    name: 'lab.example',
    versions: [
      { groupVersion: 'lab.example/v2', version: 'v2' },
      { groupVersion: 'lab.example/v1', version: 'v1' },
    ],
    preferredVersion: { groupVersion: 'lab.example/v2', version: 'v2' },
  })
  const { items } = aggregatedDiscovery(all, '/apis', 'v2') as any
  assert.deepEqual(
    items.map((item: any) => [item.metadata.name, item.versions.map(({ version }: any) => version)]),
    [
      ['lab.example', ['v2', 'v1']],
      ['shop.example', ['v1']],
    ],
  )
})

test('each resource has the hash of what is stored, as a real API server makes it: the same in all its forms', () => {
  assert.equal(resourcesOf(0).find(({ name }) => name === 'pods').storageVersionHash, 'xPOwRZ+Yhw8=')
  assert.ok(resourcesOf(0).every(({ name, storageVersionHash }) => name.includes('/') || storageVersionHash))
  const [v2, v1, shop] = [1, 2, 3].map((at) => resourcesOf(at)[0].storageVersionHash)
  assert.deepEqual([v1, shop], [v2, v2])
  const [moved] = groupVersionsOf([{ ...gadget, storageVersion: 'v1' }], [])
  assert.notEqual((resourceList(moved!) as any).resources[0].storageVersionHash, v2)
})
