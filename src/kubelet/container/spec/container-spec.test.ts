import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import { isReady } from '#objects/conditions.ts'
import type { ContainerSpec } from '#runtime/runtime.ts'
import { FakeCluster } from '../../testing/fake-cluster.ts'

const cluster = new FakeCluster()
after(() => cluster.close())
let pods = 0

/** What the runtime is told to make of a container. */
const specOf = async (more: Partial<Container>): Promise<ContainerSpec> => {
  if (pods === 0) await cluster.start()
  const name = `pod-${pods++}`
  await cluster.pod(name, {
    containers: [{ name, image: 'fairlead/echo', ...more }],
    volumes: [
      { name: 'one', emptyDir: {} },
      { name: 'two', emptyDir: {} },
    ],
  })
  await cluster.until(name, isReady)
  return cluster.runtime.byName(name).spec
}

test('limits and requests become cgroup numbers; a request that is not set is its limit', async () => {
  const table: readonly (readonly [Container['resources'] | undefined, ContainerSpec['resources']])[] = [
    [undefined, { cpuShares: 2 }],
    [{ requests: { cpu: '500m' } }, { cpuShares: 512 }],
    [{ limits: { cpu: '500m' } }, { cpuShares: 512, cpuQuotaMicros: 50_000 }],
    [
      { limits: { cpu: '2' }, requests: { cpu: '250m' } },
      { cpuShares: 256, cpuQuotaMicros: 200_000 },
    ],
    [{ limits: { cpu: '1m' } }, { cpuShares: 2, cpuQuotaMicros: 1000 }],
    [
      { limits: { memory: '64Mi' }, requests: { memory: '1Mi' } },
      { cpuShares: 2, memoryLimitBytes: 64 << 20 },
    ],
  ]
  for (const [resources, expected] of table)
    assert.deepEqual((await specOf(resources === undefined ? {} : { resources })).resources, expected)
})

test('files of /etc and the termination file are mounted, but where the container mounts something there itself', async () => {
  const places = (spec: ContainerSpec): readonly string[] => spec.mounts.map(({ destination }) => destination)
  const own = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']
  assert.deepEqual(places(await specOf({})), [...own, '/dev/termination-log'])
  const volumeMounts = [
    { name: 'one', mountPath: '/etc//hosts/' },
    { name: 'two', mountPath: '/data' },
  ]
  assert.deepEqual(places(await specOf({ volumeMounts, terminationMessagePath: '/data/message' })), [
    ...own.slice(1),
    '/data/message',
    '/etc//hosts/',
    '/data',
  ])
})

test('the image’s own user is held against runAsNonRoot, and a profile of the node is a file below its folder', async () => {
  cluster.runtime.imageUsers.set('fairlead/app', 'app')
  const profile = { type: 'Localhost', localhostProfile: 'a.json' } as const
  const { seccomp } = await specOf({ securityContext: { runAsNonRoot: true, runAsUser: 5, seccompProfile: profile } })
  assert.deepEqual(seccomp, { type: 'Localhost', file: `${cluster.stateDir}/seccomp/a.json` })
  const named = { name: 'c', image: 'fairlead/app', securityContext: { runAsNonRoot: true } }
  await cluster.pod('named', { containers: [named] })
  const pod = await cluster.until('named', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting !== undefined)
  const { reason, message } = pod.status?.containerStatuses?.[0]?.state?.waiting ?? {}
  assert.equal(reason, 'CreateContainerConfigError')
  assert.match(message ?? '', /image has non-numeric user \(app\), cannot verify user is non-root/)
})

test('a pod of users of its own is attached as such, and all others are not', async () => {
  await cluster.pod('own', { hostUsers: false, containers: [{ name: 'own', image: 'fairlead/echo' }] })
  await cluster.until('own', isReady)
  const asked = cluster.network.asked.map(({ name, ownUsers = false }) => [name, ownUsers] as const)
  assert.deepEqual(
    asked.filter(([, ownUsers]) => ownUsers),
    [['own', true]],
  )
})

test('as whom a container runs, its status tells', async () => {
  const securityContext = { runAsUser: 5, runAsGroup: 6 }
  await cluster.pod('user', { containers: [{ name: 'user', image: 'fairlead/echo', securityContext }] })
  const pod = await cluster.until('user', isReady)
  const user = { linux: { uid: 5, gid: 6, supplementalGroups: [6] } }
  assert.deepEqual(pod.status?.containerStatuses?.[0]?.user, user)
  // Also by the next kubelet, which finds it running.
  await cluster.kubelet.stop()
  await cluster.start()
  cluster.runtime.exit(cluster.runtime.byName('own').id, 0)
  await cluster.until('own', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1)
  const found = await cluster.get('user')
  assert.deepEqual(found.status?.containerStatuses?.[0]?.user, user)
})
