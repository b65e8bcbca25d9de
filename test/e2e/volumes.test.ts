import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('e2e-volumes', ['--nodes', '2', '--allow-host-access'])
const { kubectl, json } = cluster
const folder = mkdtempSync(join(tmpdir(), 'fairlead-host-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const SHELL = 'image: fairlead/echo, command: [sh, -c, "sleep 1000"]'
const pod = (name: string, volumes: string, more = ''): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 0
  ${more}
  containers: [{name: c, ${SHELL}, volumeMounts: [{name: v, mountPath: /data}]}]
  volumes: [{name: v, ${volumes}}]
---
`
const pvc = (name: string, more = ''): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}${more}}
---
`
const using = (name: string): string => `persistentVolumeClaim: {claimName: ${name}}`
const ready = (name: string): Promise<string> =>
  kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s')
const sh = async (name: string, command: string): Promise<string> => {
  const { status, stdout, stderr } = await cluster.inPod(name, 'sh', '-c', command)
  if (status !== 0) throw new Error(`${command}: ${stderr}`)
  return stdout.trim()
}
const claimOf = (name: string) => json<PersistentVolumeClaim>('get', 'pvc', name)
const volumeOf = async (name: string) => {
  const { spec } = await claimOf(name)
  return json<PersistentVolume>('get', 'pv', spec?.volumeName ?? '')
}
const eventsOf = async (name: string): Promise<readonly string[]> =>
  (await json<{ items: Event[] }>('get', 'events', '--field-selector', `involvedObject.name=${name}`)).items.map(
    ({ reason, message }) => `${reason}: ${message}`,
  )

claim(
  'a claim of no class waits for its pod, gets a folder of that pod’s node, and goes with it and its data',
  async (assert) => {
    assert.match(
      await kubectl('get', 'sc'),
      /^standard \(default\) +fairlead\.io\/local-folder +Delete +WaitForFirstConsumer +false +\S+$/m,
    )
    await kubectl.apply(pvc('data'))
    const told = await eventually('it says what it waits for', async () => {
      const all = await eventsOf('data')
      return all.length > 0 && all
    })
    assert.deepEqual(told, ['WaitForFirstConsumer: waiting for first consumer to be created before binding'])
    assert.match(await kubectl('get', 'pvc', 'data'), /^data +Pending +standard +<unset> +\S+$/m)
    await kubectl.apply(pod('writer', using('data')))
    await ready('writer')
    await sh('writer', 'echo kept > /data/file')
    const { spec: podSpec } = await json<Pod>('get', 'pod', 'writer')
    const { metadata, spec } = await volumeOf('data')
    assert.match(await kubectl('get', 'pvc', 'data'), /^data +Bound +pvc-\S+ +1Gi +RWO +standard +<unset> +\S+$/m)
    assert.match(
      await kubectl('get', 'pv'),
      /^pvc-\S+ +1Gi +RWO +Delete +Bound +default\/data +standard +<unset> +\S+$/m,
    )
    assert.match(await kubectl('describe', 'pvc', 'data'), /^Used By: +writer$/m)
    assert.match(await kubectl('describe', 'pvc', 'data'), new RegExp(`selected-node: ${podSpec?.nodeName}$`, 'm'))
    assert.ok(
      (await eventsOf('data')).some(
        (text) => text === `ProvisioningSucceeded: Successfully provisioned volume ${metadata?.name}`,
      ),
    )
    const path = spec?.local?.path ?? ''
    assert.equal(readFileSync(join(path, 'file'), 'utf8'), 'kept\n')
    const again = pod('reader', using('data'))
    await kubectl('delete', 'pod', 'writer')
    await kubectl.apply(again)
    await ready('reader')
    assert.equal(await sh('reader', 'cat /data/file'), 'kept')
    assert.equal((await json<Pod>('get', 'pod', 'reader')).spec?.nodeName, podSpec?.nodeName)
    await kubectl('delete', 'pvc', 'data', '--wait=false')
    assert.match(await kubectl('get', 'pvc', 'data'), /^data +Terminating /m)
    assert.equal(await sh('reader', 'cat /data/file'), 'kept', 'a pod still uses it')
    await kubectl('delete', 'pod', 'reader')
    await eventually('claim, volume and folder are gone', async () => {
      const left = await kubectl('get', 'pvc,pv', '-o', 'name')
      return left === '' && !existsSync(path)
    })
    assert.equal(existsSync(path), false)
  },
)

claim(
  'a StatefulSet’s pods have each their own data, which the next pod of the same name finds, and loses where it is to',
  async (assert) => {
    await kubectl.apply(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Delete}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 0
      securityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: db}}}]
      containers: [{name: c, image: fairlead/echo, command: [sh, -c, "echo begun >> /data/lines; sleep 1000"], volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Mi}}}
`)
    await kubectl('rollout', 'status', 'statefulset/db', '--timeout=60s')
    const placed = async () =>
      (await json<{ items: Pod[] }>('get', 'pods', '-l', 'app=db')).items.map(({ metadata, spec }) => [
        metadata?.name,
        spec?.nodeName,
      ])
    const before = await placed()
    assert.equal(new Set(before.map(([, node]) => node)).size, 2)
    await kubectl('delete', 'pod', 'db-0', 'db-1')
    await kubectl('rollout', 'status', 'statefulset/db', '--timeout=60s')
    assert.deepEqual(await placed(), before)
    for (const name of ['db-0', 'db-1']) assert.equal(await sh(name, 'cat /data/lines'), 'begun\nbegun')
    assert.equal(await sh('db-0', 'stat -c %a:%g /data'), '2777:2000')
    await kubectl('scale', 'statefulset/db', '--replicas=1')
    await eventually('the claim of the pod that is not wanted goes', async () => {
      const left = await kubectl('get', 'pvc', '-o', 'name')
      return left === 'persistentvolumeclaim/data-db-0\n'
    })
    await kubectl('delete', 'statefulset', 'db')
    await eventually('all of it is gone', async () => (await kubectl('get', 'pvc,pv', '-o', 'name')) === '')
    assert.equal(await kubectl('get', 'pvc,pv', '-o', 'name'), '')
  },
)

claim('a volume that people made is used by the claim that fits, and stays when that is gone', async (assert) => {
  writeFileSync(join(folder, 'file'), 'made by hand')
  await kubectl.apply(`apiVersion: v1
kind: PersistentVolume
metadata: {name: by-hand}
spec:
  capacity: {storage: 2Gi}
  accessModes: [ReadWriteOnce, ReadOnlyMany]
  storageClassName: manual
  hostPath: {path: ${folder}}
---
${pvc('manual', ', storageClassName: manual')}${pod('user', using('manual'))}${pod('looker', `persistentVolumeClaim: {claimName: manual, readOnly: true}`)}`)
  await ready('user')
  await ready('looker')
  assert.equal(await sh('user', 'cat /data/file; echo more > /data/more'), 'made by hand')
  assert.notEqual((await cluster.inPod('looker', 'sh', '-c', 'echo x > /data/x')).status, 0)
  assert.equal((await claimOf('manual')).status?.capacity?.storage, '2Gi')
  await kubectl('delete', 'pod', 'user', 'looker')
  await kubectl('delete', 'pvc', 'manual')
  await eventually('it is released', async () => /Released/.test(await kubectl('get', 'pv', 'by-hand')))
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'more'])
  await kubectl('delete', 'pv', 'by-hand')
})

claim('an ephemeral volume comes and goes with its pod; what a folder is not is refused by name', async (assert) => {
  const template =
    'ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}}'
  await kubectl.apply(pod('brief', template))
  await ready('brief')
  await sh('brief', 'echo x > /data/x')
  assert.equal((await claimOf('brief-v')).metadata?.ownerReferences?.[0]?.name, 'brief')
  await kubectl('delete', 'pod', 'brief')
  await eventually('it is gone', async () => (await kubectl('get', 'pvc,pv', '-o', 'name')) === '')
  await kubectl.apply(`${pvc('wide').replace('ReadWriteOnce', 'ReadWriteMany')}${pod('waits', using('wide'))}`)
  const why = await eventually('it says why', async () =>
    (await eventsOf('wide')).find((text) => text.startsWith('ProvisioningFailed')),
  )
  assert.match(why, /access mode ReadWriteMany is not supported, since a folder is on one node: use ReadWriteOnce/)
  await kubectl('delete', 'pod', 'waits')
  await kubectl('delete', 'pvc', 'wide')
  await kubectl.apply(pod('lost', using('nowhere')))
  const unplaced = await eventually('its pod says so', async () =>
    (await eventsOf('lost')).find((text) => text.startsWith('FailedScheduling')),
  )
  assert.match(unplaced, /^FailedScheduling: 0\/2 nodes are available: persistentvolumeclaim "nowhere" not found\./)
  await kubectl('delete', 'pod', 'lost')
})
