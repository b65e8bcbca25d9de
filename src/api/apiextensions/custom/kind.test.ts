import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { plainForm } from './form.ts'
import { customKinds } from './kind.ts'
import { schemaTools } from './tools.ts'

type Loose = any
const SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', maximum: 9 },
        mode: { type: 'string', default: 'slow' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        inner: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { size: { type: 'integer' }, seen: { type: 'boolean' } } },
  },
}
const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: SCHEMA },
  ...more,
})
const SUBRESOURCES = { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } }
const V1 = version('v1', { storage: true, subresources: SUBRESOURCES, selectableFields: [{ jsonPath: '.spec.mode' }] })

const kindsOf = (versions: readonly object[] = [V1], more: object = {}, tools: object = {}): Loose => {
  const names = { plural: 'dials', kind: 'Dial' }
  const definition: Loose = {
    metadata: { name: 'dials.lab.example' },
    spec: { group: 'lab.example', scope: 'Namespaced', names, versions, ...more },
    status: {
      acceptedNames: { ...names, listKind: 'DialList', singular: 'dial', shortNames: ['d'], categories: ['all'] },
    },
  }
  return customKinds(definition, {
    ...schemaTools,
    rules: () => undefined,
    form: plainForm,
    isTerminating: () => false,
    ...tools,
  })
}
const dial = (more: object = {}): Loose => ({
  apiVersion: 'lab.example/v1',
  kind: 'Dial',
  metadata: { name: 'a', namespace: 'n' },
  spec: { size: 1 },
  ...more,
})
const texts = (errors: Loose): readonly string[] => errors.map(fieldErrorText)

test('of a definition each version that is served is a kind, the preferred first', () => {
  const { served, stored } = kindsOf([version('v1alpha1'), V1, version('v2', { served: false }), version('v1beta1')])
  assert.deepEqual(
    served.map(({ resource }: Loose) => resource.version),
    ['v1', 'v1beta1', 'v1alpha1'],
  )
  const { message: _, list: __, ...resource } = served[0].resource
  assert.deepEqual(resource, {
    ...{ group: 'lab.example', version: 'v1', kind: 'Dial', plural: 'dials', singular: 'dial' },
    ...{ shortNames: ['d'], categories: ['all'], namespaced: true },
  })
  const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
  assert.deepEqual([served[0].verbs, stored.verbs], [verbs, verbs])
  assert.equal(kindsOf([V1], { scope: 'Cluster' }).served[0].resource.namespaced, false)
  assert.deepEqual([stored.isHidden, stored.resource.version, served[1].storageVersion], [true, 'v1', 'v1'])
  assert.deepEqual(Object.keys(served[0].subresources), ['status', 'scale'])
  assert.deepEqual(Object.keys(served[1].subresources), [])
})

test('a deprecated version says so in its own words, or names the one that is to be used', () => {
  const told = (...versions: readonly object[]) => kindsOf(versions).served.map(({ deprecation }: Loose) => deprecation)
  const old = version('v1beta1', { deprecated: true })
  const text = 'lab.example/v1beta1 Dial is deprecated'
  assert.deepEqual(told(V1, old), [undefined, `${text}; use lab.example/v1 Dial`])
  assert.deepEqual(told(V1, { ...old, deprecationWarning: 'Gone soon.' }), [undefined, 'Gone soon.'])
  assert.deepEqual(told({ ...V1, deprecated: true }, old), ['lab.example/v1 Dial is deprecated', text])
  assert.deepEqual(told({ ...V1, served: false }, old, version('v1alpha1')), [text, undefined])
  assert.deepEqual(told(V1, old, version('v2')), [undefined, undefined, `${text}; use lab.example/v2 Dial`])
})

test('what is written of a status, and beside it, stays what it was', () => {
  const kind = kindsOf().served[0]
  const made = dial({ status: { size: 1 } })
  kind.prepare.create(made)
  assert.equal(made.status, undefined)
  const old = dial({ status: { size: 1 }, metadata: { name: 'a', labels: { x: '1' } } })
  const draft = dial({ spec: { size: 5 }, status: { size: 2 }, metadata: { name: 'a', managedFields: [1] } })
  kind.prepare.status(draft, old)
  assert.deepEqual(draft, { ...old, status: { size: 2 }, metadata: { ...old.metadata, managedFields: [1] } })
  const without = dial({ spec: { size: 5 } })
  kind.prepare.status(without, old)
  const { status: _, ...rest } = old
  assert.deepEqual(without, rest)
  const plain = kindsOf([{ ...V1, subresources: undefined }]).served[0]
  assert.equal(plain.prepare.status, undefined)
  const kept = dial({ status: { size: 1 } })
  plain.prepare.create(kept)
  assert.deepEqual(kept.status, { size: 1 })
})

test('an object is what its schema and its scale say, and its embedded objects are objects', () => {
  const { validate } = kindsOf().served[0]
  assert.deepEqual(texts(validate.create(dial())), [])
  const inner = { kind: 'K' }
  assert.deepEqual(
    texts(
      validate.create(
        dial({ metadata: { name: 'A' }, spec: { size: -1, tags: ['a', 'a'], inner }, status: { size: -2 } }),
      ),
    ).map((text) => text.split(': ').slice(0, 3).join(': ')),
    [
      'metadata.name: Invalid value: "A"',
      'metadata.namespace: Required value',
      '.spec.size: Invalid value: -1',
      '.status.size: Invalid value: -2',
      'spec.inner.apiVersion: Required value',
      'spec.tags[1]: Duplicate value: "a"',
    ],
  )
  const twice = dial({ spec: { size: 1, tags: ['a', 'a'] } })
  assert.deepEqual(texts(validate.update(twice, dial())), ['spec.tags[1]: Duplicate value: "a"'])
  assert.deepEqual(texts(validate.update(twice, twice)), [], 'what was twice before may stay')
  assert.deepEqual(texts(validate.status(dial({ spec: { size: 10 }, status: { seen: 1, size: -1 } }), dial())), [
    'status.seen: Invalid value: "integer": seen in body must be of type boolean: "integer"',
    '.status.size: Invalid value: -1: should be a non-negative integer',
  ])
  assert.deepEqual(texts(validate.status(dial({ spec: {} }), dial())), [])
})

test('rules are asked where all is of the right type, with what was before', () => {
  const asked: unknown[][] = []
  const rules = () => ({
    check: (...objects: unknown[]) => {
      asked.push(objects)
      return []
    },
  })
  const { validate } = kindsOf([V1], {}, { rules }).served[0]
  const [one, other] = [dial(), dial({ spec: { size: 2 } })]
  validate.create(one)
  validate.update(other, one)
  validate.status(other, one)
  assert.deepEqual(asked, [
    [one, undefined],
    [other, one],
    [other, one],
  ])
  validate.create(dial({ spec: { size: 10 } }))
  assert.equal(asked.length, 4, 'too large is of the right type')
  const unchecked =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  const errors = texts(validate.create(dial({ spec: { size: 'x' } })))
  assert.equal(errors.at(-1), `<nil>: Invalid value: null: ${unchecked}`)
  assert.ok(
    texts(validate.create(dial({ spec: {} })))
      .at(-1)!
      .endsWith(unchecked),
  )
  assert.equal(asked.length, 4)
})

test('who makes an object is warned of finalizers that others may call the same', () => {
  const { warnings } = kindsOf().served[0]
  const finalizers = ['b', 'lab.example/x', 'a.example', 'orphan', 'foregroundDeletion', 'kubernetes', '-bad/x']
  const prefer = (path: string) =>
    `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`
  const told = warnings(dial({ metadata: { name: 'a', finalizers } }), true)
  assert.match(told[0], /^metadata\.finalizers: "-bad\/x": prefix part a lowercase RFC 1123 subdomain/)
  assert.deepEqual(told.slice(1), [
    `metadata.finalizers: "a.example": ${prefer(' including a path (/)')}`,
    `metadata.finalizers: "b": ${prefer('')}`,
  ])
  assert.deepEqual(warnings(dial({ metadata: { name: 'a', finalizers } }), false), [])
  assert.deepEqual(warnings(dial(), true), [])
})

test('who makes an object that promises policies which no node of ours keeps is told so', () => {
  const names = { plural: 'adminnetworkpolicies', kind: 'AdminNetworkPolicy', listKind: 'L', singular: 's' }
  const definition: Loose = {
    metadata: { name: 'adminnetworkpolicies.policy.networking.k8s.io' },
    spec: {
      group: 'policy.networking.k8s.io',
      scope: 'Cluster',
      names,
      versions: [version('v1alpha1', { storage: true })],
    },
    status: { acceptedNames: names },
  }
  const tools = { ...schemaTools, rules: () => undefined, form: plainForm, isTerminating: () => false }
  const { warnings }: Loose = customKinds(definition, tools).served[0]
  const object = { apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: names.kind, metadata: { name: 'a' } }
  assert.match(warnings(object, true)[0], /^AdminNetworkPolicy: Fairlead's nodes do not keep it; write a Cluster/)
})

test('objects are found by the fields that are declared, and none is made of a definition that goes', () => {
  const { fields, forbidsCreation, defaults, generation } = kindsOf().served[0]
  assert.deepEqual(Object.keys(fields), ['spec.mode'])
  assert.equal(fields['spec.mode'](dial({ spec: { mode: 5 } })), '5')
  for (const spec of [{}, { mode: null }]) assert.equal(fields['spec.mode'](dial({ spec })), undefined)
  assert.equal(forbidsCreation(), undefined)
  const going = kindsOf([V1], {}, { isTerminating: () => true }).served[0]
  assert.equal(going.forbidsCreation(), 'create not allowed while custom resource definition is terminating')
  const object = dial()
  defaults(object)
  assert.deepEqual(object.spec, { size: 1, mode: 'slow' })
  const { metadata: _, ...rest } = dial()
  assert.deepEqual(generation(dial()), rest)
})

test('objects of one version are those of the others under another name, as far as these know them', () => {
  const less = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer' }, new: { type: 'string', default: 'x' } } },
    },
  }
  const { served } = kindsOf([V1, version('v2', { schema: { openAPIV3Schema: less } })])
  const [v2, v1] = served
  const stored = dial({ spec: { size: 1, gone: true, mode: 'fast' } })
  const read = v2.form.read(stored)
  assert.deepEqual([read.apiVersion, read.spec], ['lab.example/v2', { size: 1 }])
  assert.deepEqual(v1.form.read(stored).spec, { size: 1, mode: 'fast' })
  assert.deepEqual(v1.form.read(dial()).spec, { size: 1, mode: 'slow' })
  assert.equal(v1.form.read(stored).metadata, stored.metadata)
  assert.deepEqual(stored.spec, { size: 1, gone: true, mode: 'fast' }, 'what is stored stays what it is')
  const written = v2.form.write({ ...dial(), apiVersion: 'lab.example/v2' })
  assert.deepEqual([written.apiVersion, written.spec], ['lab.example/v1', { size: 1 }])
})
