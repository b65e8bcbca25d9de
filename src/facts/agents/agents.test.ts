import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { explain } from '#explain/explain.ts'
import { facts } from '#explain/testing/cluster.ts'
import { hearKernels } from './hear-kernels.ts'
import { installedStatus } from './installed-status.ts'

const READY = [{ type: 'Ready', status: 'True' }]
const agent = (node: string, more: object = {}, name = `agent-${node}`) => ({
  metadata: { name, namespace: 'fairlead-system' },
  spec: { nodeName: node },
  status: {
    phase: 'Running',
    conditions: READY,
    containerStatuses: [{ restartCount: 2, state: { running: {} } }],
    ...more,
  },
})
const dataplane = { services: 3, pending: 0, appliedAt: '2026-01-01T00:00:00Z', failed: [] as object[] }
const statusOf = (node: string, more: object = {}) => ({
  node,
  version: '0.1.0',
  ready: true,
  parts: [{ name: 'services', ready: true, faults: [], failures: 0 }],
  dataplane,
  ...more,
})
const kernel = { tables: { services: 'ours' }, elements: [], kinds: [], strangers: [] }

interface Scene {
  readonly agents?: readonly object[]
  readonly others?: readonly object[]
  /** What a program in a pod prints, by the pod's name, or with what it is refused. */
  readonly says?: (pod: string, paths: readonly string[]) => readonly object[] | string | number
  readonly mayList?: boolean
}

/** An API server with two nodes, agents, and programs in their pods. */
const world = async (t: TestContext, { agents = [], others = [], says, mayList = true }: Scene) => {
  const refusal = (code: number) =>
    JSON.stringify({ kind: 'Status', status: 'Failure', code, reason: 'Forbidden', message: `no ${code}` })
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    if (url.includes('fairlead-system/pods') && !mayList) response.writeHead(403).end(refusal(403))
    else if (url.includes('/deployments/')) response.writeHead(404).end(refusal(404))
    else {
      const nodes = ['node-1', 'node-2'].map((name) => ({ metadata: { name } }))
      const items = url.includes('/nodes') ? nodes : url.includes('kube-system') ? others : agents
      response.writeHead(200).end(JSON.stringify({ items }))
    }
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(`http://api${request.url}`)
    const pod = url.pathname.split('/')[6]!
    const [node, program, ...paths] = url.searchParams.getAll('command')
    assert.deepEqual([node, program], ['/usr/bin/node', '/opt/fairlead/ask.mjs'])
    const said = says?.(pod, paths) ?? 'nothing'
    if (typeof said === 'number') {
      socket.end(`HTTP/1.1 ${said} No\r\nconnection: close\r\n\r\n${refusal(said)}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const [channel, text] =
        typeof said === 'string' ? [2, said] : [1, `${said.map((one) => JSON.stringify(one)).join('\n')}\n`]
      opened.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]))
      const causes = [{ reason: 'ExitCode', message: '2' }]
      const end =
        channel === 1 ? { status: 'Success' } : { status: 'Failure', reason: 'NonZeroExitCode', details: { causes } }
      opened.send(Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify(end))]))
      opened.close(1000)
    })
  })
  const folder = mkdtempSync(join(tmpdir(), 'agents-'))
  await new Promise<void>((resolve) => server.listen(join(folder, 'api.sock'), resolve))
  const transport = unixTransport(join(folder, 'api.sock'))
  t.after(() => {
    transport.close()
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true })
  })
  return { client: createHttpClient(transport), address: { transport, namespace: 'fairlead-system' } }
}

const cluster = facts({ network: { ...facts().network, foreign: true } })
const question = { from: 'pod/client', to: 'svc/web' }
const hear = async (t: TestContext, scene: Scene) => {
  const { client, address } = await world(t, scene)
  return await hearKernels(client, address, cluster, explain(cluster, question))
}

test('the agent of the node on the way is asked about that address and port alone', async (t) => {
  const asked: string[] = []
  const told = await hear(t, {
    agents: [agent('node-1'), agent('node-2')],
    says(pod, paths) {
      asked.push(pod, ...paths)
      return [statusOf('node-1', { dataplane: { ...dataplane, pending: 4 } }), kernel]
    },
  })
  assert.deepEqual(asked, ['agent-node-1', '/status', '/kernel?frontend=10.96.0.1%3A80%2Ftcp&strangers=true'])
  const heard = told?.['node-1']
  assert.ok(heard?.code === 'heard')
  assert.deepEqual([heard.version, heard.rules, heard.pending, heard.agent.name], ['0.1.0', 'ours', 4, 'agent-node-1'])
})

test('a cluster without agents is not said to lack them; a node without one is, with who is there in its place', async (t) => {
  assert.equal(await hear(t, {}), undefined)
  const told = await hear(t, { agents: [agent('node-2')] })
  assert.deepEqual(told, { 'node-1': { code: 'no-agent', others: [] } })
})

test('why an agent does not tell is said: its pod, its program, the rule of RBAC that is missing', async (t) => {
  const waiting = {
    phase: 'Pending',
    conditions: [],
    containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }],
  }
  const ref = { kind: 'Pod', namespace: 'fairlead-system', name: 'agent-node-1' }
  const away = (message: string) => ({ 'node-1': { code: 'agent-away', agent: ref, message } })
  assert.deepEqual(await hear(t, { agents: [agent('node-1', waiting)] }), away('its pod is Pending: ImagePullBackOff'))
  const agents = [agent('node-1')]
  assert.deepEqual(await hear(t, { agents, says: () => 'ENOENT\n' }), away('ENOENT'))
  assert.deepEqual(await hear(t, { agents, says: () => [{}] }), away('1 answers to 2 questions'))
  const rule = { namespace: 'fairlead-system', resources: ['pods/exec'], verbs: ['get', 'create'] }
  assert.deepEqual(await hear(t, { agents, says: () => 403 }), {
    'node-1': { code: 'forbidden', agent: ref, rule, message: 'no 403' },
  })
  const list = { namespace: 'fairlead-system', resources: ['pods'], verbs: ['list'] }
  assert.deepEqual(await hear(t, { agents, mayList: false }), {
    'node-1': { code: 'forbidden', rule: list, message: 'no 403' },
  })
})

test('status is well where each node has one agent, which says that all is; and whatever is not is seen', async (t) => {
  const of = async (scene: Scene) => {
    const { client, address } = await world(t, scene)
    return await installedStatus(client, address)
  }
  const both = [agent('node-1'), agent('node-2')]
  const well = await of({ agents: both, says: (pod) => [statusOf(pod.slice(6))] })
  assert.equal(well.healthy, true)
  assert.deepEqual(
    well.nodes.map(({ node, agent: name, restarts, also, answer }) => [node, name, restarts, also, answer.code]),
    [
      ['node-1', 'agent-node-1', 2, [], 'answered'],
      ['node-2', 'agent-node-2', 2, [], 'answered'],
    ],
  )
  const failed = [{ service: 'a/b', message: 'no', retryAt: '' }]
  for (const more of [
    { ready: false },
    { dataplane: { ...dataplane, pending: 1 } },
    { dataplane: { ...dataplane, failed } },
  ])
    assert.equal((await of({ agents: both, says: (pod) => [statusOf(pod.slice(6), more)] })).healthy, false)
  const twice = [...both, agent('node-1', {}, 'second')]
  const doubled = await of({ agents: twice, says: (pod) => [statusOf(pod.slice(6))] })
  assert.deepEqual([doubled.healthy, doubled.nodes[0]?.also], [false, ['second']])
  const labels = { 'k8s-app': 'kube-proxy' }
  const proxy = { metadata: { name: 'kube-proxy-x', namespace: 'kube-system', labels }, spec: { nodeName: 'node-2' } }
  const one = await of({ agents: [agent('node-1')], others: [proxy], says: () => [statusOf('node-1')] })
  assert.deepEqual(one.nodes[1]?.answer, {
    code: 'no-agent',
    others: [{ kind: 'Pod', namespace: 'kube-system', name: 'kube-proxy-x' }],
  })
})
