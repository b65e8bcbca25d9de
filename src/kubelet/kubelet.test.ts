import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mock, test } from 'node:test'
import { isReady } from '#objects/conditions.ts'
import { StatusWriter } from './status/status-writer.ts'
import { eventually } from './testing/eventually.ts'
import { resources } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const echo = { name: 'web', image: 'fairlead/echo' }

test('a kubelet registers its Node, Ready and with addresses of both families', async () => {
  const cluster = await startCluster()
  const node = await cluster.client.get(resources.nodes, 'n1')
  assert.equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  assert.deepEqual(node.status?.features, { supplementalGroupsPolicy: true })
  assert.deepEqual(
    node.status?.runtimeHandlers?.map(({ name, features }) => [name, typeof features?.userNamespaces]),
    ['', 'runc', 'virtual'].map((name) => [name, 'boolean']),
  )
  assert.deepEqual(
    node.status?.addresses?.map(({ type, address }) => `${type} ${address}`),
    ['InternalIP 172.30.0.2', 'InternalIP fd00:172:30::2', 'Hostname n1'],
  )
  assert.deepEqual(node.spec?.podCIDRs, ['10.244.1.0/24', 'fd00:10:244:1::/64'])
  assert.equal(node.metadata?.labels?.['kubernetes.io/hostname'], 'n1')
})

test('a pod that is bound runs, is Ready, and tells so with its addresses and Events', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  const pod = await cluster.until('web', isReady)
  assert.equal(pod.status?.phase, 'Running')
  assert.equal(pod.status?.podIP, '10.244.1.5')
  assert.deepEqual(pod.status?.podIPs, [{ ip: '10.244.1.5' }, { ip: 'fd00:10:244:1::5' }])
  assert.equal(pod.status?.hostIP, '172.30.0.2')
  assert.equal(pod.status?.qosClass, 'BestEffort')
  const [status] = pod.status?.containerStatuses ?? []
  assert.ok(status?.state?.running && status.ready && status.started)
  assert.equal(status.restartCount, 0)
  assert.match(status.containerID ?? '', /^runc:\/\//)
  assert.equal(status.imageID, 'sha256:fairlead/echo')
  assert.deepEqual(
    pod.status?.conditions?.map(({ type, status: verdict }) => `${type}=${verdict}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  )
  for (const reason of ['Pulled', 'Created', 'Started']) assert.equal((await cluster.events(reason)).length, 1, reason)
})

test('bounds: a pod of very many containers is looked at once for all that fail in one moment, not once for each', async () => {
  const cluster = await startCluster()
  const looks = mock.method(StatusWriter.prototype, 'set')
  try {
    const containers = Array.from({ length: 300 }, (_, index) => ({ name: `c${index}`, image: 'no/such' }))
    await cluster.pod('many', { containers })
    await cluster.until(
      'many',
      (pod) => pod.status?.containerStatuses?.every(({ state }) => state?.waiting?.reason === 'ErrImagePull') === true,
    )
    const { length } = looks.mock.calls.filter(({ arguments: [pod] }) => pod.metadata?.name === 'many')
    assert.ok(length > 0 && length < 30, `${length} looks at 300 containers`)
  } finally {
    looks.mock.restore()
  }
})

test('a deleted pod gets SIGTERM with its grace period, loses its network, and then leaves the API', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', {
    containers: [{ ...echo, lifecycle: { preStop: { exec: { command: ['bye'] } } } }],
    terminationGracePeriodSeconds: 7,
  })
  await cluster.until('web', isReady)
  const { id } = cluster.runtime.byName('web')
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 7 })
  await cluster.gone('web')
  const calls = cluster.runtime.calls.slice(2)
  assert.deepEqual(calls, [`exec ${id} bye`, `stop ${id} 7`, `remove ${id}`])
  assert.equal(cluster.network.attached.size, 0)
  assert.equal(cluster.kubelet.pods().length, 0)
  assert.equal(existsSync(join(cluster.stateDir, 'pods', id.slice(0, 10))), false)
  assert.equal((await cluster.events('Killing'))[0]?.message, 'Stopping container web')
})

test('an exit is restarted at once, then with back-off as CrashLoopBackOff with the last state', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 3)
  const again = await cluster.until(
    'web',
    (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(pod),
  )
  assert.equal(again.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 3)
  cluster.runtime.exit(cluster.runtime.byName('web').id, 4)
  const waiting = await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting !== undefined)
  const status = waiting.status?.containerStatuses?.[0]
  assert.equal(status?.state?.waiting?.reason, 'CrashLoopBackOff')
  assert.match(status?.state?.waiting?.message ?? '', /^back-off 10s restarting failed container=web pod=web_default\(/)
  assert.equal(status?.lastState?.terminated?.exitCode, 4)
  assert.equal(waiting.status?.phase, 'Running')
  assert.equal(isReady(waiting), false)
})

test('restartPolicy Never ends a pod as Succeeded or Failed, and frees its network', async () => {
  const cluster = await startCluster()
  for (const [name, code, phase] of [
    ['good', 0, 'Succeeded'],
    ['bad', 1, 'Failed'],
  ] as const) {
    await cluster.pod(name, { containers: [echo], restartPolicy: 'Never' })
    await cluster.until(name, isReady)
    cluster.runtime.exit(cluster.runtime.byName('web').id, code)
    const pod = await cluster.until(name, (p) => p.status?.phase === phase)
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, code)
  }
  await eventually('their networks and containers are gone', () => {
    const { network, runtime } = cluster
    return network.attached.size === 0 && runtime.containers.size === 0
  })
})

test('init containers run in order and a sidecar runs beside the main containers', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', {
    initContainers: [
      { name: 'first', image: 'fairlead/host' },
      { name: 'side', image: 'fairlead/host', restartPolicy: 'Always' },
      { name: 'second', image: 'fairlead/host' },
    ],
    containers: [echo],
  })
  await cluster.until('web', (pod) => pod.status?.initContainerStatuses?.[0]?.state?.running !== undefined)
  assert.equal((await cluster.get('web')).status?.phase, 'Pending')
  cluster.runtime.exit(cluster.runtime.byName('first').id, 0)
  await cluster.until('web', (pod) => pod.status?.initContainerStatuses?.[2]?.state?.running !== undefined)
  cluster.runtime.exit(cluster.runtime.byName('second').id, 0)
  await cluster.until('web', isReady)
  const order = cluster.runtime.calls
    .filter((call) => call.startsWith('start'))
    .map((call) => /(first|side|second|web)-0$/.exec(call)?.[1])
  assert.deepEqual(order, ['first', 'side', 'second', 'web'])
})

test('an unknown image shows ErrImagePull with an Event and leaves the pod Pending', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [{ name: 'web', image: 'nginx' }] })
  const pod = await cluster.until(
    'web',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
  )
  assert.equal(pod.status?.phase, 'Pending')
  assert.match((await cluster.events('Failed'))[0]?.message ?? '', /^Failed to pull image "nginx": no image nginx/)
  assert.throws(() => cluster.kubelet.resolve('default', 'web', 'web', {}), {
    message: 'container "web" in pod "web" is waiting to start: trying and failing to pull image',
  })
})

test('a volume that is not supported keeps the pod Pending and is named by an Event', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', {
    containers: [echo],
    volumes: [{ name: 'data', nfs: { server: 's', path: '/' } }],
  })
  const pod = await cluster.until(
    'web',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'Unsupported',
  )
  assert.match(pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /^spec\.volumes\[data\]\.nfs: /)
  assert.equal(pod.status?.phase, 'Pending')
  assert.match((await cluster.events('Unsupported'))[0]?.message ?? '', /spec\.volumes\[data\]\.nfs/)
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default' })
  await cluster.gone('web')
})

test('readiness follows the probe, and is lost where it fails', async () => {
  const cluster = await startCluster()
  let status = 503
  const server = createServer((request, response) => {
    assert.equal(request.headers['x-probe'], 'yes')
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const readinessProbe = {
    httpGet: { port: 'http', path: '/r', httpHeaders: [{ name: 'X-Probe', value: 'yes' }] },
    periodSeconds: 1,
    failureThreshold: 1,
  }
  await cluster.pod('web', {
    containers: [{ ...echo, ports: [{ name: 'http', containerPort: port }], readinessProbe }],
  })
  const unready = await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined)
  assert.equal(isReady(unready), false)
  status = 200
  await cluster.until('web', isReady)
  status = 500
  const lost = await cluster.until('web', (pod) => !isReady(pod))
  assert.equal(lost.status?.conditions?.find(({ type }) => type === 'Ready')?.reason, 'ContainersNotReady')
  assert.equal(
    (await cluster.events('Unhealthy'))[0]?.message,
    'Readiness probe failed: HTTP probe failed with statuscode: 500',
  )
  server.close()
})

test('environment, resolv.conf, hosts and projected files reach the container, and files follow their ConfigMap', async () => {
  const cluster = await startCluster()
  await cluster.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cm', namespace: 'default' },
    data: { a: '1' },
  })
  await cluster.client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db-x', namespace: 'default' },
    spec: { clusterIP: '10.96.0.7', ports: [{ name: 'sql', port: 80, protocol: 'TCP' }] },
  })
  await cluster.pod('web', {
    containers: [
      {
        ...echo,
        env: [
          { name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'a' } } },
          { name: 'B', value: '$(A)-$(DB_X_SERVICE_HOST)-$(NO)-$$(A)' },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        ],
        args: ['--x=$(A)'],
        volumeMounts: [{ name: 'all', mountPath: '/all' }],
      },
    ],
    volumes: [
      {
        name: 'all',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
            { configMap: { name: 'cm' } },
            { downwardAPI: { items: [{ path: 'n/name', fieldRef: { fieldPath: 'metadata.name' } }] } },
          ],
        },
      },
    ],
  })
  await cluster.until('web', isReady)
  const { spec } = cluster.runtime.byName('web')
  const env = Object.fromEntries(spec.env.map(({ name, value }) => [name, value]))
  assert.equal(env.B, '1-10.96.0.7-$(NO)-$(A)')
  assert.equal(env.IP, '10.244.1.5')
  assert.equal(env.DB_X_PORT_80_TCP, 'tcp://10.96.0.7:80')
  assert.equal(env.DB_X_SERVICE_PORT_SQL, '80')
  assert.deepEqual(spec.args, ['--x=1'])
  const file = (destination: string) => spec.mounts.find((mount) => mount.destination === destination)?.source ?? ''
  assert.equal(
    readFileSync(file('/etc/resolv.conf'), 'utf8')
      .split('\n')[0]
      ?.startsWith('search default.svc.cluster.local svc.cluster.local cluster.local'),
    true,
  )
  assert.match(readFileSync(file('/etc/resolv.conf'), 'utf8'), /nameserver 10\.96\.0\.10\n.*\noptions ndots:5\n/)
  assert.match(readFileSync(file('/etc/hosts'), 'utf8'), /^10\.244\.1\.5\tweb$/m)
  assert.equal(readFileSync(join(file('/all'), 'token'), 'utf8'), 'token-1')
  assert.equal(readFileSync(join(file('/all'), 'n/name'), 'utf8'), 'web')
  assert.equal(readFileSync(join(file('/all'), 'a'), 'utf8'), '1')
  await cluster.client.patch(
    resources.configMaps,
    'cm',
    'merge',
    { data: { a: '2', b: '3' } },
    { namespace: 'default' },
  )
  await eventually('the file says 2', () => readFileSync(join(file('/all'), 'a'), 'utf8') === '2')
  assert.equal(readFileSync(join(file('/all'), 'b'), 'utf8'), '3')
})

test('a ConfigMap that comes late is waited for with an Event, then the pod runs', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [{ ...echo, envFrom: [{ configMapRef: { name: 'late' } }] }] })
  const pod = await cluster.until(
    'web',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  )
  assert.equal(pod.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "late" not found')
  await cluster.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'late', namespace: 'default' },
    data: { L: '1' },
  })
  await cluster.until('web', isReady)
})

test('a new kubelet adopts what runs, restarts nothing, and removes orphans', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  await cluster.pod('dead', { containers: [{ ...echo, name: 'dead' }] })
  await cluster.until('web', isReady)
  await cluster.until('dead', isReady)
  await cluster.kubelet.stop()
  const orphan = cluster.runtime.byName('dead').id
  await cluster.client.delete(resources.pods, 'dead', { namespace: 'default', gracePeriodSeconds: 0 })
  const before = cluster.runtime.calls.length
  const { id } = cluster.runtime.byName('web')
  await cluster.start()
  await eventually('the orphan has no network any more', () => cluster.network.attached.size === 1)
  assert.equal(isReady(await cluster.get('web')), true)
  assert.deepEqual(cluster.runtime.calls.slice(before), [`stop ${orphan} 0`, `remove ${orphan}`])
  cluster.runtime.exit(id, 1)
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(pod))
})

test('a liveness probe that fails restarts the container and says why', async () => {
  const cluster = await startCluster()
  cluster.runtime.onExec = () => 1
  await cluster.pod('web', {
    containers: [{ ...echo, livenessProbe: { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 1 } }],
  })
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1)
  assert.equal((await cluster.events('Unhealthy'))[0]?.message, 'Liveness probe failed: exec says no')
  assert.equal((await cluster.events('Killing'))[0]?.message, 'Container web failed liveness probe, will be restarted')
})

test('a container that its liveness probe ends again and again waits as CrashLoopBackOff', async () => {
  const cluster = await startCluster()
  const livenessProbe = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 1 }
  cluster.runtime.onExec = () => 1
  await cluster.pod('web', { containers: [{ ...echo, livenessProbe }] })
  const waiting = await cluster.until('web', (pod) => {
    const { restartCount, state } = pod.status?.containerStatuses?.[0] ?? {}
    return restartCount === 1 && state?.waiting?.reason === 'CrashLoopBackOff'
  })
  const status = waiting.status?.containerStatuses?.[0]
  assert.match(status?.state?.waiting?.message ?? '', /^back-off 10s restarting failed container=web pod=web_default\(/)
  assert.ok(status?.lastState?.terminated)
})

test('resolve() finds logs, also of the attempt before, and answers in Kubernetes’ words', async () => {
  const cluster = await startCluster()
  await cluster.pod('web', { containers: [echo] })
  await cluster.until('web', isReady)
  const found = cluster.kubelet.resolve('default', 'web', undefined, { running: true })
  assert.match(readFileSync(found.logPath ?? '', 'utf8'), /stdout F started/)
  assert.throws(() => cluster.kubelet.resolve('default', 'web', 'web', { previous: true }), {
    message: 'previous terminated container "web" in pod "web" not found',
  })
  assert.throws(() => cluster.kubelet.resolve('default', 'web', 'x'), {
    message: 'container x is not valid for pod web',
  })
  assert.throws(() => cluster.kubelet.resolve('default', 'nope'), { code: 'POD_NOT_FOUND' })
  cluster.runtime.exit(found.id ?? '', 1)
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(pod))
  const after = cluster.kubelet.resolve('default', 'web', 'web', { previous: true })
  assert.equal(after.previousLogPath, found.logPath)
})
