import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, deployment, service, tally } from './echo.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('lb')
const { kubectl, json } = cluster
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly spec: { readonly nodeName: string }
  }[]
}
interface Service {
  readonly spec: { readonly clusterIP: string }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } }
}

const ingressOf = (name: string): Promise<string> =>
  eventually(
    'an external address',
    async () => (await json<Service>('get', 'service', name)).status?.loadBalancer?.ingress?.[0]?.ip,
  )

/** A Deployment with a TCP server that answers each line, and a Service of type LoadBalancer before it. */
const serve = async (name: string, spec: string, replicas = 3): Promise<string> => {
  await kubectl.apply(
    deployment(name, { replicas, args: ['--http-port=8080', '--tcp-port=9090'], grace: 1 }) +
      service(
        name,
        `type: LoadBalancer\nports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 90, targetPort: 9090}]\n${spec}`,
      ),
  )
  await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=30s')
  const address = await ingressOf(name)
  await eventually('the load balancer answers', () => ask(address, 80))
  return address
}

const open: Socket[] = []
after(() => {
  for (const socket of open) socket.destroy()
})

interface Held {
  readonly pod: string
  /** Its pod’s answer to one more line, or the error’s code. */
  readonly again: () => Promise<string>
}

/** Connections that stay open, each with the pod that it was given. */
async function hold(address: string, count: number): Promise<readonly Held[]> {
  const held: Held[] = []
  for (let number = 0; number < count; number++) {
    const socket = createConnection({ host: address, port: 90 })
    open.push(socket)
    socket.on('error', () => {})
    const again = async (): Promise<string> => {
      const answer = Promise.race([
        once(socket, 'data').then(([data]) => String(data).trim()),
        once(socket, 'close').then(() => 'closed'),
        sleep(3000, 'silence', { ref: false }),
      ]).catch((error: NodeJS.ErrnoException) => error.code ?? 'error')
      if (socket.destroyed) return 'closed'
      socket.write('hostname\n')
      return answer
    }
    held.push({ pod: await again(), again })
  }
  return held
}

const podsOf = async (name: string): Promise<Pods['items']> =>
  (await json<Pods>('get', 'pods', '-l', `app=${name}`)).items
const answers = async (held: readonly Held[]): Promise<Readonly<Record<string, number>>> => {
  const found: Record<string, number> = {}
  for (const one of held) {
    const answer = await one.again()
    const key = answer === one.pod ? 'its own pod' : answer
    found[key] = (found[key] ?? 0) + 1
  }
  return found
}

for (const policy of ['Cluster', 'Local'])
  claim(
    `session affinity holds a client at one pod through a load balancer, externalTrafficPolicy ${policy}; with its time, and not after it is turned off`,
    async (assert) => {
      const name = `held-${policy.toLowerCase()}`
      const address = await serve(name, `externalTrafficPolicy: ${policy}\nsessionAffinity: ClientIP`)
      const first = await tally(24, () => ask(address, 80))
      assert.equal(Object.keys(first).length, 1, JSON.stringify(first))
      assert.deepEqual(await tally(24, () => ask(address, 80)), first)
      const { clusterIP } = (await json<Service>('get', 'service', name)).spec
      const inside = await tally(24, () => ask(clusterIP, 80))
      assert.equal(Object.keys(inside).length, 1, `at the ClusterIP: ${JSON.stringify(inside)}`)
      const patch = (spec: object) => kubectl('patch', 'service', name, '-p', JSON.stringify({ spec }))
      await patch({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } } })
      await eventually(
        'the time is over',
        async () => {
          await ask(address, 80)
          await sleep(2500)
          return (await ask(address, 80)) !== Object.keys(first)[0]
        },
        50_000,
      )
      await patch({ sessionAffinity: 'None', sessionAffinityConfig: null })
      await eventually('all pods answer', async () => Object.keys(await tally(30, () => ask(address, 80))).length === 3)
      await patch({ sessionAffinity: 'ClientIP' })
      await eventually('one pod answers', async () => Object.keys(await tally(24, () => ask(address, 80))).length === 1)
    },
    { timeout: 120_000 },
  )

claim(
  'a load balancer address refuses at once what it does not serve, and explain names the Service',
  async (assert) => {
    const address = await serve('plain', 'externalTrafficPolicy: Cluster', 1)
    const code = await ask(address, 81).catch((error: NodeJS.ErrnoException) => error.code)
    assert.equal(code, 'ECONNREFUSED')
    for (const from of ['host', 'node/node-1']) {
      const { status, stdout } = await run(
        FAIRLEAD,
        ['explain', '--name', cluster.name, '--from', from, '--to', `${address}:81`],
        {
          env: { KUBECONFIG: cluster.kubeconfig },
        },
      )
      assert.notEqual(status, 0)
      assert.match(
        stdout,
        /is the load balancer address of default\/plain, which serves 80\/TCP and 90\/TCP there, and not 81\/TCP: refused in the fabric with a TCP reset/,
      )
      assert.match(stdout, /default\/plain does not serve 81\/TCP/)
      assert.doesNotMatch(stdout, /no Service has/)
    }
    const fromNode = await cluster.onNode('node-2', 'curl', '-sS', '-m', '3', `http://${address}:81/`)
    assert.match(fromNode.stderr, /refused|Failed to connect/)
  },
)

claim(
  'connections through a load balancer live as long as their pods: when it scales up, a pod is deleted, a node is excluded, the agents start anew',
  async (assert) => {
    const address = await serve('lasting', 'externalTrafficPolicy: Local', 2)
    const held = await hold(address, 40)
    assert.equal(new Set(held.map(({ pod }) => pod)).size, 2)
    await kubectl('scale', 'deployment/lasting', '--replicas=3')
    await kubectl('rollout', 'status', 'deployment/lasting', '--timeout=30s')
    await eventually('the third answers', async () => Object.keys(await tally(30, () => ask(address, 80))).length === 3)
    assert.deepEqual(await answers(held), { 'its own pod': 40 })
    const more = [...held, ...(await hold(address, 30))]
    const agents = () =>
      run(FAIRLEAD, ['status', '--name', cluster.name, '-o', 'json']).then(
        ({ stdout }) => JSON.parse(stdout) as { healthy: boolean; processes: { role: string; pid: number }[] },
      )
    const pidOf = async () => (await agents()).processes.find(({ role }) => role === 'agent-host')!.pid
    const killed = await pidOf()
    process.kill(killed, 'SIGKILL')
    await eventually('other agents are healthy', async () => (await agents()).healthy && (await pidOf()) !== killed)
    assert.deepEqual(await answers(more), { 'its own pod': 70 })
    const pods = await podsOf('lasting')
    const node = pods[0]!.spec.nodeName
    await kubectl('label', 'node', node, `${EXCLUDED}=`)
    try {
      const here = pods.filter(({ spec }) => spec.nodeName === node).map(({ metadata }) => metadata.name)
      await eventually('it takes nothing new', async () =>
        Object.keys(await tally(20, () => ask(address, 80))).every((pod) => !here.includes(pod)),
      )
      assert.deepEqual(await answers(more), { 'its own pod': 70 })
    } finally {
      await kubectl('label', 'node', node, `${EXCLUDED}-`)
    }
    const victim = pods[1]!.metadata.name
    await kubectl('delete', 'pod', victim)
    await kubectl('rollout', 'status', 'deployment/lasting', '--timeout=30s')
    const left = more.filter(({ pod }) => pod !== victim)
    assert.deepEqual(await answers(left), { 'its own pod': left.length })
    const lost = await answers(more.filter(({ pod }) => pod === victim))
    assert.equal(lost['its own pod'] ?? 0, 0)
  },
  { timeout: 120_000 },
)
