import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod } from '#api/core/pod/message.ts'
import { ask, deployment, service } from './echo.ts'
import { claim, eventually } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'

/** Kills all processes of ours of that cluster at once, supervisors first, and leaves conmon and containers alone. */
const killAll = async (one: Scratch, name: string): Promise<readonly number[]> => {
  const { processes } = await one.status(name)
  const supervisors = processes.filter(({ role }) => role === 'supervisor')
  const pids = [...supervisors, ...processes.filter(({ role }) => role !== 'supervisor')].map(({ pid }) => pid)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await eventually('all are dead', async () => pids.every((pid) => !existsSync(`/proc/${pid}`)))
  return pids
}

/** A client that never stops: it asks over a new connection each time, and counts. */
const neverStops = (address: string, port: number) => {
  const counts = { answered: 0, failed: [] as string[] }
  let stopped = false
  const running = (async () => {
    while (!stopped) {
      await ask(address, port).then(
        () => counts.answered++,
        (error: Error) => counts.failed.push(error.message),
      )
      await sleep(2)
    }
  })()
  return {
    counts,
    async stop() {
      stopped = true
      await running
    },
  }
}

const JOBS = `apiVersion: v1
kind: Pod
metadata: {name: ends}
spec:
  restartPolicy: Never
  containers: [{name: shell, image: fairlead/host, command: [sh, -c, "echo begun; while [ ! -e /gate/open ]; do sleep 0.05; done; echo ended; exit 7"], volumeMounts: [{name: gate, mountPath: /gate}]}]
  volumes: [{name: gate, hostPath: {path: GATE}}]
---
apiVersion: v1
kind: Pod
metadata: {name: asks}
spec:
  nodeName: node-2
  terminationGracePeriodSeconds: 0
  containers:
  - name: shell
    image: fairlead/host
    command: [sh, -c, "ask() { curl -s -m 3 -o /dev/null http://$WEB_SERVICE_HOST/hostname; }; until ask; do sleep 0.1; done; while :; do ask && echo ok || echo failed; sleep 0.02; done"]
---
`

const facts = async (one: Scratch) =>
  (JSON.parse(await one.kubectl('get', 'pods', '-l', 'app=web', '-o', 'json')) as { items: Pod[] }).items.map(
    ({ metadata, status }) => [
      metadata!.uid,
      status!.podIP,
      status!.containerStatuses!.map(({ containerID, restartCount }) => [containerID, restartCount]),
    ],
  )

claim(
  'all of ours is killed and up brings it back, while traffic through Services flows and containers run on',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up('surv-a', '--allow-host-access')
    const gate = join(one.folder, 'gate')
    mkdirSync(gate)
    const yaml = `${deployment('web', { replicas: 3 })}${service('web', 'type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: 30080}]')}`
    const applied = await one.apply(`${yaml}${JOBS.replace('GATE', gate)}`)
    assert.equal(applied.status, 0, applied.stderr)
    await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    await one.kubectl('wait', '--for=condition=Ready', 'pod/ends', 'pod/asks', '--timeout=30s')
    const clusterIp = await one.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    for (const { addresses } of nodes) await eventually('it answers', () => ask(addresses[0], 30080))
    await eventually('the ClusterIP answers', () => ask(clusterIp, 80))
    const before = await facts(one)
    const clients = [...nodes.map(({ addresses }) => neverStops(addresses[0], 30080)), neverStops(clusterIp, 80)]

    for (const round of [1, 2]) {
      const killed = await killAll(one, 'surv-a')
      if (round === 1) writeFileSync(join(gate, 'open'), '')
      assert.match((await one.fairlead('list')).stdout, /^surv-a +dead +3 /m)
      const status = await one.fairlead('status', 'surv-a')
      assert.match(status.stdout, /the agent-host is dead, and nothing starts it again; .*: fairlead up surv-a\n/)
      const other = await one.fairlead('up', 'surv-a', '--nodes', '2')
      assert.match(other.stderr, /surv-a is there, with processes that are dead, and has --nodes 3, not 2\n/)
      await sleep(500)
      const up = await one.fairlead('up', 'surv-a')
      assert.equal(up.status, 0, up.stderr)
      assert.match(up.stderr, /^cluster surv-a is up again, its pods ran on, in \d+ ms: 3 nodes Ready, DNS answers\n/)
      const { healthy, processes } = await eventually('it is healthy', async () => {
        const now = await one.status('surv-a')
        return now.healthy && now
      })
      assert.ok(healthy && processes.length === 4 && processes.every(({ pid }) => !killed.includes(pid)))
      assert.deepEqual(await facts(one), before, 'the same pods, with the same containers')
    }
    await sleep(500)
    await Promise.all(clients.map((client) => client.stop()))
    for (const { counts } of clients) {
      assert.deepEqual(counts.failed, [])
      assert.ok(counts.answered > 100, `${counts.answered} answers`)
    }
    const asked = (await one.kubectl('logs', 'asks')).trim().split('\n')
    assert.deepEqual([...new Set(asked)], ['ok'], 'nor did one fail of a pod')
    assert.ok(asked.length > 20, `${asked.length} answers`)

    // What ended while nobody looked has told how, and what it said stands.
    const ended = JSON.parse(await one.kubectl('get', 'pod', 'ends', '-o', 'json')) as Pod
    assert.equal(ended.status?.phase, 'Failed')
    assert.equal(ended.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 7)
    assert.equal(await one.kubectl('logs', 'ends'), 'begun\nended\n')
    // And they are in charge.
    await one.kubectl('scale', 'deployment/web', '--replicas=1')
    await eventually('one pod is left', async () => (await facts(one)).length === 1)
    const again = await one.fairlead('up', 'surv-a')
    assert.match(again.stderr, /a cluster named surv-a is running\n/)
    assert.equal((await one.fairlead('down', 'surv-a')).status, 0)
  },
)

claim('one that has lost a process and its supervisor alone is made whole, and the others go on', async (assert) => {
  await using one = scratch()
  await one.up('surv-b', '--nodes', '1', '--ephemeral')
  await one.kubectl('create', 'configmap', 'mine')
  const before = (await one.status('surv-b')).processes as readonly {
    readonly pid: number
    readonly role: string
    readonly supervises?: string
  }[]
  // Its supervisor alone is dead: the agents run on, and are started again under another.
  const supervisor = before.find(({ supervises }) => supervises === 'agent-host')!
  process.kill(supervisor.pid, 'SIGKILL')
  await eventually('it is seen', async () => /degraded/.test((await one.fairlead('list')).stdout))
  const up = await one.fairlead('up', 'surv-b')
  assert.equal(up.status, 0, up.stderr)
  const after = (await one.status('surv-b')).processes
  const pidOf = (all: readonly { readonly pid: number; readonly role: string }[], role: string) =>
    all.find((process) => process.role === role)?.pid
  assert.equal(pidOf(after, 'control-plane'), pidOf(before, 'control-plane'), 'it held objects in memory')
  assert.notEqual(pidOf(after, 'agent-host'), pidOf(before, 'agent-host'))
  assert.equal(after.length, 4)
  assert.equal((await one.kubectl('get', 'configmap', 'mine', '-o', 'name')).trim(), 'configmap/mine')
})
