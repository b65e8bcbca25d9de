import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, refusals, rowOf } from '#api/testing/refusals.ts'
import { namespace as kind } from './kind.ts'

const namespace = (more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'n' },
  ...more,
})
const LABELLED = { name: 'n', labels: { 'kubernetes.io/metadata.name': 'n' } }

test('a namespace begins as active, labelled with its name, and cannot go before it is empty', () => {
  const active = { status: { phase: 'Active' } }
  assert.deepEqual(created(namespace({ status: { phase: 'Terminating' } })), {
    ...namespace({ metadata: LABELLED, spec: { finalizers: ['kubernetes'] } }),
    ...active,
  })
  const metadata = { name: 'n', labels: { a: 'b', 'kubernetes.io/metadata.name': 'other' } }
  assert.deepEqual(created(namespace({ metadata, spec: { finalizers: ['x/y'] } })), {
    ...namespace({ metadata: { name: 'n', labels: { a: 'b', ...LABELLED.labels } } }),
    spec: { finalizers: ['x/y', 'kubernetes'] },
    ...active,
  })
  assert.deepEqual((created(namespace({ spec: { finalizers: ['kubernetes'] } })) as any).spec, {
    finalizers: ['kubernetes'],
  })
  assert.deepEqual((created(namespace({ metadata: {} })) as any).metadata, {})
})

test('a plain update leaves the finalizers and the status of a namespace as they are', () => {
  const old = created(namespace())
  const object = namespace({ metadata: { ...LABELLED }, spec: { finalizers: [] }, status: {} })
  prepareForUpdate(kind, object, old)
  assert.deepEqual(object, old)
  const bare = namespace({ spec: { finalizers: ['a/b'] } })
  prepareForUpdate(kind, bare, namespace())
  assert.deepEqual(bare, namespace({ spec: { finalizers: ['a/b'] } }))
})

test('a namespace has a label of DNS for its name, and finalizers with names', () => {
  assert.deepEqual(refusals(namespace({ spec: { finalizers: ['a.b/c'] } })), [])
  assert.match(
    refusals(namespace({ metadata: { name: 'a.b' } }))[0]!,
    /^metadata\.name: Invalid value: "a\.b": a lowercase RFC 1123 label/,
  )
  assert.deepEqual(refusals(namespace({ metadata: { name: 'n', namespace: 'm' } })), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ])
  assert.deepEqual(refusals(namespace({ spec: { finalizers: ['/c'] } })), [
    'spec.finalizers: Invalid value: "/c": prefix part must be non-empty',
  ])
})

test('a namespace stays while something is in it, marked as terminating', () => {
  const { holds, marked } = kind.deletion!
  assert.deepEqual(
    [{}, { spec: {} }, { spec: { finalizers: [] } }, { spec: { finalizers: ['a'] } }].map((more) =>
      holds!(namespace(more)),
    ),
    [false, false, false, true],
  )
  const status = { phase: 'Active', conditions: [] }
  assert.deepEqual(
    marked!(namespace({ status }), namespace({ status })),
    namespace({ status: { conditions: [], phase: 'Terminating' } }),
  )
  assert.equal(kind.fields!['status.phase']!(namespace({ status })), 'Active')
  assert.equal(kind.fields!['status.phase']!(namespace()), undefined)
})

test('a namespace is printed with its phase', () => {
  assert.deepEqual(rowOf(namespace({ status: { phase: 'Active' } })), ['n', 'Active', '<unknown>'])
  assert.deepEqual(rowOf(namespace()), ['n', '', '<unknown>'])
})
