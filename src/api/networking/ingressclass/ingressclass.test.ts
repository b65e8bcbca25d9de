import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const ingressClass = (spec: object): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'edge', creationTimestamp: '2026-11-21T03:25:08Z' },
  spec: { controller: 'lab.example/edge', ...spec },
})
const parameters = (more: object): any => ingressClass({ parameters: { kind: 'Config', name: 'c', ...more } })

test('a controller is a path below a domain', () => {
  const of = (controller: string): readonly string[] => refusals(ingressClass({ controller }))
  assert.deepEqual(of('lab.example/a/b'), [])
  assert.deepEqual(of(''), ['spec.controller: Required value'])
  for (const text of ['edge', 'lab.example/', '/edge'])
    assert.deepEqual(of(text), [
      `spec.controller: Invalid value: "${text}": must be a domain-prefixed path (such as "acme.io/foo")`,
    ])
  assert.match(of('LAB/edge')[0]!, /^spec\.controller: Invalid value: "LAB"/)
  assert.match(of('lab.example/a b')[0]!, /^spec\.controller: Invalid value: "a b": Invalid path/)
  assert.deepEqual(of(`lab.example/${'a'.repeat(239)}`), ['spec.controller: Too long: may not be more than 250 bytes'])
})

test('a class keeps its controller', () => {
  const refused = refusedChange(ingressClass({}), ({ spec }) => {
    spec.controller = 'lab.example/other'
  })
  assert.deepEqual(refused, ['spec.controller: Invalid value: "lab.example/other": field is immutable'])
})

test('parameters are of the cluster, or of a namespace that they name', () => {
  assert.equal((created(parameters({})) as any).spec.parameters.scope, 'Cluster')
  assert.deepEqual(refusals(parameters({ scope: 'Namespace', namespace: 'team', apiGroup: 'lab.example' })), [])
  assert.deepEqual(refusals(parameters({ scope: 'Namespace' })), [
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ])
  assert.deepEqual(refusals(parameters({ namespace: 'team' })), [
    "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
  ])
  assert.deepEqual(refusals(parameters({ scope: 'World' })), [
    'spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"',
  ])
  assert.match(refusals(parameters({ scope: 'Namespace', namespace: 'A' }))[0]!, /^spec\.parameters\.namespace/)
  assert.deepEqual(refusals(parameters({ kind: '' })), ['spec.parameters.kind: Required value: kind is required'])
})

test('a class is listed with its controller and what that goes by', () => {
  assert.deepEqual(rowOf(ingressClass({})), ['edge', 'lab.example/edge', '<none>', '30s'])
  assert.equal(rowOf(parameters({}))[2], 'Config/c')
  assert.equal(rowOf(parameters({ apiGroup: 'lab.example' }))[2], 'Config.lab.example/c')
})
