import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

/* What a Secret and a ConfigMap have alike, and what each has of its own. */
const secret = (more: object): any => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...more })
const configMap = (more: object): any => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, ...more })
const KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const MEBI = 1024 * 1024
const SUBDOMAIN = /^metadata\.name: Invalid value: "X": a lowercase RFC 1123 subdomain must/

test('keys are names of files that do not climb', () => {
  const long = 'k'.repeat(253)
  const wrong: Readonly<Record<string, readonly string[]>> = {
    'a b': [KEY],
    '': [KEY],
    '.': ["must not be '.'"],
    '..': ["must not be '..'"],
    '..a': ["must not start with '..'"],
    [`${long}k`]: ['must be no more than 253 characters'],
  }
  const data = Object.fromEntries([...Object.keys(wrong), 'A.b_c-1', '.a', long].map((key) => [key, '']))
  const errors = (field: string): readonly string[] =>
    Object.entries(wrong).flatMap(([key, problems]) =>
      problems.map((problem) => `${field}[${key}]: Invalid value: ${JSON.stringify(key)}: ${problem}`),
    )
  assert.deepEqual(refusals(secret({ data })), errors('data'))
  assert.deepEqual(refusals(configMap({ data })), errors('data'))
  assert.deepEqual(refusals(configMap({ binaryData: data })), errors('binaryData'))
  assert.deepEqual(refusals(configMap({ data: { a: '' }, binaryData: { a: '', b: '' } })), [
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ])
  assert.match(refusals(secret({ metadata: { name: 'X' } }))[0]!, SUBDOMAIN)
  assert.match(refusals(configMap({ metadata: { name: 'X' } }))[0]!, SUBDOMAIN)
})

test('all values together have a mebioctet at most', () => {
  const tooLong = `Too long: may not be more than ${MEBI} bytes`
  const half = Buffer.alloc(MEBI / 2).toString('base64')
  const more = Buffer.alloc(MEBI / 2 + 1).toString('base64')
  assert.deepEqual(refusals(secret({ data: { a: half, b: half } })), [])
  assert.deepEqual(refusals(secret({ data: { a: half, b: more } })), [`data: ${tooLong}`])
  assert.deepEqual(refusals(configMap({ data: { a: 'é'.repeat(MEBI / 4) }, binaryData: { b: half } })), [])
  assert.deepEqual(refusals(configMap({ data: { a: 'é'.repeat(MEBI / 4) }, binaryData: { b: more } })), [
    `: ${tooLong}`,
  ])
})

test('what is immutable stays, and stays immutable', () => {
  const forbidden = (field: string): string => `${field}: Forbidden: field is immutable when \`immutable\` is set`
  const change = (object: object, next: object): readonly string[] =>
    refusedChange(object, (copy) => {
      Object.assign(copy, next)
    })
  const data = { a: 'YQ==' }
  const free = { immutable: undefined, data: { b: 'Yg==' } }
  assert.deepEqual(change(secret({ data, immutable: true }), free), [forbidden('immutable'), forbidden('data')])
  assert.deepEqual(
    change(secret({ data, immutable: true }), { metadata: { name: 's', namespace: 'default', labels: { a: 'b' } } }),
    [],
  )
  assert.deepEqual(change(secret({ immutable: true }), { data: {} }), [])
  assert.deepEqual(change(secret({ data }), { ...free, immutable: true }), [])
  assert.deepEqual(change(configMap({ data, binaryData: data, immutable: true }), { ...free, binaryData: {} }), [
    ...['immutable', 'data', 'binaryData'].map(forbidden),
  ])
  assert.deepEqual(change(configMap({ data }), { data: { 'a b': '' } }), [`data[a b]: Invalid value: "a b": ${KEY}`])
})

test('a Secret of a type has the keys that the type needs, and keeps its type', () => {
  const needs = (type: string, data: object = {}, annotations: object = {}): readonly string[] =>
    refusals(secret({ type, data, metadata: { name: 's', annotations } }))
  const required = (...fields: readonly string[]): readonly string[] =>
    fields.map((field) => `${field}: Required value`)
  for (const [type, ...keys] of [
    ['kubernetes.io/tls', 'tls.crt', 'tls.key'],
    ['kubernetes.io/dockercfg', '.dockercfg'],
    ['kubernetes.io/dockerconfigjson', '.dockerconfigjson'],
    ['kubernetes.io/ssh-auth', 'ssh-privatekey'],
  ] as const) {
    assert.deepEqual(needs(type), required(...keys.map((key) => `data[${key}]`)))
    assert.deepEqual(needs(type, Object.fromEntries(keys.map((key) => [key, 'eA==']))), [])
  }
  const basic = 'kubernetes.io/basic-auth'
  assert.deepEqual(needs(basic), required('data[username]', 'data[password]'))
  assert.deepEqual(needs(basic, { username: '' }), [])
  assert.deepEqual(needs(basic, { password: '' }), [])
  const token = 'kubernetes.io/service-account-token'
  const account = 'kubernetes.io/service-account.name'
  assert.deepEqual(needs(token), required(`metadata.annotations[${account}]`))
  assert.deepEqual(needs(token, {}, { [account]: 'default' }), [])
  assert.deepEqual(needs('example.org/x'), [])
  const change = (before: string | undefined, after: string | undefined): readonly string[] =>
    refusedChange(secret({ type: before }), (object) => {
      object.type = after
    })
  assert.deepEqual(change('a', 'a'), [])
  assert.deepEqual(change(undefined, ''), [])
  assert.deepEqual(change('Opaque', 'a'), ['type: Invalid value: "a": field is immutable'])
})

test('both are printed with the number of their entries', () => {
  const time = { creationTimestamp: '2026-11-21T03:25:37Z' }
  const data = { a: '', b: '' }
  assert.deepEqual(rowOf(secret({})), ['s', '', 0, '<unknown>'])
  assert.deepEqual(rowOf(secret({ metadata: time, type: 'a', data })), ['', 'a', 2, '1s'])
  assert.deepEqual(rowOf(configMap({})), ['c', 0, '<unknown>'])
  assert.deepEqual(rowOf(configMap({ data, binaryData: { c: '' } })), ['c', 3, '<unknown>'])
})

test('a Secret’s texts become its data, where they win', () => {
  const { data, stringData, type } = created(secret({ data: { a: 'eA==', b: 'eA==' }, stringData: { a: 'é' } })) as any
  assert.deepEqual([data, stringData, type], [{ a: 'w6k=', b: 'eA==' }, undefined, 'Opaque'])
  assert.deepEqual((created(secret({ stringData: {}, type: 'x' })) as any).type, 'x')
  assert.deepEqual((created(secret({ stringData: { a: 'a' } })) as any).data, { a: 'YQ==' })
})
