import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import { ask, deployment, service } from './echo.ts'
import { type Assert, claim, eventually, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { processesOf, STATE, traces } from './traces.ts'

/** A pod that adds a line to a file of its own at each start. */
const DIARY = `apiVersion: v1
kind: Pod
metadata: {name: diary}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: host, image: fairlead/host, command: [sh, -c, "echo begun >>/diary/lines; sleep 1000"], volumeMounts: [{name: diary, mountPath: /diary}]}
  volumes: [{name: diary, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: once}
spec: {restartPolicy: Never, containers: [{name: host, image: fairlead/host, command: [sh, -c, "sleep 1000"]}]}
---
`

const fill = async (assert: Assert, one: Scratch): Promise<void> => {
  const outcome = await one.apply(
    `${DIARY}${deployment('web', { replicas: 2 })}---\n${service('web', 'type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: 30080}]', 'web')}`,
  )
  assert.equal(outcome.status, 0, outcome.stderr)
  await one.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s')
}

const pods = async (one: Scratch): Promise<readonly Pod[]> =>
  (JSON.parse(await one.kubectl('get', 'pods', '-o', 'json')) as { items: Pod[] }).items

/** Of the pod that runs once, where it is and what it runs. */
const onceOf = async (one: Scratch) => {
  const { status } = (await pods(one)).find(({ metadata }) => metadata!.name === 'once')!
  return { podIPs: status!.podIPs, containerID: status!.containerStatuses![0]!.containerID }
}

/** What must be the same before and after. */
const facts = async (one: Scratch) => ({
  once: await onceOf(one),
  pods: (await pods(one)).map(({ metadata, spec }) => [metadata!.name, metadata!.uid, spec!.nodeName]),
  services: await one.kubectl('get', 'services', '-A', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'),
  addresses: await one.kubectl('get', 'services', '-A', '-o', 'jsonpath={.items[*].spec.clusterIPs}'),
  namespace: await one.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'),
  nodes: await one.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.uid} {.items[*].spec.podCIDRs}'),
  kubeconfig: readFileSync(one.kubeconfig, 'utf8'),
})

/** All of it is there again, its pods too. */
const backAgain = async (assert: Assert, one: Scratch, name: string, before: Awaited<ReturnType<typeof facts>>) => {
  const { nodes } = await one.up(name)
  assert.deepEqual(await facts(one), before)
  await one.kubectl('wait', '--for=condition=Ready', 'pod', 'diary', '-l', 'app!=x', '--timeout=30s').catch(() => '')
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  for (const { addresses } of nodes)
    assert.match(await eventually('it answers', () => ask(addresses[0], 30080)), /^web-/)
  const diary = await eventually('the diary is written', async () => {
    const { stdout } = await run('kubectl', ['exec', 'diary', '--', 'cat', '/diary/lines'], { env: one.env })
    return stdout === 'begun\nbegun\n' && stdout
  })
  assert.equal(diary, 'begun\nbegun\n', 'its volume is as it was')
  const shown = await eventually('all that should run does', async () => {
    const all = await pods(one)
    const phases = all.map(({ metadata, status }) => [metadata!.name === 'once', status!.phase])
    return phases.every(([once, phase]) => phase === (once ? 'Failed' : 'Running')) && all
  })
  const once = shown.find(({ metadata }) => metadata!.name === 'once')!
  const { state, containerID } = once.status!.containerStatuses![0]!
  assert.deepEqual(
    [state!.terminated!.exitCode, state!.terminated!.reason, state!.terminated!.containerID],
    [255, 'Unknown', containerID],
  )
  assert.deepEqual(once.status!.podIPs, before.once.podIPs, 'it has what it had')
  assert.equal(containerID, before.once.containerID)
  const restarts = shown
    .filter(({ metadata }) => metadata!.name !== 'once')
    .map(({ status }) => status!.containerStatuses![0]!.restartCount)
  assert.deepEqual([...new Set(restarts)], [1], 'each was started again, once')
  const { healthy } = await eventually('it is healthy', async () => {
    const status = await one.status(name)
    return status.healthy && status
  })
  assert.equal(healthy, true)
}

claim('a cluster that was stopped is brought back as it was, and stands nowhere meanwhile', async (assert) => {
  await using one = scratch()
  const clean = await traces()
  await one.up('stop-a', '--nodes', '2')
  await fill(assert, one)
  const before = await facts(one)
  const token = (await one.kubectl('create', 'token', 'default')).trim()
  const stopped = await one.fairlead('stop', 'stop-a')
  assert.equal(stopped.status, 0, stopped.stderr)
  assert.match(stopped.stderr, /^cluster stop-a is stopped \(\d+ ms\); start it again: fairlead up stop-a\n$/)
  assert.deepEqual(processesOf('stop-a'), [])
  const left = (await traces()) as Record<string, unknown>
  for (const [what, there] of Object.entries(clean as Record<string, unknown>))
    if (!['state', 'claims'].includes(what)) assert.deepEqual(left[what], there, what)

  assert.match((await one.fairlead('list')).stdout, /^stop-a +stopped +2 /m)
  const status = await one.fairlead('status', 'stop-a')
  assert.deepEqual(
    [status.status, status.stdout],
    [1, 'cluster stop-a: stopped; to bring the cluster back: fairlead up stop-a\n'],
  )
  assert.equal((await one.fairlead('stop', 'stop-a')).status, 0, 'once more is as good')
  const explain = await one.fairlead('explain', '--name', 'stop-a', '--from', 'host', '--to', 'svc/web')
  assert.match(explain.stderr, /the API of cluster stop-a does not answer: it is stopped\n.*fairlead up stop-a/)
  const other = await one.fairlead('up', 'stop-a', '--nodes', '3')
  assert.equal(other.status, 1)
  assert.match(other.stderr, /cluster stop-a is there, stopped, and has --nodes 2, not 3\n/)

  await backAgain(assert, one, 'stop-a', before)
  const review = `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"${token}"}}`
  const reviewed = await run('kubectl', ['create', '-f', '-', '-o', 'jsonpath={.status.authenticated}'], {
    env: one.env,
    input: review,
  })
  assert.equal(reviewed.stdout, 'true', 'a token of before is believed')
  assert.equal((await one.fairlead('stop', 'stop-a', '-q')).status, 0)
  assert.equal((await one.fairlead('down', 'stop-a')).status, 0)
  assert.deepEqual(await traces(), clean)
})

claim('a cluster outlives its machine: up brings it back when all but its folder is gone', async (assert) => {
  await using one = scratch()
  await one.up('stop-b', '--nodes', '2')
  await fill(assert, one)
  const before = await facts(one)
  // As after a restart of the machine: no process, no mount, no namespace, no cgroup, no claim.
  const kept = join(STATE, 'stop-b')
  for (const pid of processesOf('stop-b'))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went with another one.
    }
  await eventually('all are dead', async () => processesOf('stop-b').length === 0)
  const copy = join(one.folder, 'copy')
  await run('cp', ['-a', '--one-file-system', kept, copy])
  await one.fairlead('down', 'stop-b')
  assert.equal(existsSync(kept), false)
  await run('mkdir', ['-p', STATE])
  await run('mv', [copy, kept])
  writeFileSync(one.kubeconfig, before.kubeconfig, { mode: 0o600 })
  assert.match((await one.fairlead('list')).stdout, /^stop-b +stopped +2 /m)
  await backAgain(assert, one, 'stop-b', before)
})

claim('what has its objects in memory is not stopped, and says so', async (assert) => {
  await using one = scratch()
  await one.up('stop-c', '--nodes', '1', '--ephemeral')
  assert.equal(existsSync(join(STATE, 'stop-c', 'objects.db')), false)
  const stopped = await one.fairlead('stop', 'stop-c')
  assert.equal(stopped.status, 1)
  assert.match(stopped.stderr, /stop-c has its objects in memory: stopped, it would lose them\n.*fairlead down/)
  assert.match((await one.fairlead('list')).stdout, /^stop-c +running/m)
  for (const pid of processesOf('stop-c')) process.kill(pid, 'SIGKILL')
  await eventually('all are dead', async () => processesOf('stop-c').length === 0)
  const up = await one.fairlead('up', 'stop-c')
  assert.equal(up.status, 1)
  assert.match(
    up.stderr,
    /stop-c is there, but cannot be brought back: its objects were in memory alone\n.*fairlead down stop-c/,
  )
})

claim('objects that cannot be read keep a cluster from starting, until their file is set aside', async (assert) => {
  await using one = scratch()
  await one.up('stop-d', '--nodes', '1')
  await one.kubectl('create', 'configmap', 'mine')
  assert.equal((await one.fairlead('stop', 'stop-d', '-q')).status, 0)
  const objects = join(STATE, 'stop-d', 'objects.db')
  /** Its first page is another's, and there is no log that has a newer one. */
  const damage = (): Buffer => {
    const file = readFileSync(objects).fill(0xa5, 0, 4096)
    writeFileSync(objects, file)
    rmSync(`${objects}-wal`, { force: true })
    return file
  }
  const damaged = damage()

  const up = await one.fairlead('up', 'stop-d')
  assert.equal(up.status, 1)
  assert.match(up.stderr, /stop-d\/objects\.db is damaged: .*\n.*put a copy .* fairlead up stop-d --set-aside/)
  assert.ok(readFileSync(objects).equals(damaged), 'it is as it was')
  assert.match((await one.fairlead('list')).stdout, /^stop-d +stopped/m)
  const anew = await one.fairlead('up', '--name', 'stop-d', '--set-aside')
  assert.equal(anew.status, 0, anew.stderr)
  assert.match(anew.stderr, /the objects of before could not be read; they lie in \S+\/stop-d\/set-aside-\S+\.db\n/)
  assert.equal((await one.kubectl('get', 'configmaps', '-o', 'name')).trim(), 'configmap/kube-root-ca.crt')
  const aside = readdirSync(join(STATE, 'stop-d')).find((file) => /^set-aside-.*\.db$/.test(file))
  assert.ok(readFileSync(join(STATE, 'stop-d', aside!)).equals(damaged))

  // The same under a cluster that runs: its pods go on, and its control plane waits for a file that it can read.
  const control = (await one.status('stop-d')).processes.find(({ role }) => role === 'control-plane')!
  const whole = ['', '-wal'].map((suffix) => [suffix, readFileSync(`${objects}${suffix}`)] as const)
  damage()
  process.kill(control.pid, 'SIGKILL')
  const told = await eventually('status says why', async () => {
    const { stdout } = await one.fairlead('status', 'stop-d')
    return /the control plane does not start: /.test(stdout) && stdout
  })
  assert.match(told, /objects\.db is damaged: .*; fairlead stop stop-d, then put a copy .*--set-aside/)
  for (const [suffix, file] of whole) writeFileSync(`${objects}${suffix}`, file)
  await eventually('it is healthy again', async () => (await one.status('stop-d')).healthy, 20_000)
})

claim(
  'what is missing of a stopped cluster is named by all who are asked, and what they advise works',
  async (assert) => {
    await using one = scratch()
    await one.up('stop-e', '--nodes', '1')
    const lost = join(STATE, 'stop-e', 'pki', 'admin.crt')
    const kept = readFileSync(lost)
    rmSync(lost)
    assert.equal((await one.status('stop-e')).healthy, true, 'nobody needs it that runs')
    const kubeconfig = await one.fairlead('kubeconfig', 'stop-e')
    assert.equal(kubeconfig.status, 1)
    assert.match(kubeconfig.stderr, /admin\.crt of cluster stop-e is missing\n.*put it back/)
    const way = /admin\.crt is missing[;\n].*clean it up: fairlead down stop-e/
    const stopped = await one.fairlead('stop', 'stop-e')
    assert.equal(stopped.status, 1)
    for (const outcome of [stopped, await one.fairlead('up', 'stop-e'), await one.fairlead('status', 'stop-e')]) {
      assert.equal(outcome.status, 1)
      assert.match(`${outcome.stdout}${outcome.stderr}`, way)
    }
    writeFileSync(lost, kept)
    assert.equal((await one.fairlead('up', 'stop-e')).status, 0)

    // Without its configuration nobody knows what it was.
    writeFileSync(join(STATE, 'stop-e', 'cluster.json'), '{')
    for (const verb of ['stop', 'status']) {
      const { status, stderr } = await one.fairlead(verb, 'stop-e')
      assert.equal(status, 1)
      assert.match(
        stderr,
        /the state of cluster stop-e in \S+ cannot be read\n.*clean it up: fairlead down stop-e/,
        verb,
      )
    }
    assert.equal((await one.fairlead('down', 'stop-e')).status, 0)
  },
)

claim(
  'who asks a control plane that stands still is told so, and what does not listen is not called starting',
  async (assert) => {
    await using one = scratch()
    await one.up('stop-f', '--nodes', '1')
    const { pid } = (await one.status('stop-f')).processes.find(({ role }) => role === 'control-plane')!
    process.kill(pid, 'SIGSTOP')
    try {
      const explain = await one.fairlead('explain', '--name', 'stop-f', '--from', 'host', '--to', '10.96.0.1:443')
      assert.equal(explain.status, 3)
      assert.match(explain.stderr, /the API of cluster stop-f does not answer\n.*fairlead status stop-f/)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  },
)
