import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect as connectSocket, createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError, type Client, type WatchEvent } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { DEFAULT_ACCOUNT, grant } from './testing/grant.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
let client: Client
let address: string
const kubelet: { socketPath: string; patience?: number } = { socketPath: '' }
/** Each lasts three seconds, in which a busy machine sends what there is; they run while other tests do. */
let watches: Record<'protobuf' | 'table' | 'streaming', ReturnType<typeof raw>>

before(async () => {
  server = await startTestServer({ kubelet: () => (kubelet.socketPath ? kubelet : undefined) })
  client = createUnixClient(server.socketPath)
  watches = {
    protobuf: raw('/api/v1/services?watch=1&resourceVersion=0&timeoutSeconds=3', {
      accept: 'application/vnd.kubernetes.protobuf',
    }),
    table: raw('/api/v1/namespaces?watch=1&resourceVersion=0&timeoutSeconds=3', {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    }),
    streaming: raw(
      '/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=3',
    ),
  }
  const bound = (await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo
  address = `https://127.0.0.1:${bound.port}`
})

after(async () => {
  client.close()
  await server.close()
})

const make = <T extends ApiObject>(resource: Resource<T>, object: object, namespace = 'default'): Promise<T> =>
  client.create(resource, { apiVersion: resource.message.gvk![0], kind: resource.kind, ...object } as never, {
    namespace,
  })

const service = (name: string, spec: object): Promise<ApiObject> => make(services, { metadata: { name }, spec })

const refusal = async (work: Promise<unknown>): Promise<ApiError['status']> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.status
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

const podSpec = { containers: [{ name: 'c', image: 'fairlead/echo' }] }

interface Loose extends ApiObject {
  readonly spec: Record<string, never> & { readonly [key: string]: unknown }
}

const specOf = (object: ApiObject): Loose['spec'] => (object as Loose).spec

test('the server starts with its namespaces and the kubernetes Service, whose slice leads to the server', async () => {
  const names = (await client.list(namespaces)).items.map(({ metadata }) => metadata?.name)
  assert.deepEqual(names, ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  const kubernetes = await client.get(services, 'kubernetes', { namespace: 'default' })
  assert.deepEqual(kubernetes.spec?.clusterIPs, ['10.96.0.1'])
  const slice = await client.get(endpointSlices, 'kubernetes', { namespace: 'default' })
  assert.deepEqual(slice.endpoints?.[0]?.addresses, ['172.30.0.1'])
  assert.equal(slice.ports?.[0]?.port, 6443)
})

test('a client over the Unix socket creates, reads, lists, patches, updates, watches and deletes', async () => {
  const events: string[] = []
  const { resourceVersion } = await client.list(configMaps, { namespace: 'default' })
  const watch = client.watch(
    configMaps,
    { namespace: 'default', resourceVersion, labelSelector: 'k=v' },
    (event: WatchEvent<ApiObject>) => {
      if (event.type !== 'BOOKMARK') events.push(`${event.type} ${event.object.metadata?.name}`)
      if (event.type === 'DELETED') watch.stop()
    },
  )
  await make(configMaps, { metadata: { name: 'c', labels: { k: 'v' } }, data: { a: '1' } })
  const patched = await client.patch(configMaps, 'c', 'strategic', { data: { b: '2' } }, { namespace: 'default' })
  assert.deepEqual(patched.data, { a: '1', b: '2' })
  await client.update(configMaps, { ...patched, data: { z: '9' } })
  const stale = await refusal(client.update(configMaps, patched))
  assert.equal(stale.reason, 'Conflict')
  await client.delete(configMaps, 'c', { namespace: 'default' })
  assert.equal((await refusal(client.get(configMaps, 'c', { namespace: 'default' }))).code, 404)
  await watch.done
  assert.deepEqual(events, ['ADDED c', 'MODIFIED c', 'MODIFIED c', 'DELETED c'])
})

test('an update that changes nothing writes nothing', async () => {
  const first = await make(configMaps, { metadata: { name: 'same' }, data: { a: '1' } })
  const again = await client.update(configMaps, first)
  assert.equal(again.metadata?.resourceVersion, first.metadata?.resourceVersion)
})

test('watches from a forgotten revision end with 410, over the wire and in process', async () => {
  const limits = { bytes: 1 << 20, changes: 2, age: 60_000 }
  const forgetful = await startTestServer({ window: limits })
  const own = createUnixClient(forgetful.socketPath)
  try {
    const { resourceVersion } = await own.list(configMaps)
    for (const name of ['a', 'b', 'c', 'd'])
      await own.create(configMaps, { metadata: { name } } as never, { namespace: 'default' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    for (const one of [own, forgetful.client]) {
      const watch = one.watch(configMaps, { resourceVersion }, () => {})
      assert.equal((await refusal(watch.done)).code, 410)
    }
  } finally {
    own.close()
    await forgetful.close()
  }
})

test('Services get both families where they ask for them, and give all back when they go', async () => {
  const made = await service('dual', {
    ipFamilyPolicy: 'PreferDualStack',
    clusterIP: '10.96.0.50',
    ports: [{ port: 80 }],
  })
  const [v4, v6] = specOf(made).clusterIPs as unknown as string[]
  assert.equal(v4, '10.96.0.50')
  assert.match(v6!, /^fd00:10:96::/)
  const taken = await refusal(service('thief', { clusterIP: '10.96.0.50', ports: [{ port: 80 }] }))
  assert.match(taken.message!, /failed to allocate IP 10.96.0.50: provided IP is already allocated/)
  await client.delete(services, 'dual', { namespace: 'default' })
  await service('heir', { clusterIP: '10.96.0.50', ports: [{ port: 80 }] })
})

test('a refused Service and a dry run leave no address and no port taken', async () => {
  await service('holder', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_010 }] })
  const spec = { type: 'NodePort', clusterIP: '10.96.0.60', ports: [{ port: 80, nodePort: 30_010 }] }
  assert.match((await refusal(service('late', spec))).message!, /provided port is already allocated/)
  const dry = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'dry' },
    spec: { clusterIP: '10.96.0.60', ports: [{ port: 80 }] },
  }
  await client.create(services, dry as never, { namespace: 'default', dryRun: true })
  await service('winner', { clusterIP: '10.96.0.60', ports: [{ port: 80 }] })
})

test('a change of type gives node ports back, and allocates them again', async () => {
  await service('turns', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_020 }] })
  const plain = await client.patch(
    services,
    'turns',
    'merge',
    { spec: { type: 'ClusterIP' } },
    { namespace: 'default' },
  )
  assert.equal(plain.spec?.ports?.[0]?.nodePort, undefined)
  await service('next', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_020 }] })
  const again = await client.patch(
    services,
    'turns',
    'merge',
    { spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } },
    { namespace: 'default' },
  )
  assert.ok((again.spec?.ports?.[0]?.nodePort ?? 0) > 30_085)
  assert.ok((again.spec?.healthCheckNodePort ?? 0) > 30_085)
})

test('a Service becomes dual-stack and single-stack again, with the first address kept', async () => {
  const single = await service('grows', { ports: [{ port: 80 }] })
  const patch = (spec: object) => client.patch(services, 'grows', 'merge', { spec }, { namespace: 'default' })
  const dual = await patch({ ipFamilyPolicy: 'RequireDualStack' })
  assert.equal(dual.spec?.clusterIPs?.length, 2)
  assert.equal(dual.spec?.clusterIPs?.[0], specOf(single).clusterIP)
  const back = await patch({ ipFamilyPolicy: 'SingleStack' })
  assert.deepEqual(back.spec?.clusterIPs, [specOf(single).clusterIP])
  assert.deepEqual(back.spec?.ipFamilies, ['IPv4'])
})

test('a pod without a ServiceAccount is refused, one with it gets its token mounted', async () => {
  const missing = await refusal(
    make(pods, { metadata: { name: 'x' }, spec: { ...podSpec, serviceAccountName: 'nobody' } }),
  )
  assert.match(
    missing.message!,
    /pods "x" is forbidden: error looking up service account default\/nobody: serviceaccount "nobody" not found/,
  )
  const pod = await make(pods, { metadata: { name: 'mounted' }, spec: podSpec })
  assert.match(pod.spec?.volumes?.[0]?.name ?? '', /^kube-api-access-[b-z2-9]{5}$/)
  assert.equal(pod.spec?.containers?.[0]?.volumeMounts?.[0]?.mountPath, '/var/run/secrets/kubernetes.io/serviceaccount')
  assert.equal(pod.spec?.serviceAccountName, 'default')
  const bare = await make(pods, {
    metadata: { name: 'bare' },
    spec: { ...podSpec, automountServiceAccountToken: false },
  })
  assert.equal(bare.spec?.volumes, undefined)
})

test('a pod that is bound goes gracefully, an unscheduled one at once', async () => {
  await make(pods, { metadata: { name: 'loose' }, spec: podSpec })
  await client.delete(pods, 'loose', { namespace: 'default' })
  assert.equal((await refusal(client.get(pods, 'loose', { namespace: 'default' }))).code, 404)
  await make(pods, { metadata: { name: 'bound' }, spec: podSpec })
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'bound' },
    target: { kind: 'Node', name: 'node-1' },
  }
  await client.create(pods, binding as never, { namespace: 'default', subresource: 'binding' })
  const twice = client.create(pods, binding as never, { namespace: 'default', subresource: 'binding' })
  assert.match((await refusal(twice)).message!, /already assigned to node "node-1"/)
  await client.delete(pods, 'bound', { namespace: 'default', gracePeriodSeconds: 5 })
  const leaving = await client.get(pods, 'bound', { namespace: 'default' })
  assert.equal(leaving.metadata?.deletionGracePeriodSeconds, 5)
  assert.equal(leaving.spec?.nodeName, 'node-1')
  await client.delete(pods, 'bound', { namespace: 'default', gracePeriodSeconds: 0 })
  assert.equal((await refusal(client.get(pods, 'bound', { namespace: 'default' }))).code, 404)
})

const bind = (name: string): Promise<unknown> =>
  client.create(
    pods,
    { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'node-1' } } as never,
    { namespace: 'default', subresource: 'binding' },
  )

test('a pod that has its node gives back what was kept for it on another', async () => {
  const scope = { namespace: 'default', subresource: 'status' } as const
  await make(pods, { metadata: { name: 'nominated' }, spec: podSpec })
  await client.patch(pods, 'nominated', 'merge', { status: { nominatedNodeName: 'node-2' } }, scope)
  await bind('nominated')
  const { spec, status } = await client.get(pods, 'nominated', { namespace: 'default' })
  assert.deepEqual([spec?.nodeName, status?.nominatedNodeName ?? '', status?.phase], ['node-1', '', 'Pending'])
})

test('a terminating pod survives an update of its status, of its labels and of its spec within its grace period', async () => {
  const namespace = 'default'
  await make(pods, { metadata: { name: 'leaving' }, spec: podSpec })
  await bind('leaving')
  await client.delete(pods, 'leaving', { namespace, gracePeriodSeconds: 30 })
  const before = await client.get(pods, 'leaving', { namespace })
  const running = { phase: 'Running', podIP: '10.244.0.9' }
  await client.patch(pods, 'leaving', 'strategic', { status: running }, { namespace, subresource: 'status' })
  await client.patch(pods, 'leaving', 'merge', { metadata: { labels: { a: 'b' } } }, { namespace })
  const now = await client.get(pods, 'leaving', { namespace })
  await client.update(pods, { ...now, status: { phase: 'Failed' } }, { namespace, subresource: 'status' })
  const after = await client.get(pods, 'leaving', { namespace })
  assert.deepEqual(
    [after.metadata?.uid, after.metadata?.deletionTimestamp, after.metadata?.deletionGracePeriodSeconds],
    [before.metadata?.uid, before.metadata?.deletionTimestamp, 30],
  )
  assert.equal(after.status?.phase, 'Failed')
  await client.delete(pods, 'leaving', { namespace, gracePeriodSeconds: 0 })
  assert.equal((await refusal(client.get(pods, 'leaving', { namespace }))).code, 404)
})

test('a second deletion may shorten the grace period of a pod and not lengthen it', async () => {
  const namespace = 'default'
  await make(pods, { metadata: { name: 'slow' }, spec: podSpec })
  await bind('slow')
  const left = async (gracePeriodSeconds: number): Promise<number | undefined> => {
    await client.delete(pods, 'slow', { namespace, gracePeriodSeconds })
    return (await client.get(pods, 'slow', { namespace })).metadata?.deletionGracePeriodSeconds
  }
  assert.deepEqual([await left(30), await left(60), await left(1), await left(30)], [30, 30, 1, 1])
  await client.delete(pods, 'slow', { namespace, gracePeriodSeconds: 0 })
})

test('a status that names the uid of an old pod does not land on a new one of the same name', async () => {
  const namespace = 'default'
  const old = await make(pods, { metadata: { name: 'again' }, spec: podSpec })
  await client.delete(pods, 'again', { namespace, gracePeriodSeconds: 0 })
  await make(pods, { metadata: { name: 'again' }, spec: podSpec })
  const late = client.patch(
    pods,
    'again',
    'strategic',
    { metadata: { uid: old.metadata?.uid }, status: { phase: 'Failed' } },
    { namespace, subresource: 'status' },
  )
  assert.equal((await refusal(late)).code, 422)
  assert.equal((await client.get(pods, 'again', { namespace })).status?.phase, 'Pending')
})

test('finalizers hold an object until the last is gone', async () => {
  await make(configMaps, { metadata: { name: 'held', finalizers: ['example.com/a'] } })
  await client.delete(configMaps, 'held', { namespace: 'default' })
  const held = await client.get(configMaps, 'held', { namespace: 'default' })
  assert.ok(held.metadata?.deletionTimestamp)
  await client.patch(configMaps, 'held', 'merge', { metadata: { finalizers: null } }, { namespace: 'default' })
  assert.equal((await refusal(client.get(configMaps, 'held', { namespace: 'default' }))).code, 404)
})

test('a namespace that goes takes nothing new, and is gone after its last finalizer', async () => {
  await make(namespaces, { metadata: { name: 'team' } })
  await make(configMaps, { metadata: { name: 'c' } }, 'team')
  await client.delete(namespaces, 'team')
  const leaving = await server.client.get(namespaces, 'team')
  assert.equal(leaving.status?.phase, 'Terminating')
  const late = await refusal(make(configMaps, { metadata: { name: 'late' } }, 'team'))
  assert.match(late.message!, /unable to create new content in namespace team because it is being terminated/)
  await server.client.update(namespaces, { ...leaving, spec: {} }, { subresource: 'finalize' as never })
  assert.equal((await refusal(client.get(namespaces, 'team'))).code, 404)
})

test('scale reads and writes replicas, and shows the selector', async () => {
  const template = { metadata: { labels: { app: 'w' } }, spec: podSpec }
  await make(deployments, { metadata: { name: 'w' }, spec: { selector: { matchLabels: { app: 'w' } }, template } })
  const scaled = await client.patch(
    deployments,
    'w',
    'merge',
    { spec: { replicas: 4 } },
    { namespace: 'default', subresource: 'scale' },
  )
  assert.equal(specOf(scaled).replicas, 4)
  const deployment = await client.get(deployments, 'w', { namespace: 'default' })
  assert.equal(deployment.spec?.replicas, 4)
  assert.equal(deployment.metadata?.generation, 2)
})

test('a ServiceAccount may what its roles say, by its token over TLS, which dies with its pod', async () => {
  const pod = await make(pods, { metadata: { name: 'caller' }, spec: podSpec })
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: 'default' },
    spec: {
      expirationSeconds: 3607,
      boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'caller', uid: pod.metadata?.uid },
    },
  }
  const answer = await client.create(serviceAccounts, body as never, { namespace: 'default', subresource: 'token' })
  const { token } = (answer as unknown as { status: { token: string } }).status
  const inPod = createHttpClient(httpsTransport({ server: address, ca: server.rootCa, token: () => token }))
  try {
    assert.equal((await refusal(inPod.list(services))).code, 403)
    await grant(client, 'lister', DEFAULT_ACCOUNT, { verbs: ['list'], apiGroups: [''], resources: ['services'] })
    assert.ok((await inPod.list(services)).items.length > 0)
    assert.equal((await refusal(inPod.list(secrets, { namespace: 'default' }))).code, 403)
    const write = inPod.delete(services, 'kubernetes', { namespace: 'default' })
    assert.match(
      (await refusal(write)).message!,
      /services "kubernetes" is forbidden: User "system:serviceaccount:default:default" cannot delete resource "services" in API group "" in the namespace "default"/,
    )
    await client.delete(pods, 'caller', { namespace: 'default' })
    assert.equal((await refusal(inPod.list(services))).code, 401)
  } finally {
    inPod.close()
  }
})

test('anonymous requests get health and version, wrong tokens get nothing, certificates their user', async () => {
  const anonymous = createHttpClient(httpsTransport({ server: address, ca: server.rootCa }))
  const forged = createHttpClient(httpsTransport({ server: address, ca: server.rootCa, token: () => 'a.b.c' }))
  const { certificate, key } = server.pki.admin
  const admin = createHttpClient(httpsTransport({ server: address, ca: server.rootCa, certificate, key }))
  try {
    assert.equal((await refusal(anonymous.list(services))).code, 403)
    assert.equal((await refusal(forged.list(services))).code, 401)
    assert.ok((await admin.list(services)).items.length > 0)
  } finally {
    for (const one of [anonymous, forged, admin]) one.close()
  }
})

function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; type: string; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({ socketPath: server.socketPath, path, headers, method }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
      resolve({
        status: response.statusCode!,
        type: response.headers['content-type'] ?? '',
        bytes: Buffer.concat(chunks),
      })
    })
    call.on('error', reject)
    call.end()
  })
}

test("impersonation acts as the other user, with that user's rights", async () => {
  const answer = await raw('/api/v1/namespaces/default/secrets', { 'impersonate-user': 'jane' })
  assert.equal(answer.status, 403)
  assert.match(answer.bytes.toString(), /User \\"jane\\" cannot list resource \\"secrets\\"/)
})

test('lists and watches come as protobuf where that is asked', async () => {
  const accept = 'application/vnd.kubernetes.protobuf'
  const list = await raw('/api/v1/services', { accept })
  assert.equal(list.type, accept)
  assert.deepEqual([...list.bytes.subarray(0, 4)], [0x6b, 0x38, 0x73, 0])
  const watch = await watches.protobuf
  assert.equal(watch.type, `${accept};stream=watch`)
  const length = watch.bytes.readUInt32BE(0)
  assert.ok(length > 10 && length < watch.bytes.length)
})

test('a watch as Tables names its columns once', async () => {
  const answer = await watches.table
  const events = answer.bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.ok(events.length > 1)
  assert.equal(events[0].object.kind, 'Table')
  assert.ok(events[0].object.columnDefinitions.length > 0)
  assert.equal(events[1].object.columnDefinitions, null)
})

test('a streaming list ends with a bookmark that says so', async () => {
  const answer = await watches.streaming
  const last = answer.bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ type }) => type === 'BOOKMARK')
  assert.equal(last.type, 'BOOKMARK')
  assert.equal(last.object.metadata.annotations['k8s.io/initial-events-end'], 'true')
})

test('discovery, OpenAPI, metrics and health answer', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const aggregated = await raw('/apis', { accept })
  // By which clients tell it from the plain list.
  assert.equal(aggregated.type, accept)
  assert.equal(JSON.parse(aggregated.bytes.toString()).kind, 'APIGroupDiscoveryList')
  const { paths } = JSON.parse((await raw('/openapi/v3')).bytes.toString())
  const document = await raw(paths['apis/apps/v1'].serverRelativeURL)
  assert.equal(JSON.parse(document.bytes.toString()).openapi, '3.0.0')
  const metrics = (await raw('/metrics')).bytes.toString()
  const of = 'component="apiserver",dry_run="",group="",resource="services",scope="cluster",subresource="",verb="LIST"'
  assert.match(metrics, new RegExp(`apiserver_request_total\\{code="200",${of},version="v1"\\} \\d+`))
  assert.match(metrics, new RegExp(`apiserver_request_duration_seconds_bucket\\{${of},version="v1",le="0.005"\\} \\d+`))
  assert.equal((await raw('/readyz')).bytes.toString(), 'ok')
})

test('all namespaces at once cannot be deleted: no such verb in discovery, and 405', async () => {
  const list = JSON.parse((await raw('/api/v1')).bytes.toString())
  const verbsOf = (name: string): string[] => list.resources.find((one: { name: string }) => one.name === name).verbs
  assert.deepEqual(verbsOf('namespaces'), ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'])
  assert.ok(verbsOf('services').includes('deletecollection'))
  assert.equal((await raw('/api/v1/namespaces', {}, 'DELETE')).status, 405)
})

test("a log streams from the kubelet of the pod's node, and exec is joined to it byte for byte", async () => {
  const asked: string[] = []
  const node = createServer((request, response) => {
    asked.push(request.url!)
    response.end('line\n')
  })
  node.on('upgrade', (request, socket, head) => {
    asked.push(`${request.method} ${request.url}`)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n')
    socket.write(head)
    socket.pipe(socket)
  })
  kubelet.socketPath = join(server.folder, 'kubelet.sock')
  await new Promise<void>((resolve) => node.listen(kubelet.socketPath, resolve))
  try {
    await make(pods, { metadata: { name: 'logs' }, spec: { ...podSpec, nodeName: 'node-1' } })
    const path = '/api/v1/namespaces/default/pods/logs'
    assert.equal(
      (await raw(`${path}/log?tailLines=5&follow=True&previous=False&timestamps`)).bytes.toString(),
      'line\n',
    )
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connectSocket(server.socketPath)
      let seen = ''
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1')
        if (seen.endsWith('ping')) {
          socket.destroy()
          resolve(seen)
        }
      })
      socket.write(
        `POST ${path}/exec?command=ls&command=-l&stdout=True&tty=False HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nping`,
      )
    })
    assert.match(text, /^HTTP\/1.1 101 /)
    assert.deepEqual(asked, [
      '/containerLogs/default/logs/c?follow=true&timestamps=true&tailLines=5',
      'POST /exec/default/logs/c?output=1&command=ls&command=-l',
    ])
  } finally {
    node.close()
    node.closeAllConnections()
    kubelet.socketPath = ''
  }
})

test('listen() rejects where the address is taken, and can be called again', async () => {
  const other = createSocketServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await assert.rejects(server.listen({ host: '127.0.0.1', port, tls: true }), { code: 'EADDRINUSE' })
  await new Promise((resolve) => other.close(resolve))
  await server.listen({ host: '127.0.0.1', port, tls: true })
})

test('an answer of a kubelet that cannot be passed on costs that request alone', async () => {
  const odd = createSocketServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n')
  })
  kubelet.socketPath = join(server.folder, 'odd.sock')
  await new Promise<void>((resolve) => odd.listen(kubelet.socketPath, resolve))
  try {
    await make(pods, { metadata: { name: 'odd' }, spec: { ...podSpec, nodeName: 'node-1' } })
    const answer = await raw('/api/v1/namespaces/default/pods/odd/log')
    assert.equal(answer.status, 500)
    assert.match(answer.bytes.toString(), /the kubelet of node node-1 cannot be reached: Invalid status code: 99/)
  } finally {
    odd.close()
    kubelet.socketPath = ''
  }
})

test('a kubelet that is stopped is told of in time, by whichever protocol it is asked', async () => {
  const silent = createSocketServer((socket) => void socket.on('error', () => {}))
  kubelet.socketPath = join(server.folder, 'silent.sock')
  kubelet.patience = 50
  await new Promise<void>((resolve) => silent.listen(kubelet.socketPath, resolve))
  try {
    await make(pods, { metadata: { name: 'silent' }, spec: { ...podSpec, nodeName: 'node-1' } })
    const path = '/api/v1/namespaces/default/pods/silent'
    const words =
      /"message":"Internal error occurred: the kubelet of node node-1 cannot be reached: no answer began in 0.05 s"/
    const log = await raw(`${path}/log`)
    assert.equal(log.status, 500)
    assert.match(log.bytes.toString(), words)
    const headers = { Connection: 'Upgrade', Upgrade: 'SPDY/3.1' }
    const exec = await raw(`${path}/exec?command=ls&stdout=1`, headers, 'POST')
    assert.equal(exec.status, 500)
    assert.match(exec.bytes.toString(), words)
  } finally {
    silent.close()
    kubelet.socketPath = ''
    delete kubelet.patience
  }
})

test('an answer is indented where pretty asks for it, and a grace period that is no number is refused', async () => {
  const text = (await raw('/api/v1/namespaces/default?pretty=true')).bytes.toString()
  assert.match(text, /^\{\n {2}"kind": "Namespace",\n {2}"apiVersion": "v1",\n/)
  const path = '/api/v1/namespaces/default/configmaps/none?gracePeriodSeconds='
  assert.match((await raw(`${path}abc`, {}, 'DELETE')).bytes.toString(), /strconv.ParseInt: parsing .{2}abc/)
})

test('a metric has a line for what is served, and one for all else that is asked for', async () => {
  for (const name of ['made', 'up', '%22%0A%7B']) await raw(`/api/v1/${name}`)
  const text = (await raw('/metrics')).bytes.toString()
  assert.doesNotMatch(text, /made|resource="up"/)
  assert.match(
    text,
    /apiserver_request_total\{code="404",.*,resource="",scope="",subresource="",verb="LIST",version=""\} \d+/,
  )
})

test('bounds: a body above the limit is refused with 413, also to a client that reads only when it has sent all', async () => {
  const { certificate: cert, key } = server.pki.admin
  const part = Buffer.alloc(1 << 16, ' ')
  const parts = 64
  for (let round = 0; round < 5; round++) {
    const socket = connectTls({ port: Number(new URL(address).port), host: '127.0.0.1', ca: server.rootCa, cert, key })
    await once(socket, 'secureConnect')
    const head = `POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Length: ${part.length * parts}\r\n\r\n`
    socket.write(head)
    // A write that meets a closed connection fails the test, as it fails such a client.
    for (let count = 0; count < parts; count++) {
      await new Promise<void>((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())))
      await sleep(1)
    }
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1.1 413 .*"reason":"RequestEntityTooLarge"/s)
    socket.destroy()
  }
})
