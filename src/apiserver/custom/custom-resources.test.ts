import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { UnsteadyJournal } from '../testing/unsteady-journal.ts'
import { DEFINITIONS, definitionOf, type TestSchema, versionOf } from './testing/definitions.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

type Asking = Parameters<typeof ask> extends [string, ...infer Rest] ? Rest : never
const api = (...given: Asking) => ask(server.socketPath, ...given)
const define = async (definition: object): Promise<any> => {
  const { status, body } = await api(`POST ${DEFINITIONS}`, definition)
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
const conditionsOf = async (name: string): Promise<readonly string[]> => {
  const { body } = await api(`GET ${DEFINITIONS}/${name}`)
  return (body.status?.conditions ?? []).map(({ type, status, reason }: any) => `${type} ${status} ${reason}`)
}
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 500; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came')
}
const folderOf = (plural: string, version = 'v1') => `/apis/lab.example/${version}/namespaces/default/${plural}`
const SPEC: TestSchema = {
  type: 'object',
  properties: { size: { type: 'integer', default: 1 }, note: { type: 'string' } },
}
const thing = (kind: string, name: string, spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'lab.example/v1',
  kind,
  metadata: { name, ...metadata },
  spec,
})

test('what a definition declares is served by the time that it is asked for', async () => {
  const made = await define(definitionOf('dials', 'Dial', [versionOf('v1', SPEC)]))
  assert.deepEqual(made.spec.names, { plural: 'dials', singular: 'dial', kind: 'Dial', listKind: 'DialList' })
  assert.deepEqual(made.status, { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] })
  const created = await api(`POST ${folderOf('dials')}`, thing('Dial', 'one', { note: 'n', stray: 1 }))
  assert.deepEqual([created.status, created.body.spec], [201, { note: 'n', size: 1 }])
  assert.deepEqual(await conditionsOf('dials.lab.example'), [
    'NamesAccepted True NoConflicts',
    'Established True InitialNamesAccepted',
  ])
  const { body } = await api('GET /apis/lab.example/v1')
  assert.deepEqual(
    body.resources.map(({ name }: { name: string }) => name),
    ['dials', 'dials/status'],
  )
  const openapi = await api('GET /openapi/v3/apis/lab.example/v1')
  assert.deepEqual(openapi.body.components.schemas['example.lab.v1.Dial'].properties.spec, {
    type: 'object',
    properties: { note: { type: 'string' }, size: { type: 'integer', default: 1 } },
  })
})

test('a status is written by its own path, and counts as no change of the wish', async () => {
  const path = `${folderOf('dials')}/one`
  const told = await api(`PATCH ${path}/status`, { spec: { size: 9 }, status: { ready: true } })
  assert.deepEqual([told.body.spec.size, told.body.status, told.body.metadata.generation], [1, { ready: true }, 1])
  const wished = await api(`PATCH ${path}`, { spec: { size: 5 }, status: { ready: false } })
  assert.deepEqual(
    [wished.body.spec.size, wished.body.status, wished.body.metadata.generation],
    [5, { ready: true }, 2],
  )
})

test('names that another definition of the group has are refused until they are free', async () => {
  await define(definitionOf('knobs', 'Knob', [versionOf('v1', SPEC)], { names: { plural: 'knobs', kind: 'Dial' } }))
  assert.deepEqual(await conditionsOf('knobs.lab.example'), [
    'NamesAccepted False ListKindConflict',
    'Established False NotAccepted',
  ])
  assert.equal((await api(`GET ${folderOf('knobs')}`)).status, 404)
  await api(`DELETE ${DEFINITIONS}/dials.lab.example`)
  await until(async () => (await conditionsOf('knobs.lab.example')).includes('Established True InitialNamesAccepted'))
  assert.equal((await api(`POST ${folderOf('knobs')}`, thing('Dial', 'a'))).status, 201)
})

test('objects go before their definition, each when its finalizers let it, and nothing new is made meanwhile', async () => {
  await define(definitionOf('locks', 'Lock', [versionOf('v1', SPEC)]))
  const held = { finalizers: ['lab.example/hold'] }
  for (const [name, metadata] of [
    ['free', {}],
    ['held', held],
  ] as const)
    assert.equal((await api(`POST ${folderOf('locks')}`, thing('Lock', name, {}, metadata))).status, 201)
  const going = await api(`DELETE ${DEFINITIONS}/locks.lab.example`)
  assert.equal(going.status, 200)
  assert.deepEqual(going.body.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io'])
  await until(async () => (await api(`GET ${folderOf('locks')}`)).body.items.length === 1)
  assert.ok((await conditionsOf('locks.lab.example')).includes('Terminating True InstanceDeletionInProgress'))
  const late = await api(`POST ${folderOf('locks')}`, thing('Lock', 'late'))
  assert.deepEqual(
    [late.status, late.body.message],
    [405, 'create not allowed while custom resource definition is terminating'],
  )
  const released = await api(`PATCH ${folderOf('locks')}/held`, { metadata: { finalizers: null } })
  assert.equal(released.status, 200)
  await until(async () => (await api(`GET ${DEFINITIONS}/locks.lab.example`)).status === 404)
  assert.equal((await api(`GET ${folderOf('locks')}`)).status, 404)
  assert.equal(
    (await api('GET /apis/lab.example/v1')).body.resources.some((one: any) => one.name === 'locks'),
    false,
  )
})

test('a definition that comes back begins empty', async () => {
  await define(definitionOf('locks', 'Lock', [versionOf('v1', SPEC)]))
  assert.deepEqual((await api(`GET ${folderOf('locks')}`)).body.items, [])
})

test('versions of a definition are the same objects under other names', async () => {
  const wide: TestSchema = {
    type: 'object',
    properties: { size: { type: 'integer' }, extra: { type: 'string', default: 'e' } },
  }
  await define(definitionOf('forms', 'Form', [versionOf('v1', SPEC), versionOf('v2', wide, { storage: false })]))
  await api(`POST ${folderOf('forms')}`, thing('Form', 'a', { note: 'n' }))
  const other = await api(`GET ${folderOf('forms', 'v2')}/a`)
  assert.deepEqual([other.body.apiVersion, other.body.spec], ['lab.example/v2', { size: 1 }])
  const changed = await api(`PATCH ${folderOf('forms', 'v2')}/a`, { spec: { size: 4 } })
  // What the stored version does not know is lost on the way, as with Kubernetes.
  assert.deepEqual(changed.body.spec, { size: 4 })
  assert.deepEqual((await api(`GET ${folderOf('forms')}/a`)).body.spec, { size: 4 })
  const { body } = await api('GET /apis/lab.example')
  assert.deepEqual(
    body.versions.map(({ version }: { version: string }) => version),
    ['v2', 'v1'],
  )
})

test('custom resources are JSON and YAML: protobuf is neither read nor written, but for their metadata', async () => {
  const protobuf = 'application/vnd.kubernetes.protobuf'
  const read = (accept: string) => api(`GET ${folderOf('forms')}/a`, undefined, { headers: { accept } })
  assert.equal((await read(protobuf)).status, 406)
  assert.equal((await read(`${protobuf},application/json`)).status, 200)
  assert.equal((await read(`${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`)).status, 200)
  const headers = { 'content-type': protobuf }
  assert.equal((await api(`POST ${folderOf('forms')}`, thing('Form', 'p'), { headers })).status, 415)
})

test('a server that starts again serves what was defined, with its objects, and goes on with what was on its way', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ journal })
  const path = folderOf('marks')
  const definition = definitionOf('marks', 'Mark', [versionOf('v1', SPEC)])
  assert.equal((await ask(first.socketPath, `POST ${DEFINITIONS}`, definition)).status, 201)
  const held = { finalizers: ['lab.example/hold'] }
  assert.equal((await ask(first.socketPath, `POST ${path}`, thing('Mark', 'a', {}, held))).status, 201)
  const before = await ask(first.socketPath, `GET ${path}/a`)
  await ask(first.socketPath, `DELETE ${DEFINITIONS}/marks.lab.example`)
  await first.close()
  const second = await startTestServer({ journal })
  try {
    const now = await ask(second.socketPath, `GET ${path}/a`)
    assert.deepEqual(now.body.metadata.uid, before.body.metadata.uid)
    assert.notEqual(now.body.metadata.deletionTimestamp, undefined)
    await ask(second.socketPath, `PATCH ${path}/a`, { metadata: { finalizers: null } })
    await until(async () => (await ask(second.socketPath, `GET ${DEFINITIONS}/marks.lab.example`)).status === 404)
  } finally {
    await second.close()
  }
})

test('what the API has itself is not taken over by a definition', async () => {
  const errors: unknown[] = []
  const other = await startTestServer({ onError: (error) => errors.push(error) })
  try {
    const names = { plural: 'leases', kind: 'Lease' }
    const definition = definitionOf('leases', 'Lease', [versionOf('v1', SPEC)], { group: 'coordination.k8s.io', names })
    const annotations = { 'api-approved.kubernetes.io': 'unapproved, a test' }
    const metadata = { name: 'leases.coordination.k8s.io', annotations }
    assert.equal((await ask(other.socketPath, `POST ${DEFINITIONS}`, { ...definition, metadata })).status, 201)
    const { body } = await ask(other.socketPath, 'GET /apis/coordination.k8s.io/v1/leases')
    assert.equal(body.kind, 'LeaseList')
    assert.match(
      String(errors[0]),
      /leases\.coordination\.k8s\.io is not served: the API has leases \(Lease\) of its own/,
    )
  } finally {
    await other.close()
  }
})

test('integers of 64 bits stay what they are, whatever is done to their object', async () => {
  const open = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { size: { type: 'integer' } },
  }
  await define(definitionOf('longs', 'Long', [versionOf('v1', open)]))
  const [most, least] = [2n ** 63n - 1n, -(2n ** 63n)]
  const texts = async (): Promise<readonly string[] | null> =>
    String(
      (await api(`GET ${folderOf('longs')}/one`, undefined, { headers: { accept: 'application/yaml' } })).body,
    ).match(/\b(size|free): -?\d+/g)
  assert.equal((await api(`POST ${folderOf('longs')}`, thing('Long', 'one', { size: most, free: least }))).status, 201)
  assert.deepEqual(await texts(), [`free: ${least}`, `size: ${most}`])
  assert.equal((await api(`PATCH ${folderOf('longs')}/one`, { spec: { free: most - 1n } })).status, 200)
  assert.deepEqual(await texts(), [`free: ${most - 1n}`, `size: ${most}`])
  const headers = { 'content-type': 'application/json-patch+json' }
  const patch = [
    { op: 'test', path: '/spec/size', value: most },
    { op: 'move', from: '/spec/size', path: '/spec/free' },
  ]
  assert.equal((await api(`PATCH ${folderOf('longs')}/one`, patch, { headers })).status, 200)
  assert.deepEqual(await texts(), [`free: ${most}`])
  const other = [{ op: 'test', path: '/spec/free', value: most - 1n }]
  assert.equal((await api(`PATCH ${folderOf('longs')}/one`, other, { headers })).status, 422)
  await api(`DELETE ${DEFINITIONS}/longs.lab.example`)
})
