import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod } from '#api/core/pod/message.ts'
import { pods as podResource } from '#api/core/pod/resource.ts'
import { askAll, gotThere } from '#facts/live/ask-all.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { labelled, policy } from './policies/objects.ts'
import { at, Table } from './policies/table.ts'
import { World } from './policies/world.ts'
import type { Status } from './scratch.ts'

const { name: CLUSTER, kubectl } = withCluster('policy-life', ['--nodes', '2'])

let table: Table
after(() => table?.close())

type Process = Status['processes'][number] & { readonly supervises?: string }
const status = async () => {
  const { stdout } = await run(FAIRLEAD, ['status', '--name', CLUSTER, '-o', 'json'])
  return JSON.parse(stdout) as { readonly healthy: boolean; readonly processes: readonly Process[] }
}

const A = labelled('pod', 'a')
const fromY = (port: object) =>
  policy('x', { podSelector: A, ingress: [{ from: [{ namespaceSelector: labelled('ns', 'y') }], ports: [port] }] })
const DENY = policy('x', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }, 'deny')

claim(
  'rules stay when the agents die: what was denied is, what was allowed passes, and the next ones go on',
  async (assert) => {
    const world = await World.make(CLUSTER, {
      pods: { x: ['a', 'b'], y: ['a', 'b'] },
      ports: { TCP: [80], UDP: [80] },
      processes: true,
    })
    table = new Table(world)
    await world.have(DENY, fromY({ port: 80 }))
    const tcpAlone = [
      at('80/TCP', '* > x/* no', 'x/* > * no', 'y/* > x/a yes'),
      at('80/UDP', '* > x/* no', 'x/* > * no'),
    ]
    await table.holds(assert, 'with agents', ...tcpAlone)

    const { processes } = await status()
    const supervisor = processes.find(({ supervises }) => supervises === 'agent-host')!.pid
    const agents = processes.find(({ role }) => role === 'agent-host')!.pid
    process.kill(supervisor, 'SIGSTOP')
    process.kill(agents, 'SIGKILL')
    try {
      await table.holds(assert, 'without agents', ...tcpAlone)
      // Nobody acts on it yet; and nothing is open meanwhile.
      await world.have(DENY, fromY({ port: 80, protocol: 'UDP' }))
      const meanwhile = await table.look()
      assert.deepEqual(
        meanwhile.filter(({ passes, name }) => passes && /^[xy]\/. to x\/b/.test(name) && !name.startsWith('x/b')),
        [],
      )
    } finally {
      process.kill(supervisor, 'SIGCONT')
    }
    await eventually('other agents are there', async () => {
      const now = await status()
      return now.healthy && now.processes.some(({ role, pid }) => role === 'agent-host' && pid !== agents)
    })
    await table.holds(
      assert,
      'with the next agents',
      at('80/TCP', '* > x/* no', 'x/* > * no'),
      at('80/UDP', '* > x/* no', 'x/* > * no', 'y/* > x/a yes'),
    )
  },
)

/** Addresses that the node is going to give out next, in turn. */
const nextAddresses = (last: string, count: number): readonly string[] => {
  const [, head, tail] = /^(.*\.)(\d+)$/.exec(last)!
  return Array.from({ length: count }, (_, index) => `${head}${Number(tail) + 1 + index}`)
}

const fresh = (namespace: string, name: string, node: string, spec: object): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { pod: name, role: 'fresh' } },
    spec: { nodeName: node, terminationGracePeriodSeconds: 0, ...spec },
  }) as Pod

claim('a new pod that a policy keeps from all others never lets a first packet pass', async (assert) => {
  const { world } = table
  await world.have(policy('x', { podSelector: {}, policyTypes: ['Ingress'] }, 'deny'))
  await table.holds(assert, 'nothing comes into x', at('80/TCP', '* > x/* no'))
  const senders = world.stands.filter(({ name }) => name.startsWith('y/'))
  const server = {
    runtimeClassName: 'virtual',
    containers: [{ name: 'echo', image: 'fairlead/echo', args: ['--http-port=80'] }],
  }
  /** How often somebody got to the pod, from before it is made until it has been there for a while. */
  const attempts = async (namespace: string, name: string) => {
    const { items } = await world.client.list(podResource)
    const there = items.filter(({ spec }) => spec?.nodeName === 'node-1').map(({ status }) => status?.podIP ?? '')
    const last = Math.max(...there.map((ip) => Number(ip.split('.').at(-1))))
    const candidates = nextAddresses(`${there[0]!.replace(/\d+$/, '')}${last}`, 4)
    const questions = senders.flatMap(({ path }) =>
      candidates.map((address) => ({ namespace: path, protocol: 'TCP' as const, address, port: 80 })),
    )
    let [stopped, asked] = [false, 0]
    const got: string[] = []
    const rounds: Promise<void>[] = []
    const asking = (async () => {
      while (!stopped) {
        rounds.push(
          askAll(questions, { quietMs: 80, againMs: 0 }).then((answers) => {
            for (const [index, answer] of answers.entries()) if (gotThere(answer)) got.push(questions[index]!.address)
          }),
        )
        asked += questions.length
        await sleep(4)
      }
    })()
    await sleep(20)
    await world.client.create(podResource, fresh(namespace, name, 'node-1', server), { namespace })
    const ip = await eventually('it is Ready', async () => {
      const { status } = await world.client.get(podResource, name, { namespace })
      return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') && status.podIP
    })
    await sleep(100)
    stopped = true
    await asking
    await Promise.all(rounds)
    assert.ok(candidates.includes(ip), `${ip} is one of ${candidates.join()}`)
    return { asked, got: got.filter((address) => address === ip).length }
  }
  const control = await attempts('y', 'open')
  assert.ok(control.got > 0, `who is open is reached while he starts: ${control.got} of ${control.asked}`)
  let asked = 0
  for (let count = 0; count < 5; count++) {
    const closed = await attempts('x', `closed-${count}`)
    assert.equal(closed.got, 0)
    asked += closed.asked
  }
  assert.ok(asked > 500, `${asked} attempts`)
  await kubectl('delete', 'pods', '-A', '-l', 'role=fresh')
})

claim('a new pod that may ask reaches servers of every node with its first packet', async (assert) => {
  const { world } = table
  await world.have(
    policy('x', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: labelled('ns', 'y'), podSelector: labelled('role', 'fresh') }] }],
    }),
  )
  await table.holds(assert, 'only those that are fresh', at('80/TCP', '* > x/* no'))
  const servers = world.stands.filter(({ name }) => name.startsWith('x/'))
  const addresses = servers.flatMap(({ addresses }) => [addresses.IPv4, addresses.IPv6])
  const onNodes = await world.client.list(podResource, { namespace: 'x' })
  assert.equal(new Set(onNodes.items.map(({ spec }) => spec?.nodeName)).size, 2, 'servers on both nodes')
  // A packet that is lost is sent again after a second: who is connected before lost none.
  const script = `${addresses
    .map((address) => `t=$EPOCHREALTIME; exec 3<>/dev/tcp/${address}/80 && echo connected $t $EPOCHREALTIME; exec 3>&-`)
    .join('; ')}; sleep infinity`
  const names = ['node-1', 'node-2', 'node-1'].map((node, index) => ({ node, name: `asks-${index}` }))
  for (const { node, name } of names) {
    const containers = [{ name: 'shell', image: 'fairlead/host', command: ['bash', '-c', script] }]
    await world.client.create(podResource, fresh('y', name, node, { containers }), { namespace: 'y' })
  }
  for (const { name } of names) {
    const log = await eventually(`${name} has asked all`, async () => {
      const text = await kubectl('logs', '-n', 'y', name)
      return text.trim().split('\n').length === addresses.length && text.trim()
    })
    for (const line of log.split('\n')) {
      const [word, began = '', ended = ''] = line.split(' ')
      assert.equal(word, 'connected')
      const took = Number(ended) - Number(began)
      assert.ok(took < 0.9, `${name}: ${took} s`)
    }
  }
  await kubectl('delete', 'pods', '-A', '-l', 'role=fresh')
})
