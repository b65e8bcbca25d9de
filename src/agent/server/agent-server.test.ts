import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'
import type { NodeAgent } from '../node-agent.ts'
import { Parts } from '../runner/parts.ts'
import { FakePart, fakePlace } from '../testing/fake-place.ts'
import { settle } from '../testing/loopback-network.ts'
import { type AgentReport, CONFIGURED, postJson } from './agent-api.ts'
import type { NodeOff } from './agent-report.ts'
import { serveAgentApi } from './agent-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-agents-'))
const socketPath = join(folder, 'agents.sock')
const NOW = '2026-01-01T00:00:00.000Z'
const CACHE = { lister: { size: 7, get: (name: string): Node | undefined => known.get(name) } }
/** The Nodes as the API has them. */
const known = new Map<string, Node>()
const nodeIs = (name: string, ready: 'True' | 'False' | 'Unknown'): void => {
  const conditions = [{ type: 'Ready', status: ready }]
  known.set(name, { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { conditions } })
}
/** What the kernel of n1 has. */
let sync: { appliedAt?: number; pending: number; failed: { service: string; error: string; retryAt: number }[] }
const web = {
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  status: { phase: 'Running', podIPs: [{ ip: '10.244.1.2' }, { ip: 'fd00::2' }] },
}
const servicesPart = new FakePart('services', { more: { proxy: { state: () => sync } } })
const kubelet = { pods: () => [web, { kind: 'Pod' }], resolve: (..._: readonly unknown[]): object => ({}) }
const podsPart = new FakePart('pods', { more: { kubelet } })
const networkPart = new FakePart('network', { more: { look: () => mended } })
const balancerPart = new FakePart('balancer')
let mended: string[] = []

let podsClock: HandClock

const agentOf = (name: string, ...parts: readonly FakePart[]): NodeAgent => {
  const { place, clock } = fakePlace(name)
  if (parts.includes(podsPart)) podsClock = clock
  const definitions = parts.map(({ definition }) => definition)
  const node = { ...place, addresses: ['172.30.0.2', 'fd00:30::2'], podCidrs: ['10.244.1.0/24', 'fd00:1::/64'] }
  return { node, parts: new Parts({ place, definitions, sources: {} }) } as unknown as NodeAgent
}
/** `n1` runs all that is asked about here, `n2` nothing. */
const agents = [agentOf('n1', servicesPart, podsPart, networkPart), agentOf('n2')]
const fabric = new Parts({ place: fakePlace('fabric').place, definitions: [balancerPart.definition], sources: {} })
/** Nodes that are not up, and what becomes of a configuration that was written anew. */
let off: NodeOff[] = []
let configured = async (): Promise<void> => {}
const becomesReady = Promise.withResolvers<void>()
const options = {
  cluster: 'test',
  agents: () => agents,
  nodesOff: () => off,
  onConfigured: () => configured(),
  fabric: () => fabric,
  runtime: new FakeRuntime(new HandClock()),
  services: CACHE as never,
  nodes: CACHE as never,
  onError: () => {},
}
let stop: Promise<() => void>

before(async () => {
  stop = serveAgentApi({ ...options, socket: socketPath, ready: becomesReady.promise })
  while (!existsSync(socketPath)) await settle()
})
beforeEach(() => {
  sync = { appliedAt: Date.parse(NOW), pending: 0, failed: [] }
  for (const part of [servicesPart, podsPart, networkPart, balancerPart]) part.status = { ready: true, faults: [] }
  mended = []
  for (const name of ['n1', 'n2']) nodeIs(name, 'True')
})
after(async () => {
  ;(await stop)()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly code: number | undefined
  readonly text: string
  readonly type: string | undefined
}

const ask = async (path: string, socket = socketPath): Promise<Answer> => {
  const [response] = (await once(get({ socketPath: socket, path, agent: false }), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { code: response.statusCode, text, type: response.headers['content-type'] }
}

const status = async (): Promise<AgentReport> => JSON.parse((await ask('/status')).text)

test('readiness: not before every node has answered, and who waits is told then', async () => {
  assert.equal(statSync(socketPath).mode & 0o777, 0o600)
  const early = await ask('/readyz')
  assert.deepEqual([early.code, early.text], [503, 'it has not been seen yet that every node answers'])
  servicesPart.status = { ready: false, faults: [] }
  assert.equal((await ask('/readyz')).text, 'n1, part services: it is starting')
  const waiting = ask('/readyz?wait=true')
  becomesReady.resolve()
  const { code, text, type } = await waiting
  assert.deepEqual([code, text, type], [200, '{"ready":true}', 'application/json'])
})

test('the kernel of a node is asked by the node’s name; a node that is not here, and a question that is none, are told so', async () => {
  const nobody = await ask('/kernel?node=n9')
  assert.deepEqual([nobody.code, nobody.text], [404, '{"error":"no node n9 has an agent here"}'])
  const { code, text } = await ask('/kernel?node=n1&frontend=x')
  assert.equal(code, 400)
  assert.match(text, /no frontend/)
})

test('readiness: never said of a node with a part that is not ready, which is named with its faults', async () => {
  becomesReady.resolve()
  await settle()
  assert.deepEqual(await ask('/readyz'), { code: 200, text: '{"ready":true}', type: 'application/json' })
  servicesPart.status = { ready: false, faults: ['the kernel refuses the tables: EPERM', 'and more'] }
  podsPart.status = { ready: true, faults: ['one pod'] }
  const { code, text, type } = await ask('/readyz')
  assert.deepEqual(
    [code, text, type],
    [503, 'n1, part services: the kernel refuses the tables: EPERM, and more', 'text/plain'],
  )
})

test('readiness: who waits for what cannot be is told why, and nobody is served any more', async () => {
  const socket = join(folder, 'other.sock')
  const fails = Promise.withResolvers<void>()
  const refused = assert.rejects(serveAgentApi({ ...options, socket, ready: fails.promise }), /no route/)
  while (!existsSync(socket)) await settle()
  const waiting = ask('/readyz?wait=true', socket)
  await settle()
  fails.reject(new Error('no route'))
  assert.deepEqual(await waiting, { code: 500, text: 'no route', type: 'text/plain' })
  await refused
  await assert.rejects(ask('/status', socket), { code: 'ENOENT' })
})

test('status tells of each node its addresses, parts, pods and what its kernel has', async () => {
  sync = {
    appliedAt: Date.parse(NOW),
    pending: 3,
    failed: [{ service: 'shop/web', error: 'EINVAL', retryAt: Date.parse(NOW) + 1000 }],
  }
  const { nodes, fabric: beside, rss } = await status()
  assert.ok(rss > 1e6)
  assert.deepEqual(beside, { parts: [{ name: 'balancer', ready: true, faults: [], failures: 0 }] })
  assert.deepEqual(nodes[0], {
    name: 'n1',
    addresses: ['172.30.0.2', 'fd00:30::2'],
    podCidrs: ['10.244.1.0/24', 'fd00:1::/64'],
    ready: true,
    parts: ['services', 'pods', 'network'].map((name) => ({ name, ready: true, faults: [], failures: 0 })),
    pods: [
      { namespace: 'shop', name: 'web', phase: 'Running', addresses: ['10.244.1.2', 'fd00::2'] },
      { namespace: '', name: '', phase: 'Pending', addresses: [] },
    ],
    dataplane: {
      services: 7,
      pending: 3,
      appliedAt: NOW,
      failed: [{ service: 'shop/web', message: 'EINVAL', retryAt: '2026-01-01T00:00:01.000Z' }],
    },
  })
})

test('status tells of a node without parts that it has no pods and that nothing was written', async () => {
  const { nodes } = await status()
  assert.deepEqual(nodes[1]!.parts, [])
  assert.deepEqual(nodes[1]!.pods, [])
  assert.deepEqual(nodes[1]!.dataplane, { services: 7, pending: 0, failed: [] })
})

test('status tells of a node that is not up what it is, in its place among the others', async () => {
  off = [{ name: 'n10', addresses: ['172.30.0.11'], podCidrs: ['10.244.10.0/24'], state: 'paused' }]
  off.push({ name: 'n0', addresses: [], podCidrs: [], state: 'stopped' })
  try {
    const { nodes } = await status()
    assert.deepEqual(
      nodes.map(({ name, state, ready, parts }) => [name, state, ready, parts.length]),
      [
        ['n0', 'stopped', false, 0],
        ['n1', undefined, true, 3],
        ['n2', undefined, true, 0],
        ['n10', 'paused', false, 0],
      ],
    )
    assert.deepEqual(nodes[3]?.podCidrs, ['10.244.10.0/24'])
  } finally {
    off = []
  }
})

test('status says why a Node is not Ready, in the words that the API has', async () => {
  const why = async () => (await status()).nodes[0]?.why
  assert.equal(await why(), undefined)
  const conditions = [
    { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' },
  ]
  known.set('n1', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { conditions } })
  assert.equal(await why(), 'its Node is not Ready (Unknown, NodeStatusUnknown): Kubelet stopped posting node status.')
  known.set('n1', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } })
  assert.equal(await why(), 'its Node is not Ready (Unknown)')
  known.delete('n1')
  assert.match((await why()) ?? '', /^the API has no Node of that name: somebody has deleted it/)
})

test('who tells that nodes were written anew is answered when it is done, or with what went wrong', async () => {
  let told = 0
  const done = Promise.withResolvers<void>()
  configured = async () => {
    told++
    await done.promise
  }
  const telling = postJson(socketPath, CONFIGURED, 5000)
  while (told === 0) await settle()
  done.resolve()
  await telling
  configured = async () => {
    throw new Error('node-2 is not ready yet: dns: port 53 is taken')
  }
  await assert.rejects(postJson(socketPath, CONFIGURED, 5000), {
    message: 'node-2 is not ready yet: dns: port 53 is taken',
  })
  assert.equal((await ask(CONFIGURED)).code, 404, 'who only looks changes nothing')
  configured = async () => {}
})

test('a node is ready where its Node is, and every part is ready and without a fault', async () => {
  const isReady = async () => (await status()).nodes.map(({ ready }) => ready)
  assert.deepEqual(await isReady(), [true, true])
  nodeIs('n1', 'Unknown')
  assert.deepEqual(await isReady(), [false, true])
  nodeIs('n1', 'True')
  known.delete('n2')
  assert.deepEqual(await isReady(), [true, false], 'somebody has deleted its Node')
  nodeIs('n2', 'False')
  podsPart.status = { ready: false, faults: [] }
  assert.deepEqual(await isReady(), [false, false])
  podsPart.status = { ready: true, faults: ['port 10256 is taken'] }
  assert.deepEqual(await isReady(), [false, false])
})

test('status looks at the networks before it tells of parts, since what is put right is a fault no more', async () => {
  mended = ['n1: link eth0 is down; put right']
  const { network } = await status()
  assert.deepEqual(network, mended)
})

test('a command of many words reaches the kubelet: a request line is as long as the API server takes it', async () => {
  const { code, text } = await ask(`/nodes/n1/exec/shop/web/c?command=${'a'.repeat(100_000)}`)
  assert.deepEqual([code, JSON.parse(text).message], [400, 'Upgrade request required'])
})

test('what is below a node is answered by the kubelet that it has at present, and by nobody where it has none', async () => {
  assert.match((await ask('/nodes/n1/pods')).text, /"name":"web"/)
  assert.equal((await ask('/nodes/n1/healthz')).text, 'ok')
  podsPart.fail(new Error('it dies'))
  await settle()
  assert.equal((await ask('/nodes/n1/pods')).code, 500)
  podsClock.advance(500)
  await settle()
  assert.match((await ask('/nodes/n1/pods')).text, /"name":"web"/)
  const none = await ask('/nodes/n2/pods')
  assert.deepEqual(
    [none.code, JSON.parse(none.text).message],
    [
      500,
      'the kubelet of node n2 of cluster test cannot be reached: nobody runs it at present; how the nodes are: fairlead node list --name test',
    ],
  )
  assert.equal(none.type, 'application/json')
  assert.equal((await ask('/status')).type, 'application/json')
})

test('logs are those of the container that the kubelet names, of the run before where that is asked', async () => {
  const asked: unknown[] = []
  kubelet.resolve = (...all) => {
    asked.push(all)
    return { id: 'c1', logPath: join(folder, 'now.log'), previousLogPath: join(folder, 'before.log') }
  }
  writeFileSync(join(folder, 'now.log'), '2026-01-01T00:00:00.000000000Z stdout F now\n')
  writeFileSync(join(folder, 'before.log'), '2026-01-01T00:00:00.000000000Z stdout F before\n')
  assert.equal((await ask('/nodes/n1/containerLogs/shop/web/main')).text, 'now\n')
  assert.equal((await ask('/nodes/n1/containerLogs/shop/web/main?previous=true')).text, 'before\n')
  assert.deepEqual(asked, [
    ['shop', 'web', 'main', { previous: false }],
    ['shop', 'web', 'main', { previous: true }],
  ])
})

test('an upgrade for a node that has no kubelet here is refused with a Status', async () => {
  const call = get({
    socketPath,
    path: '/nodes/n2/exec/shop/web/main',
    agent: false,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' },
  })
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  assert.equal(response.statusCode, 500)
  assert.match(JSON.parse(text).message, /^the kubelet of node n2 of cluster test cannot be reached: /)
})

test('a socket that a former process left behind is no hindrance, and who ends it ends its connections', async () => {
  const socket = join(folder, 'left.sock')
  writeFileSync(socket, '')
  const mask = process.umask(0o022)
  process.umask(mask)
  const end = await serveAgentApi({ ...options, socket, ready: Promise.resolve() })
  assert.equal(process.umask(mask), mask, 'other files are made as before')
  const kept = connect(socket)
  await once(kept, 'connect')
  end()
  await once(kept, 'close')
  await assert.rejects(ask('/readyz', socket))
})

test('where it cannot listen, it says so', async () => {
  const socket = join(folder, 'nowhere', 'agents.sock')
  await assert.rejects(serveAgentApi({ ...options, socket, ready: Promise.resolve() }), { syscall: 'listen' })
})

test('no path below a node leads out of it, however it is written', async () => {
  for (const out of ['/..', '/../..', '/%2e%2e', '/%2E%2e/..', '//..', '/%2e%2e%2f%2e%2e', '/./%2e%2e/nodes/n1/..']) {
    for (const other of ['/status', '/readyz']) {
      const { code, text } = await ask(`/nodes/n1${out}${other}`)
      assert.equal(code, 404, `${out}${other}: ${text}`)
      assert.match(text, /^\{"kind":"Status"/)
    }
  }
})

test('a path that no URL can have is refused with a Status, and the next request is answered', async () => {
  for (const path of ['//', '///', '//x:y', '/nodes/n1//', '/nodes/n1//x:y', '/nodes', '/%zz', '/nodes/n1/%zz']) {
    const { code, text } = await ask(path)
    assert.ok(code === 404 || code === 400, `${path}: ${code} ${text}`)
    assert.match(text, /^\{"kind":"Status"/, path)
  }
  assert.equal((await ask('/readyz')).code, 200)
})
