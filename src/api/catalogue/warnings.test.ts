import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { kind } from './kind.ts'
import { warningsOf } from './warnings.ts'

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } } as const
const effectless = 'nothing acts on a ConfigMap in this cluster: it is kept and served, and has no effect'

test('who creates an object that nothing acts on is told so once, after what is wrong with it', () => {
  const inert = kind({ resource: configMaps, isInert: true, warnings: () => ['odd'] })
  assert.deepEqual(warningsOf(inert, object, true), ['odd', effectless])
  assert.deepEqual(warningsOf(inert, object, false), ['odd'])
  assert.deepEqual(warningsOf(kind({ resource: configMaps, isInert: true }), object, true), [effectless])
})

test('the word before the kind is the one that its sound asks for', () => {
  const inert = kind({ resource: ingresses, isInert: true })
  assert.match(warningsOf(inert, object, true)[0]!, /^nothing acts on an Ingress in/)
})

test('of a kind that something acts on nothing is said', () => {
  assert.deepEqual(warningsOf(kind({ resource: configMaps }), object, true), [])
})
