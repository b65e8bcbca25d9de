import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { mutatingWebhookConfigurations } from '#api/admissionregistration/mutatingwebhookconfiguration/resource.ts'
import { validatingWebhookConfigurations } from '#api/admissionregistration/validatingwebhookconfiguration/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError } from '#client/client.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { type Said, startWebhookServer, type WebhookServer } from './testing/webhook-server.ts'

type Review = any
const scope = { namespace: 'default' }
let server: TestServer
let hook: WebhookServer
/** What the webhook at a path says of a request. */
let answers: Record<string, (request: Review) => object | undefined | Promise<object | undefined>> = {}
let asked: { readonly path: string; readonly request: Review }[] = []
const warned: string[] = []

before(async () => {
  server = await startTestServer({ onError: (error) => warned.push(String(error)) })
  hook = await startWebhookServer(async ({ url, body }): Promise<Said | undefined> => {
    const path = url.split('?')[0]!
    const { request } = body as Review
    asked.push({ path, request })
    const said = await answers[path]?.(request)
    if (said === undefined) return undefined
    const response = { uid: request.uid, allowed: true, ...said }
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
  for (const { metadata } of (await client.list(configMaps, scope)).items)
    await client.delete(configMaps, metadata!.name!, scope)
  answers = {}
  asked = []
})

const webhook = (path: string, more: object = {}): any => ({
  name: `${path.slice(1)}.example.com`,
  clientConfig: { url: `${hook.url}${path}`, caBundle: hook.caBundle },
  rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
})
const configuration = (kind: string, name: string, webhooks: object[]): any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  webhooks,
})
const mutating = (name: string, ...webhooks: object[]) =>
  server.client.create(mutatingWebhookConfigurations, configuration('MutatingWebhookConfiguration', name, webhooks))
const validating = (name: string, ...webhooks: object[]) =>
  server.client.create(validatingWebhookConfigurations, configuration('ValidatingWebhookConfiguration', name, webhooks))
const patching = (...operations: object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})
const label = (name: string, value: string) => patching({ op: 'add', path: `/data/${name}`, value })
const make = (name: string, data: Record<string, string> = { a: 'b' }, more: object = {}) =>
  server.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more }, data }, scope)
const patch = (name: string, data: object) => server.client.patch(configMaps, name, 'merge', { data }, scope)
const refused = (work: Promise<unknown>, code: number, message: string | RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    assert.equal(error.status.code, code)
    return true
  })
const paths = () => asked.map(({ path }) => path)

test('a webhook changes what is created and updated, and who asked has what it has become', async () => {
  await mutating('m', webhook('/mutate'))
  answers['/mutate'] = ({ operation }) => label('by', operation)
  assert.deepEqual((await make('a')).data, { a: 'b', by: 'CREATE' })
  assert.deepEqual((await patch('a', { a: 'c' })).data, { a: 'c', by: 'UPDATE' })
  assert.deepEqual((await server.client.get(configMaps, 'a', scope)).data, { a: 'c', by: 'UPDATE' })
})

test('a webhook is told who asks for what, of the object as it is and was', async () => {
  await validating('v', webhook('/check'))
  answers['/check'] = () => ({})
  await make('a')
  const old = await server.client.get(configMaps, 'a', scope)
  await patch('a', { a: 'c' })
  await server.client.delete(configMaps, 'a', { ...scope, gracePeriodSeconds: 0 })
  const [create, update, remove] = asked.map(({ request }) => request)
  const { uid, object, ...rest } = create
  assert.match(uid, /^[0-9a-f-]{36}$/)
  const gvk = { group: '', version: 'v1', kind: 'ConfigMap' }
  const gvr = { group: '', version: 'v1', resource: 'configmaps' }
  assert.deepEqual(rest, {
    kind: gvk,
    resource: gvr,
    requestKind: gvk,
    requestResource: gvr,
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  })
  assert.deepEqual([object.kind, object.apiVersion, object.data], ['ConfigMap', 'v1', { a: 'b' }])
  assert.equal(object.metadata.uid, old.metadata?.uid)
  assert.deepEqual([update.operation, update.object.data, update.oldObject.data], ['UPDATE', { a: 'c' }, { a: 'b' }])
  assert.equal(update.oldObject.metadata.resourceVersion, old.metadata?.resourceVersion)
  assert.equal(update.options.kind, 'UpdateOptions')
  assert.deepEqual([remove.operation, remove.object, remove.oldObject.data], ['DELETE', null, { a: 'c' }])
  assert.deepEqual(remove.options, { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', gracePeriodSeconds: 0 })
})

test('a webhook refuses, with its own words and code, and nothing has happened', async () => {
  await validating('v', webhook('/check'))
  answers['/check'] = ({ operation }) =>
    operation === 'DELETE' ? { allowed: false } : { allowed: false, status: { code: 418, message: 'no tea' } }
  const name = 'admission webhook "check.example.com" denied the request'
  await refused(make('a'), 418, `${name}: no tea`)
  await refused(server.client.get(configMaps, 'a', scope), 404, /not found/)
  answers['/check'] = () => ({})
  await make('a')
  answers['/check'] = () => ({ allowed: false })
  await refused(server.client.delete(configMaps, 'a', scope), 400, `${name} without explanation`)
  await refused(patch('a', { a: 'c' }), 400, `${name} without explanation`)
  assert.deepEqual((await server.client.get(configMaps, 'a', scope)).data, { a: 'b' })
})

test('who does not answer refuses or is passed over, by its failure policy', async () => {
  const nowhere = { clientConfig: { url: 'https://127.0.0.1:1/x' } }
  await validating('v', webhook('/gone', nowhere))
  await refused(
    make('a'),
    500,
    'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
  )
  await server.client.delete(validatingWebhookConfigurations, 'v')
  await validating('v', webhook('/gone', { ...nowhere, failurePolicy: 'Ignore' }))
  await mutating('m', webhook('/gone', { ...nowhere, failurePolicy: 'Ignore' }))
  await make('a')
})

test('who takes longer than it has is not waited for', async () => {
  await validating('v', webhook('/slow', { timeoutSeconds: 1 }))
  answers['/slow'] = () => undefined
  const begin = performance.now()
  await refused(
    make('a'),
    500,
    /failed calling webhook "slow\.example\.com": failed to call webhook: Post .*context deadline exceeded/,
  )
  assert.ok(performance.now() - begin < 5000)
})

test('nobody is asked of other operations, kinds, namespaces, objects, nor of who is asked', async () => {
  const rule = { operations: ['UPDATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }
  await validating(
    'v',
    webhook('/update', { rules: [rule] }),
    webhook('/labelled', { objectSelector: { matchLabels: { a: 'b' } } }),
    webhook('/elsewhere', { namespaceSelector: { matchLabels: { team: 'x' } } }),
    webhook('/cluster', { rules: [{ ...rule, operations: ['*'], scope: 'Cluster' }] }),
  )
  for (const path of ['/update', '/labelled', '/elsewhere', '/cluster']) answers[path] = () => ({})
  await make('a')
  assert.deepEqual(paths(), [])
  await make('b', {}, { labels: { a: 'b' } })
  assert.deepEqual(paths(), ['/labelled'])
  await patch('a', { a: 'c' })
  assert.deepEqual(paths(), ['/labelled', '/update'])
  await server.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'x', labels: { team: 'x' } },
  })
  assert.deepEqual(paths().slice(2), ['/cluster'])
  asked = []
  await server.client.create(
    configMaps,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
    { namespace: 'x' },
  )
  assert.deepEqual(paths(), ['/elsewhere'])
  asked = []
  const configuration = await server.client.get(validatingWebhookConfigurations, 'v')
  await server.client.update(validatingWebhookConfigurations, { ...configuration, webhooks: [] })
  assert.deepEqual(paths(), [])
})

test('a question that is asked and not kept is told as what is created', async () => {
  const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }]
  answers['/all'] = () => ({})
  await validating('v', webhook('/all', { rules }))
  const spec = { nonResourceAttributes: { path: '/', verb: 'get' } }
  const group = 'authorization.k8s.io'
  const one = { apiVersion: `${group}/v1`, kind: 'SelfSubjectAccessReview', spec }
  const path = `/apis/${group}/v1/selfsubjectaccessreviews`
  const { status, body } = await ask(server.socketPath, `POST ${path}`, one)
  assert.deepEqual([status, body.status.allowed], [201, true])
  const [{ request: told }] = asked as any
  assert.deepEqual(
    [told.operation, told.kind.kind, told.resource.resource, told.object.spec, told.options.kind],
    ['CREATE', one.kind, 'selfsubjectaccessreviews', spec, 'CreateOptions'],
  )
  answers['/all'] = () => ({ allowed: false })
  assert.equal((await ask(server.socketPath, `POST ${path}`, one)).status, 400)
  assert.equal((await ask(server.socketPath, `POST ${path}?dryRun=All`, one)).status, 400)
})

test('a webhook is asked of what its conditions hold for, and who cannot tell is refused', async () => {
  const conditions = (...expressions: string[]) => ({
    matchConditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
  })
  await mutating(
    'm',
    webhook('/mutate', conditions("object.metadata.name != 'skip-me'", "request.operation == 'CREATE'")),
  )
  answers['/mutate'] = () => label('by', 'me')
  assert.deepEqual((await make('a')).data, { a: 'b', by: 'me' })
  assert.deepEqual((await make('skip-me')).data, { a: 'b' })
  await validating('v', webhook('/check', conditions("object.data.none == 'x'")))
  answers['/check'] = () => ({})
  await refused(
    make('b'),
    403,
    `configmaps "b" is forbidden: expression 'object.data.none == 'x'' resulted in error: no such key: none`,
  )
  await server.client.patch(validatingWebhookConfigurations, 'v', 'json', [
    { op: 'add', path: '/webhooks/0/failurePolicy', value: 'Ignore' },
  ])
  await make('b')
  assert.ok(!paths().includes('/check'))
})

test('webhooks are asked by the names of their configurations, each sees what those before it have made', async () => {
  await mutating('b', webhook('/third'))
  await mutating('a', webhook('/first'), webhook('/second'))
  answers['/first'] = () => label('n', '1')
  answers['/second'] = ({ object }) => label('n', `${object.data.n}2`)
  answers['/third'] = ({ object }) => label('n', `${object.data.n}3`)
  assert.equal((await make('a')).data?.n, '123')
  assert.deepEqual(paths(), ['/first', '/second', '/third'])
})

test('one that wants to be asked again is, once, where somebody after it has changed something', async () => {
  await mutating('a', webhook('/early', { reinvocationPolicy: 'IfNeeded' }), webhook('/late'))
  answers['/early'] = ({ object }) => label('early', `${object.data.late ?? ''}!`)
  answers['/late'] = () => label('late', 'x')
  assert.deepEqual((await make('a')).data, { a: 'b', early: 'x!', late: 'x' })
  assert.deepEqual(paths(), ['/early', '/late', '/early'])
  asked = []
  answers['/late'] = () => ({})
  await make('b')
  assert.deepEqual(paths(), ['/early', '/late'], 'nothing was changed after it')
})

test('what a webhook adds is completed and checked as what a client sends, and its server’s own rules look again', async () => {
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }]
  await mutating('m', webhook('/sidecar', { rules }))
  answers['/sidecar'] = () =>
    patching({ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'i', bogus: 1 } })
  const pod = await server.client.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { generateName: 'p-' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
    scope,
  )
  const side = pod.spec?.containers?.[1]
  assert.deepEqual([side?.name, side?.imagePullPolicy, 'bogus' in side!], ['side', 'Always', false])
  assert.equal(side?.volumeMounts?.[0]?.mountPath, '/var/run/secrets/kubernetes.io/serviceaccount')
  assert.deepEqual([asked[0]?.request.name, asked[0]?.request.object.metadata.name], [undefined, undefined])
  assert.match(pod.metadata?.name ?? '', /^p-.{5}$/)
  answers['/sidecar'] = () => patching({ op: 'replace', path: '/spec/containers/0/name', value: 'NO' })
  await refused(
    server.client.create(
      pods,
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      scope,
    ),
    422,
    /spec\.containers\[0\]\.name: Invalid value: "NO"/,
  )
})

test('what changes while a webhook is asked is not lost: it is asked again of what there is then', async () => {
  await make('a', { count: '0' })
  await validating('v', webhook('/check'))
  let round = 0
  answers['/check'] = async ({ object }) => {
    if (object.data.by === 'slow' && round++ === 0) await patch('a', { by: 'fast', count: '1' })
    return {}
  }
  const written = await patch('a', { by: 'slow' })
  assert.deepEqual(written.data, { by: 'slow', count: '1' })
  const seen = asked.map(({ request }) => [
    request.object.data.by,
    request.object.data.count,
    request.oldObject.data.count,
  ])
  assert.deepEqual(seen, [
    ['slow', '0', '0'],
    ['fast', '1', '0'],
    ['slow', '1', '1'],
  ])
})

test('a stale resourceVersion is a conflict, also where a webhook was asked meanwhile', async () => {
  const first = await make('a', { n: '0' })
  await validating('v', webhook('/check'))
  answers['/check'] = async ({ object }) => {
    if (object.data.n === 'mine') await patch('a', { n: 'theirs' })
    return {}
  }
  await refused(
    server.client.update(configMaps, { ...first, data: { n: 'mine' } }),
    409,
    /the object has been modified/,
  )
  assert.equal((await server.client.get(configMaps, 'a', scope)).data?.n, 'theirs')
})

test('a name that is made up and an address that is drawn are what the webhook was told of', async () => {
  const rules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['services'] }]
  await validating('v', webhook('/check', { rules }))
  answers['/check'] = () => ({})
  const made = await Promise.all(
    [1, 2, 3].map(() =>
      server.client.create(
        services,
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { generateName: 's-' },
          spec: { type: 'NodePort', ports: [{ port: 80 }] },
        },
        scope,
      ),
    ),
  )
  assert.equal(asked.length, 3)
  const of = ({ metadata, spec }: any) => [metadata.name, metadata.uid, spec.clusterIP, spec.ports[0].nodePort]
  const byName = (a: any, b: any) => (a[0] < b[0] ? -1 : 1)
  assert.deepEqual(made.map(of).sort(byName), asked.map(({ request }) => of(request.object)).sort(byName))
})

test('a webhook with side effects is not asked in a dry run, which is refused', async () => {
  await validating('v', webhook('/check'))
  answers['/check'] = () => ({})
  const dry = () =>
    server.client.create(
      configMaps,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      { ...scope, dryRun: true },
    )
  await dry()
  assert.deepEqual([asked[0]?.request.dryRun, asked[0]?.request.options.dryRun], [true, ['All']])
  await refused(server.client.get(configMaps, 'a', scope), 404, /not found/)
})

test('an answer that is none counts as none, and says what is wrong with it', async () => {
  await validating('v', webhook('/check'))
  const invalid =
    'Internal error occurred: failed calling webhook "check.example.com": received invalid webhook response:'
  answers['/check'] = () => ({ uid: 'other' })
  await refused(make('a'), 500, /received invalid webhook response: expected response\.uid="[0-9a-f-]+", got "other"$/)
  answers['/check'] = () => label('a', 'b')
  await refused(make('a'), 500, `${invalid} validating webhook may not return response.patch`)
  await server.client.delete(validatingWebhookConfigurations, 'v')
  await mutating('m', webhook('/check'))
  answers['/check'] = () => ({ patch: Buffer.from('[]').toString('base64') })
  await refused(make('a'), 500, `${invalid} webhook returned response.patch but not response.patchType`)
  answers['/check'] = () => ({ patchType: 'JSONPatch', patch: Buffer.from('{').toString('base64') })
  await refused(
    make('a'),
    500,
    /failed calling webhook "check\.example\.com": received undecodable patch in webhook response: /,
  )
  answers['/check'] = () => patching({ op: 'replace', path: '/data', value: 'text' })
  await refused(make('a'), 500, /^Internal error occurred: /)
  answers['/check'] = ({ operation }) => (operation === 'DELETE' ? label('a', 'b') : {})
  await make('a')
  await refused(
    server.client.delete(configMaps, 'a', scope),
    500,
    'Internal error occurred: admission webhook "check.example.com" attempted to modify the object, which is not supported for this operation',
  )
})

test('a webhook that takes another form of a kind is asked of that one, and what it changes is taken back', async () => {
  const rules = [{ operations: ['CREATE'], apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] }]
  const event = (name: string): any => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    message: 'm',
    reason: 'r',
  })
  await mutating('m', webhook('/other', { rules }))
  answers['/other'] = ({ object }) => patching({ op: 'replace', path: '/note', value: `${object.note}!` })
  const made = await server.client.create(events, event('e'), scope)
  assert.equal((made as any).message, 'm!')
  const { request } = asked[0]!
  assert.deepEqual([request.kind.group, request.requestKind.group, request.object.note], ['events.k8s.io', '', 'm'])
  await server.client.delete(mutatingWebhookConfigurations, 'm')
  await mutating('m', webhook('/other', { rules, matchPolicy: 'Exact' }))
  asked = []
  await server.client.create(events, event('f'), scope)
  assert.deepEqual(asked, [])
})

test('a status that is written is asked of as a part of its own', async () => {
  await make('a')
  const rule = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'] }
  await validating(
    'v',
    webhook('/part', { rules: [{ ...rule, resources: ['services/status'] }] }),
    webhook('/whole', { rules: [{ ...rule, resources: ['services'] }] }),
    webhook('/all', { rules: [{ ...rule, resources: ['services/*'] }] }),
  )
  for (const path of ['/part', '/whole', '/all']) answers[path] = () => ({})
  const service = await server.client.create(
    services,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
    scope,
  )
  assert.deepEqual(paths().sort(), ['/all', '/whole'])
  asked = []
  await server.client.update(services, { ...service, status: { loadBalancer: {} } }, { subresource: 'status' })
  assert.deepEqual(paths().sort(), ['/all', '/part'])
  assert.deepEqual([asked[0]?.request.subResource, asked[0]?.request.requestSubResource], ['status', 'status'])
})

test('what a webhook warns of is told, each text once', async () => {
  await validating('v', webhook('/one'), webhook('/two'))
  answers['/one'] = () => ({ warnings: ['mind the gap'] })
  answers['/two'] = () => ({ warnings: ['mind the gap', 'and the step'] })
  const warnings = await new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: server.socketPath,
        method: 'POST',
        path: '/api/v1/namespaces/default/configmaps?fieldManager=me',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        response.resume()
        resolve(response.rawHeaders.filter((_, index) => response.rawHeaders[index - 1]?.toLowerCase() === 'warning'))
      },
    )
    call.on('error', reject)
    call.end(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }))
  })
  assert.deepEqual(warnings, ['299 - "mind the gap"', '299 - "and the step"'])
  assert.equal(asked[0]?.request.options.fieldManager, 'me')
})

test('a webhook that changes nothing costs no owner anything, and one that changes something owns nothing', async () => {
  await mutating('m', webhook('/mutate'))
  answers['/mutate'] = () => label('by', 'me')
  const made = await make('a')
  const owned = made.metadata?.managedFields?.[0]?.fieldsV1 as any
  assert.deepEqual(Object.keys(owned['f:data']).sort(), ['.', 'f:a'])
})

test('what a webhook makes of an object stays that object: it does not move, and what is the server’s stays so', async () => {
  await mutating('m', webhook('/mutate'))
  const replace = (path: string, value: unknown) => {
    answers['/mutate'] = () => patching({ op: 'add', path, value })
  }
  replace('/metadata/namespace', 'kube-system')
  const elsewhere = 'the namespace of the provided object does not match the namespace sent on the request'
  await refused(make('moved'), 400, elsewhere)
  replace('/kind', 'Secret')
  await refused(make('other'), 500, /converting \(v1\.Secret\) to \(v1\.ConfigMap\): unknown conversion$/)
  replace('/metadata/name', 'renamed')
  assert.equal((await make('named')).metadata?.name, 'renamed')
  const born = '1999-01-01T00:00:00Z'
  for (const [field, value] of [
    ['uid', 'x'],
    ['resourceVersion', '5'],
    ['creationTimestamp', born],
    ['deletionTimestamp', born],
    ['deletionGracePeriodSeconds', 7],
  ] as const) {
    replace(`/metadata/${field}`, value)
    const { metadata = {} } = await make(`kept-${field.toLowerCase()}`)
    assert.notEqual(metadata[field], value, field)
    assert.ok(metadata.uid && metadata.creationTimestamp && !metadata.deletionTimestamp, field)
  }
  answers['/mutate'] = () => patching({ op: 'remove', path: '/metadata/namespace' })
  assert.equal((await make('placed')).metadata?.namespace, 'default')
  answers['/mutate'] = () => ({})
  const before = (await make('updated')).metadata!
  replace('/metadata/name', 'x')
  await refused(patch('updated', { c: 'd' }), 422, /metadata\.name: Invalid value: "x": field is immutable$/)
  replace('/metadata/namespace', 'x')
  await refused(patch('updated', { c: 'd' }), 400, elsewhere)
  replace('/metadata/deletionTimestamp', born)
  const after = (await patch('updated', { c: 'd' })).metadata!
  assert.deepEqual([after.uid, after.deletionTimestamp], [before.uid, undefined])
})

test('owners that a webhook has made no owners of are put back, and whoever asked is warned', async () => {
  await mutating('m', webhook('/mutate'))
  answers['/mutate'] = () => patching({ op: 'replace', path: '/metadata/managedFields', value: [{ manager: 'x' }] })
  const { status, body, warnings } = await ask(server.socketPath, 'POST /api/v1/namespaces/default/configmaps', {
    metadata: { name: 'a' },
    data: { a: 'b' },
  })
  assert.equal(status, 201)
  assert.equal(body.metadata.managedFields[0].operation, 'Update')
  assert.deepEqual(warnings, [
    '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: metadata.managedFields[0].operation: Invalid value: "": must be `Apply` or `Update`',
  ])
})

test('a refusal whose status HTTP does not know is a 500, and one that is no Status is no answer', async () => {
  await validating('v', webhook('/check'))
  answers['/check'] = () => ({ allowed: false, status: { code: 99_999, message: 'no' } })
  await refused(make('a'), 500, 'admission webhook "check.example.com" denied the request: no')
  for (const wrong of [{ code: 'x' }, { code: 1.5 }, { message: {} }, { reason: 5 }, { details: 'x' }]) {
    answers['/check'] = () => ({ allowed: false, status: wrong })
    await refused(make('a'), 500, /received invalid webhook response: response\.status is no Status$/)
  }
})

test('what came of webhooks is told among the numbers of the server', async () => {
  await mutating('m', webhook('/counted', { failurePolicy: 'Ignore' }))
  await validating('v', webhook('/counted'))
  answers['/counted'] = ({ object }) => ({ allowed: object.data.a !== 'no', status: { code: 418 } })
  await make('a')
  await refused(make('b', { a: 'no' }), 418, /denied the request/)
  const { body } = await ask(server.socketPath, 'GET /metrics')
  const lines = (body as string).split('\n').filter((line) => line.includes('name="counted.example.com"'))
  const counts = lines
    .filter((line) => !/_bucket|_sum/.test(line))
    .map((line) => line.replace(/^apiserver_admission_webhook_/, ''))
  const of = 'name="counted.example.com",operation="CREATE"'
  assert.deepEqual(counts.sort(), [
    `admission_duration_seconds_count{${of},rejected="false",type="admit"} 1`,
    `admission_duration_seconds_count{${of},rejected="false",type="validating"} 1`,
    `admission_duration_seconds_count{${of},rejected="true",type="admit"} 1`,
    `rejection_count{error_type="no_error",${of},rejection_code="418",type="admit"} 1`,
    `request_total{code="200",${of},rejected="false",type="admit"} 1`,
    `request_total{code="200",${of},rejected="false",type="validating"} 1`,
    `request_total{code="418",${of},rejected="true",type="admit"} 1`,
  ])
})
