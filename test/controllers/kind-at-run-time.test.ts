import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { resource } from '#api/resource.ts'
import { AGE, column, NAME } from '#api/table/column.ts'
import { invalid } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { ApiError, type Client, type WatchEvent } from '#client/client.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import type { Controllers } from '#controllers/run.ts'
import { startControllers } from '#controllers/start.ts'
import { makeNode } from '#controllers/testing/cluster.ts'
import { declarations, field, int32, list, optional, required, string } from '#schema/schema.ts'
import { kubectlBinaries, kubectlOf } from '../e2e/kubectl-binaries.ts'

// A kind that nobody knew when the server started: everything that reads the catalogue sees it come, and go.
const { message, object } = declarations('com.example.stable.v1')

class Step extends message('Step', { name: required(1, string), command: field(2, string) }) {}
class CronTabSpec extends message('CronTabSpec', {
  schedule: required(1, string),
  replicas: optional(2, int32, { default: 1 }),
  selector: optional(3, LabelSelector),
  steps: list(4, Step, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}
class CronTabStatus extends message('CronTabStatus', { replicas: field(1, int32) }) {}
class CronTab extends object('stable.example.com/v1', 'CronTab', {
  metadata: field(1, ObjectMeta),
  spec: field(2, CronTabSpec),
  status: field(3, CronTabStatus),
}) {}
class CronTabList extends object('stable.example.com/v1', 'CronTabList', {
  metadata: field(1, ListMeta),
  items: list(2, CronTab, { always: true }),
}) {}

const cronTabs = resource('crontabs', CronTab, CronTabList, { shortNames: ['ct'], categories: ['all'] })
const cronTab = kind({
  resource: cronTabs,
  subresources: { scale, status },
  validate: {
    create: ({ metadata, spec }) => [
      ...validateMetadata(metadata, true, dnsSubdomain),
      ...(spec?.schedule === 'never' ? [invalid('spec.schedule', spec.schedule, 'must come some day')] : []),
    ],
  },
  generation: ({ spec }) => spec,
  columns: [NAME, column('Schedule', 'When it runs.', ({ spec }: CronTab) => spec?.schedule ?? ''), AGE],
  descriptions: async () => ({
    descriptions: { CronTabSpec: { about: 'What runs.', fields: { schedule: 'When it runs, in five fields.' } } },
  }),
  fields: { 'spec.schedule': ({ spec }) => spec?.schedule },
})

const DEFAULT = { namespace: 'default' }
const PATH = '/apis/stable.example.com/v1'
const tab = (name: string, schedule = '* * * * *', metadata: object = {}): CronTab => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name, labels: { schedule: schedule === '* * * * *' ? 'often' : 'rarely' }, ...metadata },
  spec: { schedule, steps: [{ name: 'one', command: 'true' }] },
})

let server: TestServer
let client: Client
let controllers: Controllers
let kubeconfig: string
const kubectl = kubectlOf(kubectlBinaries().at(-1)!, () => kubeconfig, 'default')
const stopped = new AbortController()

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.fail(`not within 10 s: ${what}`)
}
const codeOf = async (work: Promise<unknown>): Promise<number | undefined> => {
  try {
    await work
    return undefined
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.status.code
  }
}
const raw = async (path: string): Promise<any> => JSON.parse(await kubectl('get', '--raw', path))
const isGone = (name: string) => async () => (await codeOf(client.get(cronTabs, name, DEFAULT))) === 404

before(async () => {
  server = await startTestServer()
  client = createUnixClient(server.socketPath)
  controllers = startControllers({
    client: server.client,
    catalogue: server.catalogue,
    clock: systemClock,
    random: Math.random,
    signal: stopped.signal,
    rootCa: 'CA',
    loadBalancer: 'none',
    log: () => undefined,
  })
  await controllers.ready
  await client.create(nodes, makeNode('node-1'))
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo
  kubeconfig = join(server.folder, 'kubeconfig')
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const { ca, admin } = server.pki
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'tls-server-name': '10.96.0.1',
          'certificate-authority-data': base64(ca.certificate),
        },
      },
    ],
    users: [
      {
        name: 'test',
        user: {
          'client-certificate-data': base64(admin.certificate),
          'client-key-data': base64(admin.key),
        },
      },
    ],
  }
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
})
after(async () => {
  stopped.abort()
  controllers.stop()
  client.close()
  await server.close()
})

test('before it is added, a kind is in no document and at no path', async () => {
  assert.equal(await codeOf(client.list(cronTabs, DEFAULT)), 404)
  assert.doesNotMatch(await kubectl('api-resources'), /crontabs/)
  assert.doesNotMatch(JSON.stringify(await raw('/openapi/v2')), /CronTab/)
  assert.doesNotMatch(JSON.stringify(await raw('/openapi/v3')), /stable/)
})

test('a kind that is added is discovered: aggregated, by group and version, and among the root paths', async () => {
  server.catalogue.add(cronTab)
  const { resources } = await raw(PATH)
  assert.deepEqual(
    resources.map(({ name, kind: of, verbs }: any) => [name, of, verbs.length]),
    [
      ['crontabs', 'CronTab', 8],
      ['crontabs/scale', 'Scale', 3],
      ['crontabs/status', 'CronTab', 3],
    ],
  )
  assert.ok((await raw('/apis')).groups.some(({ name }: any) => name === 'stable.example.com'))
  assert.ok((await raw('/')).paths.includes(PATH))
  assert.match(await kubectl('api-resources', '--cached=false'), /crontabs +ct +stable.example.com\/v1 +true +CronTab/)
})

test('its messages are in OpenAPI v2 and v3, so that kubectl explains it', async () => {
  const { definitions, paths } = await raw('/openapi/v2')
  assert.equal(
    definitions['com.example.stable.v1.CronTabSpec'].properties.steps['x-kubernetes-patch-merge-key'],
    'name',
  )
  assert.ok(paths[`${PATH}/namespaces/{namespace}/crontabs/{name}/scale`].put)
  const index = await raw('/openapi/v3')
  const document = await raw(index.paths[PATH.slice(1)].serverRelativeURL)
  assert.deepEqual(document.components.schemas['com.example.stable.v1.CronTab']['x-kubernetes-group-version-kind'], [
    { group: 'stable.example.com', kind: 'CronTab', version: 'v1' },
  ])
  assert.match(await kubectl('explain', 'ct.spec'), /schedule\s+<string>[^<]*When it runs, in five fields/)
})

test('its objects are created, checked, defaulted, read, listed, selected and patched', async () => {
  const made = await client.create(cronTabs, tab('often'), DEFAULT)
  assert.deepEqual([made.spec?.replicas, made.metadata?.generation], [1, 1])
  await client.create(cronTabs, tab('rarely', '0 0 1 1 *'), DEFAULT)
  assert.equal(await codeOf(client.create(cronTabs, tab('wrong', 'never'), DEFAULT)), 422)
  const names = async (options: object): Promise<readonly string[]> =>
    (await client.list(cronTabs, { ...DEFAULT, ...options })).items.map(({ metadata }) => metadata!.name!)
  assert.deepEqual(await names({}), ['often', 'rarely'])
  assert.deepEqual(await names({ labelSelector: 'schedule=rarely' }), ['rarely'])
  assert.deepEqual(await names({ fieldSelector: 'spec.schedule=0 0 1 1 *' }), ['rarely'])
  assert.equal(await codeOf(client.list(cronTabs, { fieldSelector: 'spec.replicas=1' })), 400)
  const patch = (type: 'strategic' | 'merge', spec: object) =>
    client
      .patch(cronTabs, 'often', type, { spec }, DEFAULT)
      .then(({ spec: now }) => now?.steps?.map(({ name }) => name))
  // What a patch adds comes first, as Kubernetes merges.
  assert.deepEqual(await patch('strategic', { steps: [{ name: 'two' }] }), ['two', 'one'])
  assert.deepEqual(await patch('merge', { steps: [{ name: 'three' }] }), ['three'])
})

test('its status and its scale are parts of their own', async () => {
  const object = await client.get(cronTabs, 'often', DEFAULT)
  const plain = await client.update(cronTabs, { ...object, status: { replicas: 7 } }, DEFAULT)
  assert.equal(plain.status?.replicas, undefined)
  const told = await client.update(
    cronTabs,
    { ...plain, spec: { schedule: 'other' }, status: { replicas: 7 } },
    { ...DEFAULT, subresource: 'status' },
  )
  assert.deepEqual([told.status?.replicas, told.spec?.schedule], [7, '* * * * *'])
  await kubectl('scale', 'ct', 'often', '--replicas=3')
  const scaled = await client.get(cronTabs, 'often', DEFAULT)
  assert.deepEqual([scaled.spec?.replicas, scaled.metadata?.generation], [3, told.metadata!.generation! + 1])
})

test('kubectl prints its columns, applies it and names it by its short name', async () => {
  assert.match(await kubectl('get', 'ct'), /^NAME +SCHEDULE +AGE\noften +\* \* \* \* \* /)
  const manifest = (schedule: string): string => JSON.stringify(tab('applied', schedule))
  assert.match(await kubectl.apply(manifest('1 * * * *')), /crontab.stable.example.com\/applied created/)
  assert.match(await kubectl.apply(manifest('2 * * * *')), /configured/)
  assert.match(await kubectl('get', 'all'), /crontab.stable.example.com\/applied/)
  const misspelt = await kubectl.with(
    manifest('1 * * * *').replace('"spec":{"schedule"', '"spec":{"shedule"'),
    'apply',
    '-f',
    '-',
  )
  assert.match(misspelt.stderr, /unknown field "spec.shedule"/)
})

test('what it owns goes with it, what owns it takes it along, and a namespace is emptied of it', async () => {
  const owner = await client.create(cronTabs, tab('owner'), DEFAULT)
  const reference = (of: { apiVersion: string; kind: string; metadata?: ObjectMeta }) => [
    { apiVersion: of.apiVersion, kind: of.kind, name: of.metadata!.name!, uid: of.metadata!.uid! },
  ]
  const map = (name: string, owners?: object): any => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(owners ? { ownerReferences: owners } : {}) },
  })
  await client.create(configMaps, map('owned', reference(owner)), DEFAULT)
  await client.delete(cronTabs, 'owner', DEFAULT)
  await until('the owned ConfigMap goes', async () => (await codeOf(client.get(configMaps, 'owned', DEFAULT))) === 404)
  const above = await client.create(configMaps, map('above'), DEFAULT)
  await client.create(cronTabs, tab('below', '* * * * *', { ownerReferences: reference(above) }), DEFAULT)
  await client.delete(configMaps, 'above', DEFAULT)
  await until('the owned CronTab goes', isGone('below'))

  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'short' } })
  const short = { namespace: 'short' }
  await client.create(cronTabs, tab('inside'), short)
  await client.delete(namespaces, 'short')
  await until('the namespace goes', async () => (await codeOf(client.get(namespaces, 'short'))) === 404)
  assert.equal(await codeOf(client.get(cronTabs, 'inside', short)), 404)
})

test('a kind that is removed takes its objects with it, ends its watches, and leaves every document', async () => {
  const owner = await client.get(cronTabs, 'often', DEFAULT)
  const { apiVersion, kind: of, metadata } = owner
  const ownerReferences = [{ apiVersion, kind: of, name: metadata!.name!, uid: metadata!.uid! }]
  await client.create(
    configMaps,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'left', ownerReferences } },
    DEFAULT,
  )
  const { items, resourceVersion } = await client.list(cronTabs)
  assert.equal(items.length, 3)
  const events: WatchEvent<CronTab>[] = []
  const watch = client.watch(cronTabs, { resourceVersion }, (event) => events.push(event))
  const inProcess = server.client.watch(cronTabs, { resourceVersion }, () => undefined)
  // Both are open when the kind goes.
  await client.update(cronTabs, { ...owner, metadata: { ...metadata, labels: { seen: 'yes' } } }, DEFAULT)
  await until('the watch is open', () => events.length > 0)

  server.catalogue.remove(cronTabs)
  await Promise.all([watch.done, inProcess.done])
  assert.deepEqual(
    events.map((event) => [event.type, event.type === 'BOOKMARK' ? '' : event.object.metadata?.name]),
    [
      ['MODIFIED', 'often'],
      ['DELETED', 'applied'],
      ['DELETED', 'often'],
      ['DELETED', 'rarely'],
    ],
  )
  assert.equal(await codeOf(client.get(cronTabs, 'often', DEFAULT)), 404)
  assert.equal(await codeOf(client.create(cronTabs, tab('late'), DEFAULT)), 404)
  assert.equal(await codeOf(server.client.create(cronTabs, tab('late'), DEFAULT)), 404)
  await until('what it owned goes', async () => (await codeOf(client.get(configMaps, 'left', DEFAULT))) === 404)
  assert.doesNotMatch(await kubectl('api-resources', '--cached=false'), /crontabs/)
  assert.doesNotMatch(JSON.stringify(await raw('/openapi/v2')), /CronTab/)
  assert.doesNotMatch(JSON.stringify(await raw('/openapi/v3')), /stable/)
  assert.match((await kubectl.try('get', 'ct')).stderr, /the server doesn't have a resource type "ct"/)
})

test('the same kind may come back, and begins empty: a watch from before is told to list again', async () => {
  const { resourceVersion } = await client.list(configMaps)
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later' } }, DEFAULT)
  server.catalogue.add(cronTab)
  assert.deepEqual((await client.list(cronTabs)).items, [])
  const watch = client.watch(cronTabs, { resourceVersion }, () => undefined)
  assert.equal(await codeOf(watch.done), 410)
  server.catalogue.remove(cronTabs)
})

test('a path or a name that is taken cannot be added a second time', () => {
  server.catalogue.add(cronTab)
  assert.throws(() => server.catalogue.add(cronTab), /stable.example.com\/v1 CronTab cannot be served/)
  assert.throws(
    () => server.catalogue.add(kind({ resource: resource('others', CronTab, CronTabList) })),
    /stable.example.com\/crontabs is stable.example.com\/v1 CronTab/,
  )
  server.catalogue.remove(cronTabs)
  assert.throws(() => server.catalogue.remove(cronTabs), /stable.example.com\/crontabs is not served/)
})
