import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { builtInKinds } from '#api/kinds.ts'
import { gadget } from '#api/testing/gadgets.ts'
import { isAsBuilt, kindsOf, makeDocument, namesOf, pathOf } from './documents.ts'
import { prepareDocuments, preparedDocument } from './prepared.ts'

const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
after(() => rmSync(folder, { recursive: true }))

test('a document of a group version has its kinds and no others; version 2 has all', async () => {
  const names = namesOf(builtInKinds)
  assert.ok(names.includes('apis/apps/v1') && names.includes('api/v1') && names.includes('v2'))
  const apps = kindsOf('apis/apps/v1', builtInKinds)
  assert.deepEqual(apps.map(({ resource }) => resource.plural).sort(), [
    'controllerrevisions',
    'daemonsets',
    'deployments',
    'replicasets',
    'statefulsets',
  ])
  const { paths, components } = JSON.parse(Buffer.from(await makeDocument('apis/apps/v1', builtInKinds)).toString())
  assert.ok(Object.keys(paths).every((path) => path.startsWith('/apis/apps/v1/')))
  assert.ok(paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale'])
  // What a pod is, is described by the kind Pod.
  assert.match(components.schemas['io.k8s.api.core.v1.PodSpec'].description, /./)
  assert.equal(kindsOf('v2', builtInKinds), builtInKinds)
})

test('what the build prepares is what a server would make, under the name of the build alone', async () => {
  await prepareDocuments(folder, 'b1')
  assert.equal((await readdir(folder)).length, namesOf(builtInKinds).length)
  for (const name of ['apis/apps/v1', 'v2', 'v2 protobuf'] as const) {
    const made = await makeDocument(name, builtInKinds)
    assert.ok(Buffer.from(made).equals((await preparedDocument(folder, 'b1', name))!), name)
  }
  assert.equal(await preparedDocument(folder, 'b2', 'apis/apps/v1'), undefined)
})

test('a document that is there and cannot be read is no document that is not there', async () => {
  writeFileSync(join(folder, 'file'), '')
  await assert.rejects(preparedDocument(join(folder, 'file'), 'b1', 'v2'), { code: 'ENOTDIR' })
})

test('only what is just as it was built is taken from the build', () => {
  const without = builtInKinds.filter(({ resource }) => resource.plural !== 'deployments')
  assert.ok(isAsBuilt('apis/apps/v1', builtInKinds))
  assert.ok(isAsBuilt('apis/apps/v1', [...builtInKinds, gadget]))
  assert.ok(!isAsBuilt('apis/apps/v1', without))
  assert.ok(isAsBuilt('api/v1', without))
  assert.ok(!isAsBuilt(pathOf(gadget), [...builtInKinds, gadget]))
  assert.ok(isAsBuilt('v2', builtInKinds))
  assert.ok(!isAsBuilt('v2', [...builtInKinds, gadget]))
})
