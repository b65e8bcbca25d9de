import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  makeInformer,
} from '@kubernetes/client-node'
import { startWebhookServer, type WebhookServer } from '#apiserver/webhooks/testing/webhook-server.ts'
import { type Served, serve, until } from './served.ts'

/* An operator as people write them: a definition, a controller with finalizers, and webhooks. */

const group = 'example.com'
const version = 'v1'
const plural = 'shelves'
const namespace = 'default'
const FINALIZER = 'example.com/clean-up'
const crd = {
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, singular: 'shelf', kind: 'Shelf', shortNames: ['sh'] },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: { size: { type: 'integer', minimum: 0 }, colour: { type: 'string', _default: 'white' } },
              },
              status: { type: 'object', properties: { books: { type: 'integer' }, ready: { type: 'boolean' } } },
            },
          },
        },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
}

interface Shelf {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly labels?: Readonly<Record<string, string>>
    readonly finalizers?: readonly string[]
    readonly deletionTimestamp?: string
  }
  readonly spec: { readonly size: number; readonly colour: string }
  readonly status?: { readonly books: number; readonly ready: boolean }
}

let served: Served
let webhooks: WebhookServer
const config = new KubeConfig()
before(async () => {
  served = await serve({ controlled: true })
  config.loadFromFile(served.kubeconfig)
  webhooks = await startWebhookServer(({ url, body }) => {
    const { uid, object } = body.request as { uid: string; object: Shelf }
    const verdict = url.startsWith('/mutate')
      ? {
          allowed: true,
          patchType: 'JSONPatch',
          patch: Buffer.from(
            JSON.stringify([
              { op: 'add', path: '/metadata/labels', value: { ...object.metadata.labels, seen: 'yes' } },
            ]),
          ).toString('base64'),
        }
      : object.spec.size <= 10
        ? { allowed: true, warnings: object.spec.size === 10 ? ['that is as large as it gets'] : [] }
        : { allowed: false, status: { code: 403, message: 'no shelf has more than ten places' } }
    return { json: { apiVersion: body.apiVersion, kind: body.kind, response: { uid, ...verdict } } }
  })
})
after(async () => {
  await served.close()
  await webhooks.close()
})

test('an operator with a definition, finalizers, owned objects, status and webhooks does its work', async (t) => {
  const core = config.makeApiClient(CoreV1Api)
  const custom = config.makeApiClient(CustomObjectsApi)
  const definitions = config.makeApiClient(ApiextensionsV1Api)
  const shelves = { group, version, namespace, plural }
  await definitions.createCustomResourceDefinition({ body: crd })
  await until('it is established', async () => {
    const { status } = await definitions.readCustomResourceDefinition({ name: crd.metadata.name })
    return status?.conditions?.some(
      (one: { type: string; status: string }) => one.type === 'Established' && one.status === 'True',
    )
  })

  const admission = config.makeApiClient(AdmissionregistrationV1Api)
  const hook = (name: string, path: string) => ({
    name,
    clientConfig: { url: `${webhooks.url}${path}`, caBundle: webhooks.caBundle },
    rules: [{ apiGroups: [group], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [plural] }],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    timeoutSeconds: 5,
  })
  const metadata = { name: 'shelves' }
  await admission.createMutatingWebhookConfiguration({
    body: { metadata, webhooks: [hook('mutate.example.com', '/mutate')] },
  })
  await admission.createValidatingWebhookConfiguration({
    body: { metadata, webhooks: [hook('validate.example.com', '/validate')] },
  })

  /** What the operator does with one shelf, again and again until it is as it should be. */
  const faults: unknown[] = []
  const reconcile = async (shelf: Shelf): Promise<void> => {
    const { name, uid, finalizers = [], deletionTimestamp } = shelf.metadata
    const one = { ...shelves, name }
    const labelSelector = `shelf=${name}`
    const held = await core.listNamespacedConfigMap({ namespace, labelSelector })
    if (deletionTimestamp) {
      if (!finalizers.includes(FINALIZER)) return
      await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: `${labelSelector},kept!=no` })
      const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER)
      await custom.replaceNamespacedCustomObject({
        ...one,
        body: { ...shelf, metadata: { ...shelf.metadata, finalizers: rest } },
      })
      return
    }
    if (!finalizers.includes(FINALIZER)) {
      const body = { ...shelf, metadata: { ...shelf.metadata, finalizers: [...finalizers, FINALIZER] } }
      await custom.replaceNamespacedCustomObject({ ...one, body })
      return
    }
    for (let book = held.items.length; book < shelf.spec.size; book++)
      await core.createNamespacedConfigMap({
        namespace,
        body: {
          metadata: {
            generateName: `${name}-`,
            // One of them goes with its owner, and the rest by the operator's hand.
            labels: { shelf: name, kept: book === 0 ? 'no' : 'yes' },
            ownerReferences: [{ apiVersion: shelf.apiVersion, kind: shelf.kind, name, uid, controller: true }],
          },
        },
      })
    if (shelf.status?.books === shelf.spec.size) return
    const status = { books: shelf.spec.size, ready: true }
    await custom.replaceNamespacedCustomObjectStatus({ ...one, body: { ...shelf, status } })
  }
  let queue = Promise.resolve()
  const enqueue = (shelf: Shelf): void => {
    queue = queue
      .then(() => reconcile(shelf))
      .catch((error: { code?: number }) => {
        // It is told again of what has changed meanwhile.
        if (error.code !== 409 && error.code !== 404) faults.push(error)
      })
  }
  const informer = makeInformer(config, `/apis/${group}/${version}/namespaces/${namespace}/${plural}`, () =>
    custom.listNamespacedCustomObject(shelves),
  )
  informer.on('add', enqueue)
  informer.on('update', enqueue)
  t.after(() => informer.stop())
  await informer.start()

  const make = (name: string, spec: object) =>
    custom.createNamespacedCustomObject({
      ...shelves,
      body: { apiVersion: `${group}/${version}`, kind: 'Shelf', metadata: { name }, spec },
    })
  const made: Shelf = await make('one', { size: 3, lost: 'pruned' })
  assert.deepEqual(made.spec, { size: 3, colour: 'white' }, 'completed, and what no schema knows is gone')
  assert.equal(made.metadata.labels?.seen, 'yes', 'the webhook has changed it')
  await assert.rejects(make('large', { size: 11 }), (error: { code: number; body: string }) => {
    assert.equal(error.code, 403)
    assert.match(
      error.body,
      /admission webhook \\"validate\.example\.com\\" denied the request: no shelf has more than ten places/,
    )
    return true
  })
  await assert.rejects(make('small', { size: -1 }), { code: 422 })
  const books = async (): Promise<number> =>
    (await core.listNamespacedConfigMap({ namespace, labelSelector: 'shelf=one' })).items.length
  const shelf = (): Promise<Shelf> => custom.getNamespacedCustomObject({ ...shelves, name: 'one' })
  await until(
    'it has its books, and says so',
    async () => (await shelf()).status?.ready === true && (await books()) === 3,
  )
  const before = await shelf()
  await custom.replaceNamespacedCustomObject({
    ...shelves,
    name: 'one',
    body: { ...before, spec: { ...before.spec, size: 5 } },
  })
  await until('it has more', async () => (await shelf()).status?.books === 5 && (await books()) === 5)

  await custom.deleteNamespacedCustomObject({ ...shelves, name: 'one' })
  await until('it is gone, when the operator has let it go', async () => {
    const gone = await shelf().then(
      () => false,
      ({ code }: { code: number }) => code === 404,
    )
    return gone && (await books()) === 0
  })
  assert.deepEqual(faults, [])
  await informer.stop()
  await definitions.deleteCustomResourceDefinition({ name: crd.metadata.name })
  await until('its kind is gone', () =>
    make('late', { size: 1 }).then(
      () => false,
      ({ code }: { code: number }) => code === 404,
    ),
  )
})
