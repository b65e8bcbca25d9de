import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node'
import { memoryJournal } from '#apiserver/storage/memory-journal.ts'
import { type Served, serve, until } from './served.ts'

/* The official JavaScript client, as its users write with it. */

let served: Served
const config = new KubeConfig()
before(async () => {
  served = await serve({ journal: memoryJournal(1000) })
  config.loadFromFile(served.kubeconfig)
})
after(() => served.close())

const namespace = 'default'
const mapOf = (name: string, value: string) => ({ metadata: { name, labels: { by: 'informer' } }, data: { value } })

test('the JavaScript client makes, reads, lists, patches, replaces and deletes, and tells errors by their code', async () => {
  const core = config.makeApiClient(CoreV1Api)
  const made = await core.createNamespacedService({
    namespace,
    body: { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } },
  })
  assert.ok(made.metadata.creationTimestamp instanceof Date)
  assert.match(made.spec.clusterIP, /^10\.96\./)
  const read = await core.readNamespacedService({ namespace, name: 'web' })
  assert.deepEqual(read, made)
  const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch)
  const more = {
    spec: {
      ports: [
        { name: 'first', port: 80 },
        { name: 'second', port: 81 },
      ],
    },
  }
  const patched = await core.patchNamespacedService({ namespace, name: 'web', body: more }, strategic)
  assert.deepEqual(
    patched.spec.ports.map(({ port, targetPort }: { port: number; targetPort: unknown }) => [port, targetPort]),
    [
      [80, 'http'],
      [81, 81],
    ],
  )
  const jsonPatch = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch)
  const moved = [{ op: 'replace', path: '/spec/ports/1/port', value: 82 }]
  assert.equal(
    (await core.patchNamespacedService({ namespace, name: 'web', body: moved }, jsonPatch)).spec.ports[1].port,
    82,
  )
  await assert.rejects(core.replaceNamespacedService({ namespace, name: 'web', body: made }), { code: 409 })
  await assert.rejects(
    core.readNamespacedPod({ namespace, name: 'nobody' }),
    (error: { code: number; body: string }) => {
      assert.equal(error.code, 404)
      assert.match(error.body, /pods \\?"nobody\\?" not found/)
      return true
    },
  )
  await assert.rejects(
    core.createNamespacedService({ namespace, body: { metadata: { name: 'None' }, spec: { ports: [] } } }),
    { code: 422 },
  )

  for (let index = 0; index < 5; index++)
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: `page-${index}`, labels: { page: 'yes' } } },
    })
  const names: string[] = []
  let _continue: string | undefined
  do {
    const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'page=yes', limit: 2, _continue })
    names.push(...page.items.map((item: { metadata: { name: string } }) => item.metadata.name))
    _continue = page.metadata._continue
  } while (_continue)
  assert.deepEqual(names, ['page-0', 'page-1', 'page-2', 'page-3', 'page-4'])
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'kept' } } })
  const gone = await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'page=yes' })
  assert.equal(gone.kind, 'ConfigMapList')

  const apps = config.makeApiClient(AppsV1Api)
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'fairlead/echo' }] } }
  const spec = { replicas: 2, selector: { matchLabels: { app: 'a' } }, template }
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'a' }, spec } })
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'a' })
  assert.equal(
    (await apps.replaceNamespacedDeploymentScale({ namespace, name: 'a', body: { ...scale, spec: { replicas: 3 } } }))
      .spec.replicas,
    3,
  )
  assert.equal((await apps.readNamespacedDeployment({ namespace, name: 'a' })).spec.replicas, 3)
  assert.equal((await core.deleteNamespacedConfigMap({ namespace, name: 'kept' })).status, 'Success')
})

test('the JavaScript client applies whatever it is given, on the server’s side too', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config)
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }
  const applied = await objects.patch(role, undefined, undefined, 'me', true, PatchStrategy.ServerSideApply)
  assert.equal(applied.metadata.managedFields[0].operation, 'Apply')
  assert.deepEqual((await objects.read(role)).rules[0].verbs, ['get'])
  await objects.delete(role)
  await assert.rejects(objects.read(role), { code: 404 })
})

test('an informer of the JavaScript client has what is there, then what changes, and goes on where a watch ends', async (t) => {
  const core = config.makeApiClient(CoreV1Api)
  const path = `/api/v1/namespaces/${namespace}/configmaps`
  await core.createNamespacedConfigMap({ namespace, body: mapOf('before', '1') })
  const labelSelector = 'by=informer'
  const informer = makeInformer(
    config,
    path,
    () => core.listNamespacedConfigMap({ namespace, labelSelector }),
    labelSelector,
  )
  const told: string[] = []
  for (const verb of ['add', 'update', 'delete'] as const)
    informer.on(verb, ({ metadata, data }: { metadata: { name: string }; data: { value: string } }) =>
      told.push(`${verb} ${metadata.name} ${data.value}`),
    )
  let connected = 0
  informer.on('connect', () => connected++)
  informer.on('error', (error: unknown) => told.push(`error ${error}`))
  t.after(() => informer.stop())
  await informer.start()
  assert.deepEqual(told, ['add before 1'])
  await core.createNamespacedConfigMap({ namespace, body: mapOf('one', '1') })
  await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: mapOf('one', '2') })
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'other' } } })
  await core.deleteNamespacedConfigMap({ namespace, name: 'before' })
  await until('it is told', () => told.length >= 4)
  assert.deepEqual(told, ['add before 1', 'add one 1', 'update one 2', 'delete before 1'])
  assert.equal(informer.get('one', namespace).data.value, '2')
  assert.equal(informer.list(namespace).length, 1)
  const leaving = mapOf('one', '3')
  leaving.metadata.labels.by = 'nobody'
  await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: leaving })
  await until('it has left', () => told.length >= 5)
  assert.equal(told.at(-1), 'delete one 2', 'what leaves a selector is gone, as it was in it')
  assert.equal(connected, 1)
})

test('a watch of the JavaScript client from a revision that is forgotten is told 410', async () => {
  const events: [string, { code?: number }][] = []
  let ended = false
  const { promise, resolve } = Promise.withResolvers<void>()
  const watch = new Watch(config)
  const controller = await watch.watch(
    '/api/v1/configmaps',
    { resourceVersion: '1', timeoutSeconds: 5, allowWatchBookmarks: true },
    (phase: string, object: { code?: number }) => events.push([phase, object]),
    () => {
      ended = true
      resolve()
    },
  )
  await promise
  controller.abort()
  assert.ok(ended)
  assert.deepEqual(
    events.map(([phase, { code }]) => [phase, code]),
    [['ERROR', 410]],
  )
})
