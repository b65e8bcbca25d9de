import { spawn } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployment, service } from './echo.ts'
import { type Assert, claim, EXAMPLES, eventually, FAIRLEAD, run, whyNoOwnUsers } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { cgroupsOf, processesOf, STATE, traces } from './traces.ts'

/** A Pod with a volume in memory, a Secret and a ConfigMap's worth of mounts, that ignores SIGTERM; one with its own users. */
const BUSY = `apiVersion: v1
kind: Pod
metadata: {name: busy}
spec:
  terminationGracePeriodSeconds: 60
  containers:
  - {name: host, image: fairlead/host, command: [sh, -c, "trap '' TERM; sleep 1000 & wait; sleep 1000"], volumeMounts: [{name: memory, mountPath: /tmp}]}
  - {name: echo, image: fairlead/echo}
  volumes: [{name: memory, emptyDir: {medium: Memory}}]
---
apiVersion: v1
kind: Pod
metadata: {name: own}
spec:
  hostUsers: ${whyNoOwnUsers !== undefined}
  containers: [{name: echo, image: fairlead/echo}]
---
`
const OTHERS =
  'apiVersion: v1\nkind: Config\nclusters: []\ncontexts:\n  - name: work\n    context: {cluster: work, user: work}\nusers: []\ncurrent-context: work\n'

/**
 * A cluster with all that leaves traces: pods of both images, mounts, Services of every kind, routes of the load
 * balancer, a registry.
 */
const busyCluster = async (assert: Assert, one: Scratch, name: string): Promise<void> => {
  writeFileSync(one.kubeconfig, OTHERS, { mode: 0o600 })
  await one.up(name, '--egress')
  const registry = await one.fairlead('registry', 'start', '--name', name, '--port', '5017')
  assert.equal(registry.status, 0, registry.stderr)
  await one.kubectl('apply', '-f', join(EXAMPLES, 'load-balancer.yaml'), '-f', join(EXAMPLES, 'headless.yaml'))
  const applied = await one.apply(
    `${BUSY}${deployment('web', { replicas: 3 })}---\n${service('web', 'type: NodePort\nports: [{port: 80, targetPort: 8080}]', 'web')}`,
  )
  assert.equal(applied.status, 0, applied.stderr)
  await one.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s')
  assert.ok(cgroupsOf(name).length > 0 && processesOf(name).length > 8, 'there is something to clean up')
}

const nothingLeft = async (assert: Assert, one: Scratch, name: string, before: unknown): Promise<void> => {
  assert.deepEqual(await traces(), before)
  assert.deepEqual(cgroupsOf(name), [])
  // A container's processes end with its cgroup, and conmon right behind them.
  await eventually('all processes end', async () => processesOf(name).length === 0, 2_000)
  assert.equal((await one.kubectl('config', 'current-context')).trim(), 'work')
  assert.doesNotMatch(await one.kubectl('config', 'view'), /fairlead/)
}

const killEverything = (name: string): void => {
  for (const pid of processesOf(name))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with another one.
    }
}

claim('down leaves nothing behind, and a second one says that there is nothing', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await busyCluster(assert, one, 'down-a')
  const down = await one.fairlead('down', '--name', 'down-a')
  assert.deepEqual([down.status, down.stdout], [0, ''])
  assert.match(down.stderr, /^cluster down-a is down \(\d+ ms\)\n$/)
  await nothingLeft(assert, one, 'down-a', before)
  const again = await one.fairlead('down', '--name', 'down-a')
  assert.equal(again.status, 1)
  assert.match(again.stderr, /there is no cluster named down-a\n/)
  const quiet = await one.up('down-a', '--nodes', '1', '-q').then(() => one.fairlead('down', 'down-a', '-q'))
  assert.deepEqual(quiet, { status: 0, stdout: '', stderr: '' })
})

claim('down leaves nothing behind after SIGKILL of every process, supervisors and conmon too', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await busyCluster(assert, one, 'down-b')
  killEverything('down-b')
  await eventually('all are dead', async () => processesOf('down-b').length === 0)
  assert.match((await one.fairlead('list')).stdout, /^down-b\s+dead/m)
  const status = await one.fairlead('status', '--name', 'down-b')
  assert.equal(status.status, 1)
  assert.match(
    status.stdout,
    /the agent-host is dead, and nothing starts it again; to bring the cluster back: fairlead up down-b\n/,
  )
  assert.equal((await one.fairlead('down', '--name', 'down-b')).status, 0)
  await nothingLeft(assert, one, 'down-b', before)
})

claim(
  'a cluster whose supervisors are dead is not called dead, nor healthy, and down takes it down',
  async (assert) => {
    await using one = scratch()
    const before = await traces()
    await one.up('down-h', '--nodes', '1')
    const supervisors = (await one.status('down-h')).processes.filter(({ role }) => role === 'supervisor')
    const said = [
      /the supervisor of the control-plane is dead: should the control-plane end, nothing starts it again/,
      /the supervisor of the agent-host is dead: should the agent-host end, nothing starts it again/,
    ]
    for (const [index, { pid }] of supervisors.entries()) {
      process.kill(pid, 'SIGKILL')
      await eventually('list says so', async () => /^down-h +degraded/m.test((await one.fairlead('list')).stdout))
      const status = await one.fairlead('status', 'down-h')
      assert.equal(status.status, 1)
      for (const why of said.slice(0, index + 1)) assert.match(status.stdout, why)
      assert.match(status.stdout, /nothing starts it again; to bring the cluster back: fairlead up down-h\n/)
    }
    const { processes } = await one.status('down-h')
    process.kill(processes.find(({ role }) => role === 'control-plane')!.pid, 'SIGKILL')
    await eventually('the one that nothing starts again', async () =>
      /the control-plane is dead, and nothing starts it again/.test((await one.fairlead('status', 'down-h')).stdout),
    )
    assert.equal((await one.fairlead('down', 'down-h')).status, 0)
    assert.deepEqual(await traces(), before)
    assert.deepEqual(processesOf('down-h'), [])
  },
)

claim('down leaves nothing behind after the state folder was deleted under a running cluster', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await busyCluster(assert, one, 'down-c')
  // What is mounted there stays, as with any rm -r.
  await run('rm', ['-rf', join(STATE, 'down-c')])
  const up = await one.fairlead('up', '--name', 'down-c')
  assert.equal(up.status, 1)
  assert.match(up.stderr, /a cluster named down-c is running\n.*fairlead down down-c/)
  const down = await one.fairlead('down', '--name', 'down-c')
  assert.equal(down.status, 0, down.stderr)
  await nothingLeft(assert, one, 'down-c', before)
})

claim('down leaves nothing behind after the state folder was moved away and every process killed', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await busyCluster(assert, one, 'down-d')
  killEverything('down-d')
  await run('sh', ['-c', `for m in $(grep -o '${STATE}/down-d/[^ ]*' /proc/self/mountinfo); do umount -l "$m"; done`])
  const away = join(one.folder, 'away')
  await run('mv', [join(STATE, 'down-d'), away])
  const down = await one.fairlead('down', '--name', 'down-d')
  assert.equal(down.status, 0, down.stderr)
  rmSync(away, { recursive: true, force: true })
  await nothingLeft(assert, one, 'down-d', before)
})

claim('down takes a cluster down though its kubeconfig is broken, and says so', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await one.up('down-e', '--nodes', '1')
  renameSync(one.kubeconfig, `${one.kubeconfig}.kept`)
  writeFileSync(one.kubeconfig, '{ broken')
  const down = await one.fairlead('down', '--name', 'down-e')
  assert.equal(down.status, 1)
  assert.match(down.stderr, /is not a kubeconfig/)
  assert.deepEqual(await traces(), before)
  renameSync(`${one.kubeconfig}.kept`, one.kubeconfig)
  const again = await one.fairlead('down', '--name', 'down-e')
  assert.equal(again.status, 0, 'what was left was the entry')
})

claim('a cluster whose configuration was damaged is named by list, and down takes it down', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await one.up('down-g', '--nodes', '1')
  writeFileSync(join(STATE, 'down-g', 'cluster.json'), '{ "name": ')
  assert.match((await one.fairlead('list')).stdout, /^down-g\s+running/m)
  const status = await one.fairlead('status', '--name', 'down-g')
  assert.equal(status.status, 1)
  assert.match(status.stderr, /the state of cluster down-g in \S+ cannot be read\n.*fairlead down down-g/)
  assert.equal((await one.fairlead('down', '--name', 'down-g')).status, 0)
  assert.deepEqual(await traces(), before)
  assert.deepEqual(processesOf('down-g'), [])
})

claim('an interrupt does not stop down half-way', async (assert) => {
  await using one = scratch()
  const before = await traces()
  await one.up('down-f')
  const child = spawn(FAIRLEAD, ['down', '--name', 'down-f'], { env: { ...process.env, ...one.env }, stdio: 'ignore' })
  // From its first millisecond of work to its last; what comes while the program itself is still loading ends it, and
  // nothing was touched.
  const timer = setInterval(() => child.kill('SIGINT'), 20)
  const code = await new Promise((done) => child.on('close', done))
  clearInterval(timer)
  if (code === null) assert.equal((await one.fairlead('down', '--name', 'down-f')).status, 0)
  else assert.equal(code, 0)
  assert.deepEqual(await traces(), before)
})
