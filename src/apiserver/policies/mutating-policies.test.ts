import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { mutatingAdmissionPolicies } from '#api/admissionregistration/mutatingadmissionpolicy/resource.ts'
import { mutatingAdmissionPolicyBindings } from '#api/admissionregistration/mutatingadmissionpolicybinding/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const scope = { namespace: 'default' }
let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())
afterEach(async () => {
  for (const resource of [mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings] as any[])
    for (const { metadata } of (await server.client.list(resource)).items)
      await server.client.delete(resource, metadata!.name!)
})

const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })
const put = async (name: string, spec: object, resources = ['configmaps', 'deployments']) => {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const resourceRules = [{ operations: ['CREATE', 'UPDATE'], apiGroups: ['*'], apiVersions: ['*'], resources }]
  await server.client.create(mutatingAdmissionPolicies, {
    ...{ apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name } },
    spec: { reinvocationPolicy: 'Never', matchConstraints: { resourceRules }, ...spec },
  } as any)
  await server.client.create(mutatingAdmissionPolicyBindings, {
    ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name } },
    spec: { policyName: name },
  } as any)
}
let count = 0
const make = (data: Record<string, string> = {}) =>
  server.client.create(
    configMaps,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m-${++count}` }, data },
    scope,
  )
const labels = { app: 'd' }
const deployment = (name: string): any => ({
  ...({ apiVersion: 'apps/v1', kind: 'Deployment' } as const),
  metadata: { name, annotations: { own: 'yes' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
})
const refused = (work: Promise<unknown>, why: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    assert.match(error.message, why)
    const { code, reason, details } = error.status
    assert.deepEqual([code, reason, details?.causes], [403, 'Invalid', [{ message: error.message }]])
    return true
  })

test('what a policy wants of an object is merged into it, and completed as what a client sends', async () => {
  await put('p', {
    mutations: [
      apply('Object{metadata: Object.metadata{annotations: {"mutated-by": "admission-policy"}}}'),
      apply('Object{spec: Object.spec{replicas: 1337}}'),
      apply(
        'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "side", image: "s"}]}}}}',
      ),
    ],
  })
  const made = await server.client.create(deployments, deployment('a'), scope)
  assert.deepEqual(made.metadata?.annotations, { own: 'yes', 'mutated-by': 'admission-policy' })
  assert.equal(made.spec?.replicas, 1337)
  const containers = made.spec?.template?.spec?.containers
  assert.deepEqual(
    containers?.map((one: any) => [one.name, one.imagePullPolicy]),
    [
      ['c', 'Always'],
      ['side', 'Always'],
    ],
  )
})

test('a policy may write a patch, whose tests say whether it is applied', async () => {
  await put('p', {
    variables: [{ name: 'key', expression: 'jsonpatch.escapeKey("a/b")' }],
    matchConditions: [{ name: 'wanted', expression: "object.data.skip != 'yes'" }],
    mutations: [
      patch(
        '[JSONPatch{op: "add", path: "/metadata/labels", value: {"x": "y"}}, JSONPatch{op: "add", path: "/metadata/labels/" + variables.key, value: "x" + string(size(object.data))}]',
      ),
      patch(
        '[JSONPatch{op: "test", path: "/data/n", value: "1"}, JSONPatch{op: "replace", path: "/data/n", value: "2"}]',
      ),
    ],
  })
  const { data, metadata } = await make({ n: '1', skip: 'no' })
  assert.deepEqual(
    [data, metadata?.labels],
    [
      { n: '2', skip: 'no' },
      { x: 'y', 'a/b': 'x2' },
    ],
  )
  assert.deepEqual((await make({ n: '3', skip: 'no' })).data, { n: '3', skip: 'no' })
  assert.deepEqual((await make({ n: '1', skip: 'yes' })).data, { n: '1', skip: 'yes' })
})

test('one that wants to look again does, once, where somebody after it has changed something', async () => {
  const count = (key: string) =>
    patch(
      `[JSONPatch{op: "add", path: "/data/${key}", value: has(object.data.${key}) ? object.data.${key} + "!" : "1"}]`,
    )
  await put('a', { reinvocationPolicy: 'IfNeeded', mutations: [count('a')] })
  await put('b', { mutations: [count('b')] })
  assert.deepEqual((await make({ x: 'y' })).data, { x: 'y', a: '1!', b: '1' })
})

test('what cannot be done refuses the request, or is passed over, by the failure policy', async () => {
  const whole = 'Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"a": "b"}}}}'
  await put('p', { mutations: [apply(whole)] }, ['deployments'])
  await refused(
    server.client.create(deployments, deployment('b'), scope),
    /^policy 'p' with binding 'p' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: \.spec\.selector$/,
  )
  await server.client.patch(mutatingAdmissionPolicies, 'p', 'merge', { spec: { failurePolicy: 'Ignore' } })
  assert.deepEqual((await server.client.create(deployments, deployment('b'), scope)).spec?.selector, {
    matchLabels: labels,
  })
  await put('q', { mutations: [apply('Object{data: Object.wrong{}}')] }, ['configmaps'])
  await refused(make(), /type mismatch: unexpected type name "Object\.wrong", expected "Object\.data"/)
  await server.client.delete(mutatingAdmissionPolicies, 'q')
  await put('r', { mutations: [apply('Object{nothing: "x"}')] }, ['configmaps'])
  await refused(make(), /failed to convert patch object to typed object: \.nothing: field not declared in schema$/)
})

test('expressions that do not make what they are to make are refused with the policy', async () => {
  const refusal = (mutation: object, why: RegExp) => assert.rejects(put('p', { mutations: [mutation] }), why)
  await refusal(apply('"x"'), /applyConfiguration\.expression: Invalid value: .*must evaluate to Object but got string/)
  await refusal(patch('[1]'), /must evaluate to list\(JSONPatch\) but got list\(int\)/)
  await refusal(patch('[JSONPatch{operation: "add"}]'), /undefined field 'operation'/)
  await refusal(
    { patchType: 'JSONPatch' },
    /spec\.mutations\[0\]\.jsonPatch: Required value: must be specified when patchType is JSONPatch/,
  )
  await assert.rejects(put('p', {}), /spec\.mutations: Required value/)
})
