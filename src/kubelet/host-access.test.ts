import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { hostAccess } from './host-access.ts'
import { startCluster } from './testing/start-cluster.ts'

type Spec = NonNullable<Pod['spec']>

const fields = (spec: Partial<Spec>): readonly string[] =>
  hostAccess({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [], ...spec } } as Pod).map(({ field }) => field)
const adding = (...add: readonly string[]) => ({ name: 'c', securityContext: { capabilities: { add, drop: ['ALL'] } } })

test('what a pod asks for of the machine is named, field by field', () => {
  assert.deepEqual(
    fields({
      hostPID: true,
      hostIPC: true,
      volumes: [
        { name: 'disk', hostPath: { path: '/' } },
        { name: 'own', emptyDir: {} },
      ],
      initContainers: [{ name: 'i', securityContext: { privileged: true } }],
      containers: [{ name: 'c', securityContext: { privileged: true } }, adding('cap_sys_admin', 'NET_ADMIN')],
    }),
    [
      'spec.volumes[disk].hostPath',
      'spec.hostPID',
      'spec.hostIPC',
      'spec.initContainers[i].securityContext.privileged',
      'spec.containers[c].securityContext.privileged',
      'spec.containers[c].securityContext.capabilities.add[cap_sys_admin]',
    ],
  )
})

test('the node’s network is the cluster’s own, and what stays within a pod is its own', () => {
  assert.deepEqual(
    fields({
      hostNetwork: true,
      volumes: [{ name: 'v', configMap: { name: 'c' } }],
      containers: [adding('NET_ADMIN', 'NET_RAW', 'SYS_TIME', 'SYS_PTRACE')],
    }),
    [],
  )
})

test('users of a pod’s own may have every capability, and are not privileged all the same', () => {
  assert.deepEqual(fields({ hostUsers: false, containers: [adding('ALL', 'SYS_ADMIN')] }), [])
  assert.deepEqual(fields({ hostUsers: false, hostPID: true }), ['spec.hostPID'])
})

test('a cluster that gives nothing of the machine holds such a pod, and says how it is given', async () => {
  const cluster = await startCluster(undefined, { security: { hostAccess: false } })
  await cluster.pod('p', { hostPID: true, containers: [{ name: 'c', image: 'fairlead/echo' }] })
  const pod = await cluster.until('p', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting !== undefined)
  const { reason, message = '' } = pod.status?.containerStatuses?.[0]?.state?.waiting ?? {}
  assert.equal(reason, 'Unsupported')
  assert.match(message, /^spec\.hostPID: .*fairlead up --allow-host-access/)
  const [event] = await cluster.events('Unsupported')
  assert.equal(event?.message, message)
  assert.deepEqual(cluster.runtime.calls, [])
})

test('where nothing is said, pods have what they ask for, as with any kubelet', async () => {
  const cluster = await startCluster()
  await cluster.pod('p', { hostPID: true, hostIPC: true, containers: [{ name: 'c', image: 'fairlead/echo' }] })
  await cluster.until('p', ({ status }) => status?.phase === 'Running')
  const { spec } = cluster.runtime.byName('c')
  assert.deepEqual([spec.hostPid, spec.hostIpc], [true, true])
})
