import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { textsOf } from '#api/testing/refusals.ts'
import { validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { dnsLabel } from './names.ts'

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

const refusals = (metadata: object | undefined, namespaced = true): readonly string[] =>
  textsOf(validateMetadata(metadata as ObjectMeta, namespaced, dnsLabel))
const owner = (more: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u', ...more })

/** Holds whole lists of errors, each given without `metadata.`. */
const hold = (cases: readonly (readonly [object, readonly string[]])[]): void => {
  for (const [metadata, errors] of cases)
    assert.deepEqual(
      refusals({ name: 'n', namespace: 'm', ...metadata }),
      errors.map((error) => `metadata.${error}`),
      JSON.stringify(metadata),
    )
}

test('an object has a name or what one is made of, and a namespace where its kind has one', () => {
  const long = 'n'.repeat(63)
  hold([
    [{}, []],
    [{ name: long }, []],
    [{ name: `${long}n` }, [`name: Invalid value: "${long}n": must be no more than 63 characters`]],
    [{ name: 'N' }, [`name: Invalid value: "N": ${LABEL}`]],
    [{ name: '' }, ['name: Required value: name or generateName is required']],
    [{ name: '', generateName: 'n-' }, []],
    [{ name: '', generateName: 'n' }, []],
    [{ name: '', generateName: 'N-' }, [`generateName: Invalid value: "Na": ${LABEL}`]],
    [{ namespace: '' }, ['namespace: Required value']],
    [{ namespace: 'a.b' }, [`namespace: Invalid value: "a.b": ${LABEL}`]],
  ])
  assert.deepEqual(refusals({ name: 'n' }, false), [])
  assert.deepEqual(refusals({ name: 'n', namespace: 'm' }, false), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ])
  assert.deepEqual(refusals(undefined), [
    'metadata.name: Required value: name or generateName is required',
    'metadata.namespace: Required value',
  ])
})

test('labels and annotations have keys with names, and annotations 256 KiB together', () => {
  const size = 256 * 1024
  hold([
    [{ labels: { 'a.b/C': 'D_e', f: '' }, annotations: { 'a.b/C': 'any thing', D: '' } }, []],
    [
      { labels: { '/a': 'b c' } },
      ['labels: Invalid value: "/a": prefix part must be non-empty', `labels: Invalid value: "b c": ${VALUE}`],
    ],
    [{ annotations: { 'A b': '' } }, [`annotations: Invalid value: "A b": ${NAME}`]],
    [{ annotations: { a: 'x'.repeat(size - 4), b: '', c: '', d: '' } }, []],
    [{ annotations: { a: 'é'.repeat(size / 2) } }, [`annotations: Too long: may not be more than ${size} bytes`]],
    [
      { annotations: { a: 'x'.repeat(size / 2), b: 'x'.repeat(size / 2) } },
      [`annotations: Too long: may not be more than ${size} bytes`],
    ],
    [{ generation: 0, finalizers: ['a.b/c', 'd'] }, []],
    [
      { generation: -1, finalizers: ['/c', 'd e'] },
      [
        'generation: Invalid value: -1: must be greater than or equal to 0',
        'finalizers: Invalid value: "/c": prefix part must be non-empty',
        `finalizers: Invalid value: "d e": ${NAME}`,
      ],
    ],
  ])
})

test('an owner is named in full, and one alone is the controller', () => {
  const two = [
    owner({ controller: true }),
    owner(),
    owner({ controller: true, kind: 'Node', name: 'p' }),
    owner({ controller: true }),
  ]
  const only = (first: string, second: string): string =>
    `ownerReferences: Invalid value: ${JSON.stringify(two)}: Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`
  hold([
    [{ ownerReferences: [owner({ controller: true }), owner({ controller: false })] }, []],
    [
      { ownerReferences: [owner(), {}] },
      [
        'ownerReferences[1].apiVersion: Invalid value: "": version must not be empty',
        ...['kind', 'name', 'uid'].map((field) => `ownerReferences[1].${field}: Invalid value: "": must not be empty`),
      ],
    ],
    [{ ownerReferences: two }, [only('Pod/o', 'Node/p'), only('Node/p', 'Pod/o')]],
  ])
})

test('an update keeps what an object is known by, and lets go of nothing once it goes', () => {
  const old = { name: 'n', namespace: 'm', uid: 'u', resourceVersion: '1', generation: 2 }
  const change = (next: object, before: object = old): readonly string[] =>
    textsOf(validateMetadataUpdate({ ...before, ...next } as ObjectMeta, before as ObjectMeta))
  assert.deepEqual(change({}), [])
  assert.deepEqual(change({ generation: 3, resourceVersion: '2', labels: { a: 'b' }, finalizers: ['a'] }), [])
  assert.deepEqual(change({ resourceVersion: '' }), [
    'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  ])
  assert.deepEqual(change({ generation: 1 }), ['metadata.generation: Invalid value: 1: must not be decremented'])
  assert.deepEqual(change({ generation: undefined }), [
    'metadata.generation: Invalid value: 0: must not be decremented',
  ])
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds']
  assert.deepEqual(
    change(Object.fromEntries(fixed.map((field) => [field, 'x']))),
    fixed.map((field) => `metadata.${field}: Invalid value: "x": field is immutable`),
  )
  assert.deepEqual(change({ uid: undefined }), ['metadata.uid: Invalid value: null: field is immutable'])
  assert.deepEqual(change({ labels: { '/a': '' } }), [
    'metadata.labels: Invalid value: "/a": prefix part must be non-empty',
  ])
  const going = { ...old, deletionTimestamp: 't', finalizers: ['a'] }
  assert.deepEqual(change({ finalizers: [] }, going), [])
  assert.deepEqual(change({ finalizers: ['a'] }, going), [])
  const refused =
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"b", "c"}'
  assert.deepEqual(change({ finalizers: ['a', 'b', 'c'] }, going), [refused, refused])
  assert.deepEqual(textsOf(validateMetadataUpdate(undefined, undefined)), [])
})
