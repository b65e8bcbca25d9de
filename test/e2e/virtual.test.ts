import { setTimeout as sleep } from 'node:timers/promises'
import { claim, eventually, run, withCluster } from './harness.ts'

const cluster = withCluster('virtual', ['--nodes', '2'])
const { kubectl } = cluster

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string }
    readonly status: {
      readonly podIP: string
      readonly containerStatuses: readonly { readonly restartCount: number }[]
    }
  }[]
}

const REPLICAS = 36
/** The answers of so many new connections, by one program; where none came, none. */
const curl = async (url: string, times: number): Promise<readonly string[]> => {
  const each = ['-H', 'Connection: close', '-w', '\\n', ...Array<string>(times).fill(url)]
  return (await run('curl', ['-s', '--max-time', '2', ...each])).stdout.split('\n').filter((line) => line !== '')
}
/** Asks until so many different pods have answered. */
const answering = (url: string, count: number): Promise<ReadonlySet<string>> => {
  const seen = new Set<string>()
  return eventually(
    `${count} pods answer at ${url}`,
    async () => {
      for (const name of await curl(url, count)) seen.add(name)
      return seen.size >= count && seen
    },
    60_000,
  )
}
const virtualPods = async (app: string): Promise<Pods['items']> =>
  (await cluster.json<Pods>('get', 'pods', '-l', `app=${app}`)).items
const agentHost = async (): Promise<number> => {
  const { stdout } = await run(`${import.meta.dirname}/../../bin/fairlead`, [
    'status',
    '--name',
    cluster.name,
    '-o',
    'json',
  ])
  const { processes } = JSON.parse(stdout) as { processes: { role: string; pid: number }[] }
  return processes.find(({ role }) => role === 'agent-host')!.pid
}

const manifest = (name: string, replicas: number, nodePort: number, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, tier: web}}
    spec:
      ${more}
      containers:
        - name: web
          image: ${more ? 'registry.example/shop:1' : 'fairlead/echo'}
          ports: [{containerPort: 8080, name: http}]
          readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}
          livenessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {type: NodePort, selector: {app: ${name}}, ports: [{port: 80, targetPort: http, nodePort: ${nodePort}}]}
`
const VIRTUAL = 'runtimeClassName: virtual'
const nodeUrl = (port: number): string => `http://${cluster.facts.nodes[0]!.addresses[0]}:${port}/hostname`

claim('dozens of virtual pods answer through a Service beside real ones, probed over the network', async (assert) => {
  assert.match(await kubectl('get', 'runtimeclass', 'virtual'), /virtual\s+virtual/)
  await kubectl.apply(manifest('shop', REPLICAS, 30081, VIRTUAL))
  await kubectl.apply(manifest('real', 2, 30082))
  await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
  await kubectl('rollout', 'status', 'deployment/real', '--timeout=60s')
  const names = (await virtualPods('shop')).map(({ metadata }) => metadata.name).sort()
  assert.deepEqual([...(await answering(nodeUrl(30081), REPLICAS))].sort(), names)
  await kubectl.apply(`
apiVersion: v1
kind: Service
metadata: {name: both}
spec: {selector: {tier: web}, ports: [{port: 80, targetPort: http}]}
`)
  const [real] = await virtualPods('real')
  // By name, from a real pod; and a virtual one asks in turn.
  const asked = await eventually('a virtual pod answers a real one by name', async () => {
    const { stdout } = await cluster.inPod(real!.metadata.name, 'wget', '-qO-', 'http://shop/hostname')
    return names.includes(stdout) && stdout
  })
  assert.ok(names.includes(asked))
  const [shop] = await virtualPods('shop')
  const dial = `/dial?host=${real!.status.podIP}&port=8080&request=clientip&tries=1`
  const dialed = await cluster.onHost('curl', '-s', `http://${shop!.status.podIP}:8080${dial}`)
  assert.match(dialed.stdout, new RegExp(`"${shop!.status.podIP.replaceAll('.', '\\.')}:\\d+"`))
  assert.equal((await kubectl('logs', shop!.metadata.name)).includes('echo: http 8080'), true)
})

claim('a command in a virtual pod, and what needs a process, are refused by name', async (assert) => {
  const [pod] = await virtualPods('shop')
  const { status, stderr } = await kubectl.try('exec', pod!.metadata.name, '--', 'ls')
  assert.equal(status, 1)
  assert.match(stderr, /RuntimeClass virtual: it has no process/)
  await kubectl.apply(`
apiVersion: v1
kind: Pod
metadata: {name: commanded}
spec:
  runtimeClassName: virtual
  containers: [{name: c, image: x, livenessProbe: {exec: {command: [ls]}}}]
`)
  const text = await eventually('the pod says why it does not start', async () => {
    const described = await kubectl('describe', 'pod', 'commanded')
    return described.includes('livenessProbe.exec') && described
  })
  assert.match(text, /spec\.containers\[c\]\.livenessProbe\.exec: a virtual pod has no process to run it: use httpGet/)
  await kubectl('delete', 'pod', 'commanded', '--wait=false')
})

claim('a virtual pod that is deleted serves until it ends, and nobody who keeps asking is refused', async (assert) => {
  let failed = 0
  let asked = 0
  let isOver = false
  const asking = (async () => {
    for (; !isOver; asked++) if ((await curl(nodeUrl(30081), 1)).length === 0) failed++
  })()
  await kubectl('rollout', 'restart', 'deployment/shop')
  await kubectl('rollout', 'status', 'deployment/shop', '--timeout=90s')
  isOver = true
  await asking
  assert.ok(asked > 0)
  assert.equal(failed, 0)
})

claim('virtual pods answer again when the agent host was killed, as the same containers', async (assert) => {
  await eventually('the pods of before have gone', async () => (await virtualPods('shop')).length === REPLICAS, 60_000)
  const before = await virtualPods('shop')
  const pid = await agentHost()
  process.kill(pid, 'SIGKILL')
  await eventually('another agent host', async () => (await agentHost().catch(() => pid)) !== pid, 30_000)
  const answered = await answering(nodeUrl(30081), REPLICAS)
  assert.equal(answered.size, REPLICAS)
  // As long as a probe might take to find one that does not answer.
  await sleep(2000)
  const after = await virtualPods('shop')
  assert.deepEqual(after.map(({ metadata }) => metadata.uid).sort(), before.map(({ metadata }) => metadata.uid).sort())
  assert.deepEqual(
    after.flatMap(({ status }) => status.containerStatuses.map(({ restartCount }) => restartCount)),
    after.map(() => 0),
  )
})
