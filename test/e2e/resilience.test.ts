import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod } from '#api/core/pod/message.ts'
import type { ListMeta } from '#api/meta/list-meta.ts'
import { ask, deployment, service } from './echo.ts'
import { type Assert, claim, eventually } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'

const pidOf = async (one: Scratch, name: string, role: string): Promise<number> =>
  eventually(
    `a process ${role}`,
    async () => (await one.status(name)).processes.find((process) => process.role === role)?.pid,
  )
const state = (pid: number): string => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!

const serve = async (assert: Assert, one: Scratch, nodePort: number): Promise<void> => {
  const yaml = `${deployment('web', { replicas: 3 })}---\n${service('web', `type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: ${nodePort}}]`, 'web')}`
  const outcome = await one.apply(yaml)
  assert.equal(outcome.status, 0, outcome.stderr)
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
}
const pods = async (one: Scratch): Promise<readonly Pod[]> =>
  (JSON.parse(await one.kubectl('get', 'pods', '-l', 'app=web', '-o', 'json')) as { items: Pod[] }).items

/** A connection that stays open: asks through it, and says which local port it has. */
const keptOpen = (address: string, port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const once = (): Promise<{ readonly name: string; readonly localPort: number }> =>
    new Promise((resolve, reject) => {
      const call = get({ host: address, port, path: '/hostname', agent, timeout: 2_000 }, (response) => {
        const { localPort } = response.socket
        let name = ''
        response.on('data', (data: Buffer) => {
          name += String(data)
        })
        response.on('end', () => resolve({ name, localPort: localPort ?? 0 }))
      })
      call.on('error', reject)
      call.on('timeout', () => call.destroy(new Error('timed out')))
    })
  return { once, [Symbol.dispose]: () => agent.destroy() }
}

claim('Services forward while the agents are stopped or dead, and the next agents adopt the pods', async (assert) => {
  await using one = scratch()
  const { nodes } = await one.up('resil-a')
  await serve(assert, one, 30080)
  for (const { addresses } of nodes) await eventually('it answers', () => ask(addresses[0], 30080))
  using connection = keptOpen(nodes[0]!.addresses[0], 30080)
  const first = await connection.once()
  const before = await pods(one)

  const agents = await pidOf(one, 'resil-a', 'agent-host')
  process.kill(agents, 'SIGSTOP')
  await eventually('it is stopped', async () => state(agents) === 'T')
  for (const { addresses } of nodes) assert.match(await ask(addresses[0], 30080), /^web-/)
  const stopped = await one.fairlead('status', '--name', 'resil-a')
  assert.equal(stopped.status, 1)
  assert.match(
    stopped.stdout,
    /cluster resil-a: not healthy[\s\S]*agents: \/status: no answer in 3000 ms, though the agent-host runs: fairlead logs/,
  )
  process.kill(agents, 'SIGKILL')
  for (const { addresses } of nodes) assert.match(await ask(addresses[0], 30080), /^web-/)
  assert.deepEqual(await connection.once(), first, 'the same connection to the same pod')

  const next = await eventually('another agent host', async () => {
    const { healthy, processes } = await one.status('resil-a')
    return healthy && processes.find(({ role }) => role === 'agent-host')?.pid
  })
  assert.notEqual(next, agents)
  await sleep(500)
  assert.deepEqual(
    (await pods(one)).map(({ metadata, status }) => [
      metadata!.uid,
      status!.podIP,
      status!.phase,
      status!.containerStatuses!.map(({ containerID, restartCount }) => [containerID, restartCount]),
    ]),
    before.map(({ metadata, status }) => [
      metadata!.uid,
      status!.podIP,
      status!.phase,
      status!.containerStatuses!.map(({ containerID }) => [containerID, 0]),
    ]),
    'the same pods, with the same containers',
  )
  assert.deepEqual(await connection.once(), first, 'the connection outlives the adoption')
  // And they are in charge: a change reaches pods and kernels.
  await one.kubectl('scale', 'deployment/web', '--replicas=1')
  await eventually('one pod is left', async () => (await pods(one)).length === 1)
  const [left] = await pods(one)
  for (const { addresses } of nodes)
    assert.equal(await eventually('only that one answers', () => ask(addresses[0], 30080)), left!.metadata!.name)
})

claim(
  'a control plane that was killed comes back with all that was applied, and nobody but it notices',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up('resil-b')
    await serve(assert, one, 30080)
    for (const { addresses } of nodes) await eventually('it answers', () => ask(addresses[0], 30080))
    const kubeconfig = readFileSync(one.kubeconfig, 'utf8')
    const facts = async () => ({
      pods: (await pods(one)).map(({ metadata, status }) => [
        metadata!.uid,
        status!.podIP,
        status!.containerStatuses!.map(({ containerID, restartCount }) => [containerID, restartCount]),
      ]),
      services: await one.kubectl('get', 'services', '-A', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'),
      namespace: await one.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'),
    })
    const before = await facts()
    const { metadata } = JSON.parse(await one.kubectl('get', '--raw', '/api/v1/pods')) as { metadata: ListMeta }
    await one.kubectl('label', 'pods', '-l', 'app=web', 'seen=before')
    const agents = await pidOf(one, 'resil-b', 'agent-host')

    process.kill(await pidOf(one, 'resil-b', 'control-plane'), 'SIGKILL')
    assert.match(await ask(nodes[1]!.addresses[0], 30080), /^web-/, 'the kernel forwards meanwhile')
    const told: string[] = []
    const shown = await eventually('it is healthy again', async () => {
      told.push((await one.fairlead('status', 'resil-b')).stdout)
      const status = await one.status('resil-b')
      return status.healthy && status
    })
    // What comes back by itself is no fault to look for.
    for (const text of told) assert.doesNotMatch(text, /though the control-plane runs/)
    assert.equal(shown.nodes.flatMap((node) => node.pods).length, 3)
    assert.equal(await pidOf(one, 'resil-b', 'agent-host'), agents, 'the agents go on')
    assert.equal(readFileSync(one.kubeconfig, 'utf8'), kubeconfig)
    assert.deepEqual(await facts(), before, 'the same objects, and the same containers')
    // Who had listed before goes on from there.
    const watch = `/api/v1/namespaces/default/pods?watch=1&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`
    const seen = (await one.kubectl('get', '--raw', watch)).trim().split('\n')
    const labelled = seen.map((line) => (JSON.parse(line) as { object: Pod }).object.metadata?.labels?.seen)
    assert.equal(labelled.filter((label) => label === 'before').length, 3)
    // And a change reaches pods and kernels.
    await one.kubectl('scale', 'deployment/web', '--replicas=1')
    await eventually('one pod is left', async () => (await pods(one)).length === 1)
    const [left] = await pods(one)
    for (const { addresses } of nodes)
      assert.equal(await eventually('only that one answers', () => ask(addresses[0], 30080)), left!.metadata!.name)
  },
)

claim(
  'without a file of objects, a control plane that was killed comes back with none and says so, and is of use again',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up('resil-d', '--ephemeral')
    await serve(assert, one, 30080)
    for (const { addresses } of nodes) await eventually('it answers', () => ask(addresses[0], 30080))
    const kubeconfig = readFileSync(one.kubeconfig, 'utf8')
    const uid = await one.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}')

    process.kill(await pidOf(one, 'resil-d', 'control-plane'), 'SIGKILL')
    assert.match(await ask(nodes[1]!.addresses[0], 30080), /^web-/, 'the kernel forwards meanwhile')
    await eventually('the nodes are Ready again', async () => {
      const ready = await one.kubectl(
        'get',
        'nodes',
        '-o',
        'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {end}',
      )
      return ready.trim() === 'True True True'
    })
    assert.equal(readFileSync(one.kubeconfig, 'utf8'), kubeconfig)
    assert.notEqual(await one.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'), uid)
    assert.deepEqual(await pods(one), [], 'objects were in memory')

    await serve(assert, one, 30081)
    for (const { addresses } of nodes) {
      assert.match(await eventually('it answers', () => ask(addresses[0], 30081)), /^web-/)
      await eventually('what no object asks for any more is refused', () =>
        ask(addresses[0], 30080).then(
          () => false,
          ({ code }) => code === 'ECONNREFUSED',
        ),
      )
    }
    const shown = await eventually('the agents agree', async () => {
      const status = await one.status('resil-d')
      return status.api && status.nodes.every(({ ready }) => ready) && status
    })
    assert.equal(shown.nodes.flatMap((node) => node.pods).length, 3, 'pods of before are gone')
    // It works, and is not called healthy: what was applied before is lost.
    assert.equal(shown.healthy, false)
    const words = await one.fairlead('status', '--name', 'resil-d')
    assert.equal(words.status, 1)
    assert.match(
      words.stdout,
      /not healthy[\s\S]*the control plane ended and was started again .* is lost; apply it again/,
    )
    const told = await one.kubectl(
      'get',
      'events',
      '--field-selector',
      'reason=ObjectsLost',
      '-o',
      'jsonpath={.items[*].message}',
    )
    assert.match(told, /objects were in memory, and all that was applied before \S+ is lost; apply it again/)
  },
)

claim('a Service that cannot be written is told as an Event and in status, and holds up no other', async (assert) => {
  await using one = scratch()
  const { nodes } = await one.up('resil-c', '--nodes', '2')
  const slice = (number: number, count: number) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `crowd-${number}`, labels: { 'kubernetes.io/service-name': 'crowd' } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: count }, (_, index) => ({
      addresses: [`10.200.${number * 4 + (index >> 8)}.${index & 255}`],
    })),
    ports: [{ port: 8080, protocol: 'TCP' }],
  })
  const crowd = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'crowd' },
    spec: { ports: [{ port: 80, targetPort: 8080 }] },
  }
  // 8,191 can be told apart.
  const items = [crowd, ...Array.from({ length: 8 }, (_, number) => slice(number, 1000)), slice(8, 192)]
  const made = await one.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  assert.equal(made.status, 0, made.stderr)
  const failed = async () => (await one.status('resil-c')).nodes.map(({ dataplane }) => dataplane.failed.length)
  await eventually('both nodes say so', async () => (await failed()).join() === '1,1')
  const { status, stdout } = await one.fairlead('status', '--name', 'resil-c')
  assert.equal(status, 1)
  assert.match(
    stdout,
    /node-2: Service default\/crowd is not in the kernel: default\/crowd has 8192 endpoints; at most 8191/,
  )
  const events = await eventually('an Event of each node', async () => {
    const lines = (await one.kubectl('get', 'events', '--field-selector=reason=KernelRefused', '--no-headers')).trim()
    return lines.split('\n').length === 2 && lines
  })
  for (const { name } of nodes) assert.match(events, new RegExp(`service/crowd.*${name}.*8192 endpoints`))
  // Others are written meanwhile.
  await serve(assert, one, 30081)
  for (const { addresses } of nodes)
    assert.match(await eventually('it answers', () => ask(addresses[0], 30081)), /^web-/)
  await one.kubectl('delete', 'endpointslice', 'crowd-8')
  await eventually('it is written', async () => (await failed()).join() === '0,0')
})
