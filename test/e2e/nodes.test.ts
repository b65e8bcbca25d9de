import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { ask, deployment, service } from './echo.ts'
import { type Assert, claim, eventually, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { STATE, traces } from './traces.ts'

const json = async <T>(one: Scratch, ...args: readonly string[]): Promise<T> =>
  JSON.parse(await one.kubectl('get', ...args, '-o', 'json')) as T
const pods = async (one: Scratch): Promise<readonly Pod[]> => (await json<{ items: Pod[] }>(one, 'pods')).items
const readyOf = async (one: Scratch, node: string): Promise<string | undefined> =>
  (await json<Node>(one, 'node', node)).status?.conditions?.find(({ type }) => type === 'Ready')?.status
const node = async (assert: Assert, one: Scratch, name: string, ...words: readonly string[]): Promise<string> => {
  const { status, stderr, stdout } = await one.fairlead('node', ...words, '--name', name)
  assert.equal(status, 0, stderr)
  return stderr + stdout
}
const kill = async (one: Scratch, name: string, role: string): Promise<void> => {
  const { pid } = (await one.status(name)).processes.find((process) => process.role === role)!
  process.kill(pid, 'SIGKILL')
  await eventually('it is dead', async () => !existsSync(`/proc/${pid}`))
}

/** Pods that leave a node at once when it fails, by their own word, and their Service. */
const WEB = `${deployment('web', { replicas: 3 })}${service('web', 'type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: 30080}]')}`
const HASTY = `{"spec":{"template":{"spec":{"tolerations":[
  {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":1}]}}}}`

const served = async (one: Scratch): Promise<readonly string[]> => {
  const { items } = await json<{ items: EndpointSlice[] }>(
    one,
    'endpointslices',
    '-l',
    'kubernetes.io/service-name=web',
  )
  return items
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready)
    .map(({ nodeName }) => nodeName ?? '')
    .sort()
}

claim(
  'a node that loses its power fails by silence, its pods are replaced, and it comes back clean; also over deaths of ours',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up('nodes-a', '--node-monitor-grace-period', '3s')
    const applied = await one.apply(WEB)
    assert.equal(applied.status, 0, applied.stderr)
    await one.kubectl('patch', 'deployment', 'web', '-p', HASTY)
    await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    await eventually('old pods are gone', async () => (await pods(one)).length === 3)
    assert.deepEqual(await served(one), ['node-1', 'node-2', 'node-3'])
    const lost = (await pods(one)).find(({ spec }) => spec?.nodeName === 'node-2')!

    const said = await node(assert, one, 'nodes-a', 'stop', 'node-2')
    assert.match(said, /^node node-2 of cluster nodes-a is stopped: its containers are dead, .* \(\d+ ms\)\n$/)
    assert.equal(existsSync(`/run/netns/${nodes[1]!.namespace}`), false)
    assert.equal(existsSync(`/sys/fs/cgroup/fairlead/nodes-a/node-2/pod${lost.metadata!.uid}`), false)
    assert.match(
      (await run('ping', ['-c1', '-W1', nodes[1]!.addresses[0]])).stdout || '100% packet loss',
      /100% packet loss/,
    )
    // Nobody has said so to the API: it finds out.
    assert.equal(await readyOf(one, 'node-2'), 'True')
    const status = await one.fairlead('status', 'nodes-a')
    assert.equal(status.status, 1)
    assert.match(status.stdout, /^node-2 +stopped /m)
    assert.match(status.stdout, /\nnode-2 was stopped; to undo it: fairlead node start node-2 --name nodes-a\n/)
    assert.match((await one.fairlead('list')).stdout, /^nodes-a +running +3 \(node-2 stopped\) /m)
    assert.match(await node(assert, one, 'nodes-a', 'list'), /^node-2 +stopped +no /m)

    await eventually('it is NotReady', async () => (await readyOf(one, 'node-2')) === 'Unknown', 30_000)
    const { spec } = await json<Node>(one, 'node', 'node-2')
    assert.deepEqual(spec?.taints?.map(({ key, effect }) => `${key}:${effect}`).sort(), [
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ])
    await eventually('its pod is replaced', async () => {
      const on = await served(one)
      return on.length === 3 && !on.includes('node-2')
    })
    // No kubelet can tell its end.
    const terminating = (await pods(one)).filter(({ metadata }) => metadata?.deletionTimestamp)
    assert.deepEqual(
      terminating.map(({ metadata }) => metadata!.uid),
      [lost.metadata!.uid],
    )
    for (const number of [0, 2]) assert.match(await ask(nodes[number]!.addresses[0], 30080), /^web-/)
    // Of a ClusterIP, from the host, each answers: the router knows where no carrier is.
    const clusterIp = await one.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    for (let round = 0; round < 8; round++) assert.match(await ask(clusterIp, 80), /^web-/)

    // It stays so over deaths, and over a stop of all.
    await kill(one, 'nodes-a', 'agent-host')
    await eventually('they are back', async () => (await one.status('nodes-a')).nodes.some(({ ready }) => ready))
    assert.match(await node(assert, one, 'nodes-a', 'list'), /^node-2 +stopped +no /m)
    assert.equal((await one.fairlead('stop', 'nodes-a', '-q')).status, 0)
    await one.up('nodes-a')
    assert.match(await node(assert, one, 'nodes-a', 'list'), /^node-2 +stopped +no /m)
    assert.equal(existsSync(`/run/netns/${nodes[1]!.namespace}`), false)

    assert.match(await node(assert, one, 'nodes-a', 'start', '2'), /node-2 .* is up and Ready/)
    await eventually('it is Ready', async () => (await readyOf(one, 'node-2')) === 'True')
    await eventually('what was deleted meanwhile is gone', async () =>
      (await pods(one)).every(({ metadata }) => metadata?.uid !== lost.metadata!.uid),
    )
    await eventually('the taints go', async () => (await json<Node>(one, 'node', 'node-2')).spec?.taints === undefined)
    await one.kubectl('delete', 'pods', '-l', 'app=web', '--wait=false')
    await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    await eventually('pods are placed there again', async () => (await served(one)).includes('node-2'))
    for (const { addresses } of nodes)
      assert.match(await eventually('it answers', () => ask(addresses[0], 30080)), /^web-/)
    await eventually('all is well', async () => (await one.status('nodes-a')).healthy)
  },
  { timeout: 240_000 },
)

claim(
  'pods of a node that is back before they are evicted start anew there, and those of one that was cut off never ended',
  async (assert) => {
    await using one = scratch()
    await one.up('nodes-b', '--nodes', '2', '--node-monitor-grace-period', '3s')
    const applied = await one.apply(WEB)
    assert.equal(applied.status, 0, applied.stderr)
    await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    const before = (await pods(one)).filter(({ spec }) => spec?.nodeName === 'node-2')
    const containers = (all: readonly Pod[]) =>
      all.map(({ metadata, status }) => [metadata!.uid, status?.containerStatuses?.[0]?.containerID])
    const here = async () => (await pods(one)).filter(({ spec }) => spec?.nodeName === 'node-2')

    // Paused: the same containers, unseen, also by agents that died meanwhile.
    await node(assert, one, 'nodes-b', 'pause', 'node-2')
    await eventually('it is NotReady', async () => (await readyOf(one, 'node-2')) === 'Unknown', 30_000)
    assert.ok(!(await served(one)).includes('node-2'))
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    assert.ok(
      pids.some((pid) => cgroupOf(pid).includes('/nodes-b/node-2/')),
      'its containers run',
    )
    await kill(one, 'nodes-b', 'agent-host')
    await eventually('they are back', async () => (await one.status('nodes-b')).nodes.some(({ ready }) => ready))
    assert.match(await node(assert, one, 'nodes-b', 'list'), /^node-2 +paused +no /m)
    await node(assert, one, 'nodes-b', 'unpause', 'node-2')
    await eventually('it serves again', async () => (await served(one)).includes('node-2'))
    assert.deepEqual(containers(await here()), containers(before), 'nothing has ended there')
    await eventually('all is well', async () => (await one.status('nodes-b')).healthy)

    // Stopped, for less than they tolerate (300 s): the same pods, other containers.
    await node(assert, one, 'nodes-b', 'stop', 'node-2')
    await eventually('it is NotReady', async () => (await readyOf(one, 'node-2')) === 'Unknown', 30_000)
    await node(assert, one, 'nodes-b', 'start', 'node-2')
    await eventually('it serves again', async () => (await served(one)).includes('node-2'))
    const after = await eventually('each was started again', async () => {
      const all = await here()
      return all.every(({ status }) => status?.containerStatuses?.[0]?.ready) && all
    })
    assert.deepEqual(
      after.map(({ metadata }) => metadata!.uid).sort(),
      before.map(({ metadata }) => metadata!.uid).sort(),
    )
    assert.deepEqual([...new Set(after.map(({ status }) => status!.containerStatuses![0]!.restartCount))], [1])

    // Who knows that it does not come back says so, and nobody waits for a kubelet to tell the end of its pods.
    await node(assert, one, 'nodes-b', 'stop', 'node-2')
    await eventually('it is NotReady', async () => (await readyOf(one, 'node-2')) === 'Unknown', 30_000)
    await one.kubectl('taint', 'node', 'node-2', 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute')
    await eventually('they go', async () => (await here()).length === 0)
    await eventually('they are replaced', async () => (await served(one)).length === 3)
  },
  { timeout: 180_000 },
)

const cgroupOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}

claim('nodes are added to a cluster that runs and taken away again, and nothing of them is left', async (assert) => {
  await using one = scratch()
  const clean = await traces()
  const { nodes } = await one.up('nodes-c', '--nodes', '1', '--node-monitor-grace-period', '3s')
  const said = await node(
    assert,
    one,
    'nodes-c',
    'add',
    'big',
    '--zone',
    'eu-1',
    '--labels',
    'disk=fast',
    '--taints',
    'only=db:NoSchedule',
  )
  assert.match(said, /^node big of cluster nodes-c is up and Ready/)
  const added = await json<Node>(one, 'node', 'big')
  assert.equal(added.metadata?.labels?.['topology.kubernetes.io/zone'], 'eu-1')
  assert.equal(added.metadata?.labels?.disk, 'fast')
  assert.deepEqual(added.spec?.taints, [{ key: 'only', value: 'db', effect: 'NoSchedule' }])
  assert.deepEqual(added.spec?.podCIDRs, ['10.244.2.0/24', 'fd00:10:244:2::/64'])
  await node(assert, one, 'nodes-c', 'add')
  const names = async () =>
    (await one.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ').sort()
  assert.deepEqual(await names(), ['big', 'node-1', 'node-3'])

  // What was taken off stays off when its kubelet starts again.
  await one.kubectl('taint', 'node', 'big', 'only-')
  await one.kubectl('label', 'node', 'big', 'disk-')
  await kill(one, 'nodes-c', 'agent-host')
  await eventually('all is well', async () => (await one.status('nodes-c')).healthy)
  const again = await json<Node>(one, 'node', 'big')
  assert.deepEqual([again.spec?.taints, again.metadata?.labels?.disk], [undefined, undefined])

  const applied = await one.apply(WEB)
  assert.equal(applied.status, 0, applied.stderr)
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  assert.deepEqual(await served(one), ['big', 'node-1', 'node-3'])
  const address = async (name: string): Promise<string> =>
    (await json<Node>(one, 'node', name)).status!.addresses!.find(({ type }) => type === 'InternalIP')!.address
  for (const name of await names()) {
    const at = await address(name)
    const answers = new Set<string>()
    await eventually(`each pod answers by way of ${name}`, async () => answers.add(await ask(at, 30080)).size === 3)
  }
  const dns = async () =>
    (await json<EndpointSlice>(one, 'endpointslice', 'kube-dns-ipv4', '-n', 'kube-system')).endpoints?.map(
      ({ nodeName }) => nodeName,
    )
  assert.deepEqual(await eventually('DNS is served by all', async () => (await dns())?.length === 3 && dns()), [
    'node-1',
    'big',
    'node-3',
  ])
  // On another node's names too.
  const resolved = await one.fairlead(
    'exec',
    'node/big',
    '--name',
    'nodes-c',
    '--',
    'getent',
    'hosts',
    'web.default.svc.cluster.local',
  )
  assert.equal(resolved.status, 0, resolved.stderr)

  const gone = await address('big')
  assert.match(await node(assert, one, 'nodes-c', 'rm', 'big'), /node big of cluster nodes-c is gone/)
  assert.deepEqual(await names(), ['node-1', 'node-3'])
  assert.equal(existsSync('/run/netns/fairlead-nodes-c-node-2'), false)
  assert.equal(existsSync(join(STATE, 'nodes-c', 'pods', 'big')), false)
  assert.ok(
    (await pods(one)).every(({ spec }) => spec?.nodeName !== 'big'),
    'nor are its pods',
  )
  const routes = await run('ip', ['netns', 'exec', nodes[0]!.namespace, 'ip', 'route'])
  assert.ok(!routes.stdout.includes(gone), routes.stdout)
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  assert.deepEqual(await eventually('DNS is served by those', async () => (await dns())?.length === 2 && dns()), [
    'node-1',
    'node-3',
  ])
  await eventually('all is well', async () => (await one.status('nodes-c')).healthy)
  assert.match(await ask(await address('node-3'), 30080), /^web-/)
  await node(assert, one, 'nodes-c', 'rm', '1')
  const last = await one.fairlead('node', 'rm', 'node-3', '--name', 'nodes-c')
  assert.equal(last.status, 1)
  assert.match(last.stderr, /node-3 is the last node of cluster nodes-c\n.*fairlead down nodes-c/)

  for (const [words, message] of [
    [['stop', 'node-9'], /cluster nodes-c has no node node-9\n {2}its nodes: node-3\n/],
    [['stop'], /node stop: it takes NODE\n/],
    [['add', 'node-3'], /cluster nodes-c has a node node-3 already\n/],
    [['add', 'Bad'], /node add: 'Bad' cannot name a node\n/],
    [['add', '--taints', 'a=b'], /'a=b' is no taint\n/],
    [['start', 'node-3'], /node node-3 of cluster nodes-c is up already\n/],
    [['stop', 'node-3', '--zone', 'x'], /node stop: there is no flag --zone\n/],
    [['halt', 'node-3'], /there is no verb 'node halt'.*\n {2}one of: list, stop,/],
  ] as const) {
    const { status, stderr } = await one.fairlead('node', ...words, '--name', 'nodes-c')
    assert.ok(status !== 0, words.join(' '))
    assert.match(stderr, message)
  }
  assert.equal((await one.fairlead('down', 'nodes-c')).status, 0)
  assert.deepEqual(await traces(), clean)
  const nowhere = await one.fairlead('node', 'stop', '1', '--name', 'nodes-c')
  assert.match(nowhere.stderr, /there is no cluster named nodes-c/)
})
