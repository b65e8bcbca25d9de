import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { claim, eventually, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'

const sh = async (one: Scratch, pod: string, command: string): Promise<string> => {
  const { status, stdout, stderr } = await run('kubectl', ['exec', pod, '--', 'sh', '-c', command], { env: one.env })
  if (status !== 0) throw new Error(`${command}: ${stderr}`)
  return stdout.trim()
}
const json = async <T>(one: Scratch, ...args: readonly string[]): Promise<T> =>
  JSON.parse(await one.kubectl('get', ...args, '-o', 'json')) as T
const podOf = (one: Scratch, name: string) => json<Pod>(one, 'pod', name)
const rolledOut = (one: Scratch) => one.kubectl('rollout', 'status', 'statefulset/db', '--timeout=60s')

const DATABASE = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 0
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: db}}}]
      containers:
      - name: c
        image: fairlead/echo
        command: [sh, -c, "echo begun >> /data/lines; sleep 1000"]
        volumeMounts: [{name: data, mountPath: /data}, {name: fast, mountPath: /fast}]
      volumes: [{name: fast, emptyDir: {medium: Memory, sizeLimit: 4Mi}}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 100Mi}}}
`

claim(
  'claims keep their data over the death of the agents, a stop of the cluster, and a class that was deleted stays so',
  async (assert) => {
    await using one = scratch()
    await one.up('vol-life', '--nodes', '2')
    assert.equal((await one.apply(DATABASE)).status, 0)
    await rolledOut(one)
    const facts = async () => {
      const { items } = await json<{ items: PersistentVolume[] }>(one, 'pv')
      return items.map(({ metadata, spec, status }) => [
        metadata?.uid,
        spec?.local?.path,
        spec?.claimRef?.name,
        status?.phase,
      ])
    }
    const before = await facts()
    assert.equal(new Set(before.map(([, path]) => path)).size, 2)
    assert.equal(await sh(one, 'db-0', "df -k /fast | tail -1 | awk '{print $2}'"), '4096')

    const { processes } = await one.status('vol-life')
    process.kill(processes.find(({ role }) => role === 'agent-host')!.pid, 'SIGKILL')
    await one.kubectl('delete', 'pod', 'db-1', '--wait=false')
    await eventually('agents are there again', async () => (await one.status('vol-life')).healthy)
    await eventually(
      'the pod is another',
      async () => (await podOf(one, 'db-1')).metadata?.deletionTimestamp === undefined,
    )
    await rolledOut(one)
    assert.equal((await podOf(one, 'db-0')).status?.containerStatuses?.[0]?.restartCount, 0)
    assert.equal(await sh(one, 'db-1', 'cat /data/lines'), 'begun\nbegun')

    await one.kubectl('delete', 'sc', 'standard')
    assert.equal((await one.fairlead('stop', 'vol-life', '-q')).status, 0)
    for (const [, path] of before) assert.match(readFileSync(`${path}/lines`, 'utf8'), /^begun\n/)
    await one.up('vol-life')
    await rolledOut(one)
    const lines = await eventually('its containers have begun again', async () => {
      const all = [await sh(one, 'db-0', 'cat /data/lines'), await sh(one, 'db-1', 'cat /data/lines')]
      return all.join() === 'begun\nbegun,begun\nbegun\nbegun' && all
    })
    assert.equal(lines.length, 2)
    assert.deepEqual(await facts(), before)
    assert.equal(await sh(one, 'db-0', "df -k /fast | tail -1 | awk '{print $2}'"), '4096', 'memory is memory again')
    assert.equal(await one.kubectl('get', 'sc', '-o', 'name'), '')
  },
)

claim('who takes more of the disk than it may is evicted, and nobody else', async (assert) => {
  await using one = scratch()
  await one.up('vol-evict', '--nodes', '1')
  const pod = (name: string, command: string, more = '', resources = '') => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: fairlead/echo, command: [sh, -c, "${command}"]${resources}, volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, emptyDir: {${more}}}]
---
`
  const limit = ', resources: {limits: {ephemeral-storage: 2Mi}}'
  const fill = (path: string): string => `dd if=/dev/zero of=${path} bs=1M count=4; sleep 1000`
  const outcome = await one.apply(
    pod('volume', fill('/v/file'), 'sizeLimit: 1Mi') +
      pod('files', fill('/tmp-file'), '', limit) +
      pod('logs', 'yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | head -c 4000000; sleep 1000', '', limit) +
      pod('modest', fill('/v/file'), 'sizeLimit: 1Gi', ', resources: {limits: {ephemeral-storage: 1Gi}}') +
      pod('free', fill('/v/file')),
  )
  assert.equal(outcome.status, 0, outcome.stderr)
  const message = async (name: string) =>
    eventually(
      `${name} is evicted`,
      async () => {
        const { status } = await podOf(one, name)
        return status?.phase === 'Failed' && status.reason === 'Evicted' && status.message
      },
      40_000,
    )
  assert.equal(await message('volume'), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ')
  for (const name of ['files', 'logs'])
    assert.equal(await message(name), 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ')
  assert.match(
    await one.kubectl('get', 'events', '--field-selector', 'reason=Evicted'),
    /pod\/volume +Usage of EmptyDir volume "v"/,
  )
  for (const name of ['modest', 'free']) assert.equal((await podOf(one, name)).status?.phase, 'Running', name)
})

claim(
  'what a ConfigMap or a Secret changes reaches the files of pods that run, but not what a subPath showed',
  async (assert) => {
    await using one = scratch()
    await one.up('vol-maps', '--nodes', '1')
    const maps = (value: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: ${value}, other: kept}
binaryData: {bytes: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
stringData: {key: ${value}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fixed}
immutable: true
data: {a: b}
---
`
    const outcome = await one.apply(`${maps('first')}apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: c
    image: fairlead/echo
    command: [sleep, "1000"]
    volumeMounts:
    - {name: all, mountPath: /all}
    - {name: all, mountPath: /one, subPath: mode}
    - {name: some, mountPath: /some}
    - {name: secret, mountPath: /secret}
    - {name: late, mountPath: /late}
  volumes:
  - {name: all, configMap: {name: settings}}
  - {name: some, configMap: {name: settings, defaultMode: 0o440, items: [{key: mode, path: deep/mode, mode: 0o600}, {key: other, path: other}]}}
  - {name: secret, secret: {secretName: secret, defaultMode: 0o400}}
  - {name: late, configMap: {name: late, optional: true}}
`)
    assert.equal(outcome.status, 0, outcome.stderr)
    await one.kubectl('wait', '--for=condition=Ready', 'pod/reader', '--timeout=60s')
    assert.equal(
      await sh(one, 'reader', 'od -An -tx1 /all/bytes; ls /some; stat -Lc %a /some/deep/mode /some/other /secret/key'),
      '00 01 02\ndeep\nother\n600\n440\n400',
    )
    assert.equal(await sh(one, 'reader', 'cat /one; ls /late'), 'first')
    assert.equal(
      (
        await one.apply(`${maps('second')}apiVersion: v1
kind: ConfigMap
metadata: {name: late}
data: {come: now}
`)
      ).status,
      0,
    )
    const seen = await eventually('all of it has come', async () => {
      const text = await sh(one, 'reader', 'cat /all/mode /some/deep/mode /secret/key /late/come').catch(() => '')
      return text === 'secondsecondsecondnow' && text
    })
    assert.equal(seen, 'secondsecondsecondnow')
    assert.equal(await sh(one, 'reader', 'cat /one'), 'first')
    await one.kubectl('delete', 'configmap', 'late')
    await eventually(
      'an optional one that goes takes its files along',
      async () => (await sh(one, 'reader', 'ls /late')) === '',
    )
    const fixed = await run('kubectl', ['patch', 'configmap', 'fixed', '-p', '{"data":{"a":"c"}}'], { env: one.env })
    assert.match(fixed.stderr, /data: Forbidden: field is immutable when `immutable` is set/)
  },
)

claim(
  'who fills the disk is evicted, whatever node it is on; the others run on, and the API takes writes again',
  async (assert) => {
    await using one = scratch()
    const disk = mkdtempSync(join(tmpdir(), 'fairlead-disk-'))
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'none', disk])
    assert.equal(mounted.status, 0, mounted.stderr)
    const state = { FAIRLEAD_STATE: disk }
    try {
      const up = await one.fairleadWith(state, 'up', '--name', 'vol-full', '--nodes', '2')
      assert.equal(up.status, 0, up.stderr)
      const pod = (name: string, node: string, command: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: fairlead/echo, command: [sh, -c, "${command}"], volumeMounts: [{name: v, mountPath: /v}]}]
  volumes: [{name: v, emptyDir: {}}]
---
`
      const dd = (count: string): string => `dd if=/dev/zero of=/v/file bs=1M ${count}; sleep 1000`
      assert.equal((await one.apply(pod('modest', 'node-2', dd('count=3')))).status, 0)
      await one.kubectl('wait', '--for=condition=Ready', 'pod/modest', '--timeout=60s')
      assert.equal((await one.apply(pod('greedy', 'node-1', dd('')))).status, 0)
      const { status } = await eventually(
        'it is evicted',
        async () => {
          const found = await podOf(one, 'greedy')
          return found.status?.phase === 'Failed' && found
        },
        60_000,
      )
      assert.equal(status?.reason, 'Evicted')
      assert.match(status?.message ?? '', /^The node was low on resource: ephemeral-storage\. /)
      const written = await run('kubectl', ['create', 'configmap', 'after'], { env: one.env })
      assert.equal(written.status, 0, written.stderr)
      const modest = await podOf(one, 'modest')
      assert.deepEqual([modest.status?.phase, modest.status?.containerStatuses?.[0]?.restartCount], ['Running', 0])
      await eventually(
        'the nodes are well again',
        async () => {
          const told = await one.kubectl(
            'get',
            'nodes',
            '-o',
            'jsonpath={.items[*].status.conditions[?(@.type=="DiskPressure")].status}',
          )
          return told === 'False False'
        },
        30_000,
      )
    } finally {
      await one.fairleadWith(state, 'down', '--name', 'vol-full')
      await run('umount', ['-l', disk])
      rmSync(disk, { recursive: true, force: true })
    }
  },
)
