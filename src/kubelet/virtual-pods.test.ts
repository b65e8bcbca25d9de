import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import type { FakeCluster } from './testing/fake-cluster.ts'
import { startCluster } from './testing/start-cluster.ts'

const classOf = (cluster: FakeCluster, name: string, handler = name): Promise<unknown> =>
  cluster.client.create(runtimeClasses, {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name },
    handler,
  })
const web = { name: 'web', image: 'nowhere.example/nginx:1', ports: [{ containerPort: 80, protocol: 'TCP' as const }] }
const isRunning = (phase: string | undefined) => phase === 'Running'

test('a pod of the RuntimeClass virtual is run by its handler, with no image, volume or file of its own', async () => {
  const cluster = await startCluster()
  await classOf(cluster, 'virtual')
  const init = { name: 'prepare', image: 'nowhere.example/tool' }
  const sidecar = { ...init, name: 'mesh', restartPolicy: 'Always' as const }
  const volumes = [{ name: 'data', configMap: { name: 'not-there' } }]
  const securityContext = { runAsNonRoot: true }
  const mounted = { ...web, securityContext, volumeMounts: [{ name: 'data', mountPath: '/data' }] }
  const spec = { runtimeClassName: 'virtual', containers: [mounted], initContainers: [init, sidecar], volumes }
  await cluster.pod('p', spec)
  const made = async () => cluster.runtime.byName('prepare')
  await cluster.until('p', () => [...cluster.runtime.containers.keys()].length > 0)
  cluster.runtime.exit((await made()).id, 0)
  const pod = await cluster.until('p', ({ status }) => isRunning(status?.phase))
  assert.equal(pod.status?.containerStatuses?.[0]?.imageID, '')
  const { spec: given } = cluster.runtime.byName('web')
  assert.equal(given.handler, 'virtual')
  assert.deepEqual(given.ports, [{ protocol: 'TCP', port: 80 }])
  assert.deepEqual(given.mounts, [])
  assert.equal((await made()).spec.isInit, true)
  assert.equal(cluster.runtime.byName('mesh').spec.isInit, undefined)
  assert.deepEqual(cluster.tokens, [])
  assert.deepEqual(cluster.told('Pulling'), [])
  const [warning] = await cluster.events('Unsupported')
  assert.match(warning?.message ?? '', /^spec\.volumes\[data\]: it is not made/)
})

test('a pod without a RuntimeClass has no handler', async () => {
  const cluster = await startCluster()
  await cluster.pod('p', { containers: [{ name: 'c', image: 'fairlead/echo' }] })
  await cluster.until('p', ({ status }) => isRunning(status?.phase))
  assert.equal(cluster.runtime.byName('c').spec.handler, undefined)
})

test('a handler that nobody has, and a class that is not there, are told as Kubernetes tells them; the pod waits', async () => {
  const cluster = await startCluster()
  await classOf(cluster, 'strange', 'kata')
  await cluster.pod('p', { runtimeClassName: 'strange', containers: [web] })
  await cluster.pod('q', { runtimeClassName: 'later', containers: [web] })
  const told = async (name: string): Promise<string> => {
    for (;;) {
      const events = await cluster.events('FailedCreatePodSandBox')
      const event = events.find(({ involvedObject }) => involvedObject.name === name)
      if (event !== undefined) return event.message ?? ''
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  assert.match(await told('p'), /^Failed to create pod sandbox: .*no runtime for "kata" is configured: name a Runtime/)
  assert.match(await told('q'), /RuntimeClass later: runtimeclass\.node\.k8s\.io "later" not found$/)
  assert.equal((await cluster.get('p')).status?.phase, 'Pending')
  await classOf(cluster, 'later', 'virtual')
  await cluster.until('q', ({ status }) => isRunning(status?.phase))
})

test('what needs a process keeps a virtual pod from starting, by field and with the way out', async () => {
  const cluster = await startCluster()
  await classOf(cluster, 'virtual')
  const exec = { command: ['true'] }
  await cluster.pod('p', {
    runtimeClassName: 'virtual',
    hostNetwork: true,
    containers: [
      {
        ...web,
        livenessProbe: { exec },
        lifecycle: { preStop: { exec } },
        ports: [{ containerPort: 9, protocol: 'SCTP' }],
      },
    ],
  })
  const { status } = await cluster.until('p', (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting !== undefined)
  const { reason, message } = status!.containerStatuses![0]!.state!.waiting!
  assert.equal(reason, 'Unsupported')
  assert.deepEqual(
    message?.split('; ').map((text) => text.split(': ')[0]),
    [
      'spec.hostNetwork',
      'spec.containers[web].livenessProbe.exec',
      'spec.containers[web].lifecycle.preStop.exec',
      'spec.containers[web].ports[9].protocol',
    ],
  )
  assert.deepEqual(
    message?.split('; ').filter((text) => !/: (?:use|leave) /.test(text)),
    [],
  )
  assert.equal(cluster.runtime.containers.size, 0)
})

test('the Node names the handlers that RuntimeClasses may have', async () => {
  const cluster = await startCluster()
  const [node] = cluster.api.all((await import('#api/core/node/resource.ts')).nodes)
  assert.deepEqual(
    node?.status?.runtimeHandlers?.map(({ name }) => name),
    ['', 'runc', 'virtual'],
  )
})
