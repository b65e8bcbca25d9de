import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from '#api/core/configmap/kind.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { pod } from '#api/core/pod/kind.ts'
import { pods } from '#api/core/pod/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import { Catalogue } from './catalogue.ts'

test('a kind is found by its path and by its name, as long as it is served', () => {
  const catalogue = new Catalogue([pod])
  assert.equal(catalogue.find(pods), pod)
  assert.equal(catalogue.findKind('v1', 'Pod'), pod)
  assert.equal(catalogue.findKind('apps/v1', 'Pod'), undefined)
  assert.equal(catalogue.find(configMaps), undefined)
  assert.throws(() => catalogue.of(configMaps), /^TypeError: \/configmaps is not served$/)
  catalogue.remove(pods)
  assert.deepEqual([catalogue.find(pods), catalogue.findKind('v1', 'Pod'), catalogue.kinds], [undefined, undefined, []])
})

test('messages are those of kinds, of their lists and of the bodies of their parts, and change with them', () => {
  const catalogue = new Catalogue([configMap])
  const known = (): readonly boolean[] =>
    [
      ['v1', 'Pod'],
      ['v1', 'PodList'],
      ['policy/v1', 'Eviction'],
    ].map(([version, name]) => catalogue.message(version!, name!) !== undefined)
  assert.deepEqual(known(), [false, false, false])
  catalogue.add(pod)
  assert.deepEqual(known(), [true, true, true])
  catalogue.remove(pods)
  assert.deepEqual(known(), [false, false, false])
})

test('who listens is told of each change when it is true already, until it has heard enough', () => {
  const catalogue = new Catalogue(builtInKinds)
  const changes: string[] = []
  const stop = catalogue.onChange(({ type, kind }) =>
    changes.push(`${type} ${kind.resource.plural} ${catalogue.resources.includes(kind.resource)}`),
  )
  catalogue.remove(configMaps)
  catalogue.add(configMap)
  stop()
  catalogue.remove(configMaps)
  assert.deepEqual(changes, ['removed configmaps false', 'added configmaps true'])
})

test('no two built-in kinds have a path, a name or a short name in common, but for the short names of two forms', () => {
  const words = builtInKinds.flatMap(({ resource: { group, version, plural, kind, shortNames }, form }) => [
    `${group}/${version}/${plural}`,
    `${group}/${version} ${kind}`,
    ...(form === undefined ? shortNames : []),
  ])
  assert.equal(new Set(words).size, words.length)
})
