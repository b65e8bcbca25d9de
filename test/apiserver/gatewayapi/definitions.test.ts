import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayDefinitions } from '#api/gatewayapi/definition/definitions.ts'
import { ask } from '#apiserver/testing/ask.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { UnsteadyJournal } from '#apiserver/testing/unsteady-journal.ts'
import { ownDefinitionNames } from '#cluster/own-objects/own-definitions.ts'
import { definitionsNamed } from '#cluster/own-objects/prepared-definitions.ts'

type Loose = any
const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const NAME = 'httproutes.gateway.networking.k8s.io'
const own = { definitions: { names: ownDefinitionNames({}), load: definitionsNamed } }
const APPLY = { headers: { 'content-type': 'application/apply-patch+yaml' } }

/** Another release of it: one version, no word about any field. */
const otherRelease = (): Loose => {
  const { apiVersion, kind, metadata, spec }: Loose = gatewayDefinitions().find((one) => one.metadata!.name === NAME)
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const annotations = { ...metadata.annotations, 'gateway.networking.k8s.io/bundle-version': 'v9.9.9' }
  const [{ additionalPrinterColumns: _, ...version }] = spec.versions
  const versions = [{ ...version, schema: { openAPIV3Schema: schema } }]
  return { apiVersion, kind, metadata: { name: NAME, annotations }, spec: { ...spec, versions } }
}
const bundleOf = ({ body }: Loose): string => body.metadata.annotations['gateway.networking.k8s.io/bundle-version']

test('what a start defines is as if somebody had applied it, though no rule is asked', async () => {
  const server = await startTestServer(own)
  const other = await startTestServer()
  try {
    for (const definition of gatewayDefinitions()) {
      const { name } = definition.metadata!
      const { body: is } = await ask(server.socketPath, `GET ${PATH}/${name}`)
      const query = 'fieldManager=kubectl&fieldValidation=Strict'
      const made = await ask(other.socketPath, `PATCH ${PATH}/${name}?${query}`, definition, APPLY)
      assert.equal(made.status, 201, made.body.message)
      await ask(other.socketPath, `GET /apis/gateway.networking.k8s.io`)
      const { body: should } = await ask(other.socketPath, `GET ${PATH}/${name}`)
      const timeless = ({ metadata, status, ...rest }: Loose) => ({
        ...rest,
        metadata: { ...metadata, uid: '', resourceVersion: '', creationTimestamp: '', managedFields: undefined },
        owned: metadata.managedFields.find(({ manager }: Loose) => manager === 'kubectl').fieldsV1,
        status: { ...status, conditions: status.conditions.map((one: Loose) => ({ ...one, lastTransitionTime: '' })) },
      })
      assert.deepEqual(timeless(is), timeless(should))
    }
  } finally {
    await server.close()
    await other.close()
  }
})

test('who applies another release over it meets no conflict, is served, and finds it so after a start', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ ...own, journal })
  const applied = await ask(first.socketPath, `PATCH ${PATH}/${NAME}?fieldManager=kubectl`, otherRelease(), APPLY)
  assert.equal(applied.status, 200, applied.body.message)
  const { body: group } = await ask(first.socketPath, 'GET /apis/gateway.networking.k8s.io/v1beta1')
  assert.ok(!group.resources.some(({ name }: Loose) => name === 'httproutes'))
  const route = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'a' }, odd: true }
  const routes = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes'
  assert.equal((await ask(first.socketPath, `POST ${routes}`, route)).body.odd, true)
  await first.close()
  const second = await startTestServer({ ...own, journal })
  try {
    assert.equal(bundleOf(await ask(second.socketPath, `GET ${PATH}/${NAME}`)), 'v9.9.9')
    assert.equal((await ask(second.socketPath, `GET ${routes}/a`)).body.odd, true)
  } finally {
    await second.close()
  }
})

test('a manifest of another release can be created where ours was deleted, and is refused where it was not', async () => {
  const server = await startTestServer(own)
  try {
    const { status, body } = await ask(server.socketPath, `POST ${PATH}`, otherRelease())
    assert.deepEqual([status, body.reason], [409, 'AlreadyExists'])
    await ask(server.socketPath, `DELETE ${PATH}/${NAME}`)
    const until = Date.now() + 10_000
    while ((await ask(server.socketPath, `GET ${PATH}/${NAME}`)).status !== 404) assert.ok(Date.now() < until)
    assert.equal((await ask(server.socketPath, `POST ${PATH}`, otherRelease())).status, 201)
    assert.equal(bundleOf(await ask(server.socketPath, `GET ${PATH}/${NAME}`)), 'v9.9.9')
  } finally {
    await server.close()
  }
})

test('what was deleted is defined again by the next start', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ ...own, journal })
  await ask(first.socketPath, `DELETE ${PATH}/${NAME}`)
  const until = Date.now() + 10_000
  while ((await ask(first.socketPath, `GET ${PATH}/${NAME}`)).status !== 404) assert.ok(Date.now() < until)
  await first.close()
  const second = await startTestServer({ ...own, journal })
  try {
    assert.equal(bundleOf(await ask(second.socketPath, `GET ${PATH}/${NAME}`)), 'v1.5.1')
    const { status } = await ask(second.socketPath, 'GET /apis/gateway.networking.k8s.io/v1/httproutes')
    assert.equal(status, 200)
  } finally {
    await second.close()
  }
})
