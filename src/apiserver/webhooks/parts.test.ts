import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { mutatingWebhookConfigurations } from '#api/admissionregistration/mutatingwebhookconfiguration/resource.ts'
import { validatingWebhookConfigurations } from '#api/admissionregistration/validatingwebhookconfiguration/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { isNotFound } from '#client/client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { type Said, startWebhookServer, type WebhookServer } from './testing/webhook-server.ts'

const scope = { namespace: 'default' }
const pod: any = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }] },
}
let server: TestServer
let hook: WebhookServer
let asked: any[] = []
/** Said of whatever is asked. */
let answer: object = {}

before(async () => {
  server = await startTestServer()
  hook = await startWebhookServer(async ({ url, body }): Promise<Said> => {
    const { request } = body as any
    asked.push({ ...request, by: url.split('?')[0] })
    const response = { uid: request.uid, allowed: true, ...answer }
    return { json: { apiVersion: body.apiVersion, kind: 'AdmissionReview', response } }
  })
})
after(async () => {
  await server.close()
  await hook.close()
})
beforeEach(async () => {
  const { client } = server
  for (const resource of [mutatingWebhookConfigurations, validatingWebhookConfigurations] as any[])
    for (const { metadata } of (await client.list(resource)).items) await client.delete(resource, metadata!.name!)
  asked = []
  answer = {}
})

const register = (of: 'Mutating' | 'Validating', operations: string[], ...resources: string[]) => {
  const webhook: any = {
    name: 'w.example.com',
    clientConfig: { url: `${hook.url}/${of}`, caBundle: hook.caBundle },
    rules: [{ operations, apiGroups: ['*'], apiVersions: ['*'], resources }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  const resource: any = of === 'Mutating' ? mutatingWebhookConfigurations : validatingWebhookConfigurations
  const kind = `${of}WebhookConfiguration`
  return server.client.create(resource, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'w' },
    webhooks: [webhook],
  } as any)
}
const denied = (work: Promise<unknown>) =>
  assert.rejects(work, /admission webhook "w\.example\.com" denied the request: not here/)
const patching = (...operations: object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})
const gvk = (kind: string, group = '', version = 'v1') => ({ group, version, kind })

/** What a request over HTTP is answered: status and message. */
const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; message: string }>((resolve, reject) => {
    const call = request({ socketPath: server.socketPath, method, path, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, message: JSON.parse(text).message }))
    })
    call.on('error', reject)
    call.end()
  })
const upgrading = { connection: 'Upgrade', upgrade: 'SPDY/3.1' }

test('who attaches to a pod, or opens what is proxied to it, is asked of before, with the options', async () => {
  await server.client.create(pods, pod, scope)
  await register('Validating', ['CONNECT'], 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy')
  answer = { allowed: false, status: { message: 'not here' } }
  const base = '/api/v1/namespaces/default/pods/p'
  const refusal = { status: 400, message: 'admission webhook "w.example.com" denied the request: not here' }
  assert.deepEqual(await ask('POST', `${base}/attach?container=c&stdin=true&stdout=true`, upgrading), refusal)
  assert.deepEqual(await ask('POST', `${base}/exec?command=ls&command=-l&stderr=1`, upgrading), refusal)
  assert.deepEqual(await ask('POST', `${base}/portforward?ports=80`, upgrading), refusal)
  assert.deepEqual(await ask('GET', `${base}/proxy/a/b/?x=y`), refusal)
  const objects = asked.map(({ object }) => object)
  assert.deepEqual(objects, [
    { kind: 'PodAttachOptions', apiVersion: 'v1', stdin: true, stdout: true, container: 'c' },
    { kind: 'PodExecOptions', apiVersion: 'v1', stderr: true, command: ['ls', '-l'] },
    { kind: 'PodPortForwardOptions', apiVersion: 'v1', ports: [80] },
    { kind: 'PodProxyOptions', apiVersion: 'v1', path: '/a/b/' },
  ])
  const { operation, kind, resource, subResource, name, namespace, oldObject, options, dryRun } = asked[0]
  assert.deepEqual(
    [operation, kind, resource, subResource, name, namespace, oldObject, options, dryRun],
    [
      ...['CONNECT', gvk('PodAttachOptions'), { group: '', version: 'v1', resource: 'pods' }, 'attach', 'p', 'default'],
      ...[null, null, false],
    ],
  )
  await server.client.delete(pods, 'p', { ...scope, gracePeriodSeconds: 0 })
})

test('a connection goes where a webhook has led it', async () => {
  await server.client.create(pods, { ...pod, spec: { ...pod.spec, nodeName: 'n' } }, scope)
  await register('Mutating', ['CONNECT'], 'pods/attach')
  answer = patching({ op: 'add', path: '/container', value: 'other' })
  assert.deepEqual(await ask('POST', '/api/v1/namespaces/default/pods/p/attach?stdin=true', upgrading), {
    status: 400,
    message: 'container other is not valid for pod p',
  })
  await server.client.delete(pods, 'p', { ...scope, gracePeriodSeconds: 0 })
})

test('an eviction, a binding and a token are asked of as what they are, and their effects are not asked of again', async () => {
  const { client } = server
  await client.create(pods, pod, scope)
  await register('Validating', ['*'], 'pods', 'pods/*', 'serviceaccounts', 'serviceaccounts/*')
  const bind = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'p' },
    target: { kind: 'Node', name: 'n' },
  } as any
  await client.create(pods, bind, { ...scope, subresource: 'binding' })
  const evict = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } } as any
  await client.create(pods, evict, { ...scope, subresource: 'eviction' })
  const token = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: 'default' },
    spec: {},
  }
  await client.create(serviceAccounts, token as any, { ...scope, subresource: 'token' })
  assert.deepEqual(
    asked.map(({ operation, kind, subResource, name, options }) => [operation, kind, subResource, name, options.kind]),
    [
      ['CREATE', gvk('Binding'), 'binding', 'p', 'CreateOptions'],
      ['CREATE', gvk('Eviction', 'policy'), 'eviction', 'p', 'CreateOptions'],
      ['CREATE', gvk('TokenRequest', 'authentication.k8s.io'), 'token', 'default', 'CreateOptions'],
    ],
  )
  answer = { allowed: false, status: { message: 'not here' } }
  await denied(client.create(pods, evict, { ...scope, subresource: 'eviction' }))
})

test('a scale is asked of as a Scale, and what is changed of it is what the object has then', async () => {
  const { client } = server
  const labels = { app: 'd' }
  const template = { metadata: { labels }, spec: pod.spec }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  await client.create(
    deployments,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec } as any,
    scope,
  )
  await register('Mutating', ['*'], 'deployments', 'deployments/scale')
  answer = patching({ op: 'replace', path: '/spec/replicas', value: 7 })
  const scaled: any = await client.patch(
    deployments,
    'd',
    'merge',
    { spec: { replicas: 3 } },
    { ...scope, subresource: 'scale' },
  )
  assert.equal(scaled.spec.replicas, 7)
  assert.equal((await client.get(deployments, 'd', scope)).spec?.replicas, 7)
  assert.equal(asked.length, 1)
  const [{ operation, kind, resource, subResource, object, oldObject }] = asked
  assert.deepEqual(
    [operation, kind, resource.resource, subResource],
    ['UPDATE', gvk('Scale', 'autoscaling'), 'deployments', 'scale'],
  )
  assert.deepEqual([object.kind, object.spec.replicas, oldObject.spec.replicas], ['Scale', 3, 1])
})

test('what is deleted with many others is named by its old state alone', async () => {
  const { client } = server
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }, scope)
  await register('Validating', ['DELETE'], 'configmaps')
  const gone = await ask('DELETE', '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Da')
  assert.equal(gone.status, 200)
  assert.deepEqual([asked[0].name, asked[0].oldObject.metadata.name], [undefined, 'a'])
  await assert.rejects(client.get(configMaps, 'a', scope), isNotFound)
})

test('a webhook that changes things sees a new object before it has an identity', async () => {
  await register('Mutating', ['CREATE'], 'configmaps')
  answer = patching({ op: 'add', path: '/metadata/labels', value: { a: 'b' } })
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'x-' } } as const
  const made = await server.client.create(configMaps, map, scope)
  const { name, uid, creationTimestamp } = asked[0].object.metadata
  assert.deepEqual([name, uid, creationTimestamp ?? null], [undefined, undefined, null])
  assert.ok(made.metadata?.uid && made.metadata.creationTimestamp && made.metadata.name)
  assert.deepEqual(made.metadata.labels, { a: 'b' })
})
