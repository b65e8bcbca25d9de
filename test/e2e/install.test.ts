import { spawn } from 'node:child_process'
import { before } from 'node:test'
import { shellOn } from './cni-node.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { loadImage } from './installed-image.ts'
import { KUBE_PROXY, KUBE_PROXY_SCRIPT } from './kube-proxy-stand-in.ts'

const NAME = 'installed'
const cluster = withCluster(NAME, ['--nodes', '2', '--without', 'proxy,dns,network', '--allow-host-access'])
const { kubectl } = cluster
const on = async (node: string, script: string, input = ''): Promise<string> =>
  (await shellOn(cluster.kubeconfig, NAME)(node, script, input)).stdout
const fairlead = (...args: readonly string[]) => run(FAIRLEAD, args, { env: { KUBECONFIG: cluster.kubeconfig } })
const NODES = ['node-1', 'node-2'] as const
const each = <T>(work: (node: string) => Promise<T>): Promise<readonly T[]> => Promise.all(NODES.map(work))
const tables = () => each((node) => on(node, 'nft list tables'))
/** All that a node's kernel holds of rules, but for what is counted. */
const rulesets = () => each((node) => on(node, 'nft -s list ruleset'))
const agents = async (namespace = 'fairlead-system') =>
  (await kubectl('get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/name=fairlead-node', '-o', 'name'))
    .trim()
    .split('\n')

const WEB = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      hostNetwork: true
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 0
      containers: [{ name: c, image: fairlead/echo, args: [--http-port=8080] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  clusterIP: 10.96.0.80
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }]
`
/** Connects to a Service again and again, some 100 times a second, until its input ends; prints what came of it. */
const CLIENT = `
const net = require('node:net')
const count = { good: 0, bad: 0 }
let open = true
const ask = () => new Promise((resolve) => {
  const socket = net.connect({ host: '10.96.0.80', port: 80, timeout: 3000 })
  let text = ''
  const end = (good, why) => { count[good ? 'good' : 'bad']++; if (why) count[why] = (count[why] ?? 0) + 1; socket.destroy(); resolve() }
  socket.on('connect', () => socket.write('GET /hostname HTTP/1.0\\r\\n\\r\\n'))
  socket.on('data', (chunk) => { text += chunk })
  socket.on('end', () => end(text.includes(' 200 ')))
  socket.on('error', (error) => end(false, error.code))
  socket.on('timeout', () => end(false, 'timeout'))
})
process.stdin.on('end', () => { open = false }).resume()
const loop = async () => { while (open) { await ask(); await new Promise((resolve) => setTimeout(resolve, 8)) } }
loop().then(() => console.log(JSON.stringify(count)))
`
/** A client on node 2, and what ends it and tells what it met. */
const client = () => {
  const { namespace } = cluster.facts.nodes.find(({ name }) => name === 'node-2')!
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', CLIENT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  return () =>
    new Promise<{ readonly good: number; readonly bad: number }>((resolve) => {
      child.on('close', () => resolve(JSON.parse(text)))
      child.stdin.end()
    })
}
const answers = (assert: { equal(actual: unknown, expected: unknown): void }) =>
  eventually('the Service answers on both nodes', async () => {
    const said = await each((node) => on(node, 'curl -s -o /dev/null -m 2 -w %{http_code} http://10.96.0.80/hostname'))
    return said.join() === '200,200' || undefined
  }).then(() => assert.equal(true, true))

let asBefore: readonly string[] = []

before(async () => {
  await loadImage()
  await each((node) =>
    on(
      node,
      'mkdir -p /var/lib/stand-in && cat > /var/lib/stand-in/kube-proxy && chmod 755 /var/lib/stand-in/kube-proxy',
      KUBE_PROXY_SCRIPT,
    ),
  )
  await kubectl.apply(WEB)
  await kubectl.apply(KUBE_PROXY)
  await kubectl('rollout', 'status', 'daemonset/web', '--timeout=60s')
  await kubectl('-n', 'kube-system', 'rollout', 'status', 'daemonset/kube-proxy', '--timeout=60s')
})

claim('beside a kube-proxy ours are laid on every node, and nothing of theirs is touched', async (assert) => {
  await answers(assert)
  asBefore = await rulesets()
  for (const ruleset of asBefore) assert.match(ruleset, /^table ip kube-proxy \{/m)
  const said = await fairlead('install', '--parts', 'proxy')
  assert.equal(said.status, 0, said.stderr)
  assert.match(said.stderr, /kube-proxy \(DaemonSet kube-system\/kube-proxy\) stays, and ours go before it/)
  assert.equal(said.stdout, 'proxy on 2 nodes\n')
  for (const list of await tables()) assert.equal(list, 'table ip kube-proxy\ntable ip fairlead\ntable ip6 fairlead\n')
  const theirs = await each((node) => on(node, 'nft -s list table ip kube-proxy'))
  assert.deepEqual(
    theirs,
    asBefore.map((text) => `${text.trim()}\n`),
  )
  await answers(assert)
})

claim('installed again, nothing changes: no agent is started anew', async (assert) => {
  const before = await agents()
  const said = await fairlead('install', '--parts', 'proxy')
  assert.equal(said.status, 0, said.stderr)
  assert.deepEqual(await agents(), before)
})

claim('an agent that dies leaves its rules at work, and the next one takes them up as they are', async (assert) => {
  const ruleset = () => on('node-1', 'nft -s list table ip fairlead')
  const before = await ruleset()
  const end = client()
  const [first] = await agents()
  await kubectl('-n', 'fairlead-system', 'delete', first!, '--grace-period=0', '--force')
  await kubectl('-n', 'fairlead-system', 'rollout', 'status', 'daemonset/fairlead-node', '--timeout=60s')
  const { good, bad } = await end()
  assert.equal(bad, 0)
  assert.ok(good > 0)
  assert.equal(await ruleset(), before)
})

claim(
  'a second installation’s agents find no room beside the first’s; it goes without touching what these hold',
  async (assert) => {
    const said = await fairlead('install', '--parts', 'proxy', '-n', 'second', '--timeout', '3s')
    assert.equal(said.status, 1)
    assert.match(said.stderr, /not all of it is ready: DaemonSet second\/fairlead-node: 0 of 2 pods are there/)
    const why = await kubectl('-n', 'second', 'get', 'events', '-o', 'jsonpath={.items[*].message}')
    assert.match(why, /didn't have free ports for the requested pod ports/)
    const end = client()
    const gone = await fairlead('uninstall', '-n', 'second')
    assert.equal(gone.status, 0, gone.stderr)
    assert.equal((await end()).bad, 0)
    for (const list of await tables()) assert.match(list, /^table ip fairlead$/m)
  },
)

claim(
  'kube-proxy makes room once ours stand: it runs nowhere, its rules are gone, and no connection is lost',
  async (assert) => {
    const end = client()
    const said = await fairlead('install', '--parts', 'proxy', '--replace', 'kube-proxy')
    assert.equal(said.status, 0, said.stderr)
    const { good, bad } = await end()
    assert.equal(bad, 0)
    assert.ok(good > 50, `${good} connections`)
    for (const list of await tables()) assert.equal(list, 'table ip fairlead\ntable ip6 fairlead\n')
    assert.equal(await kubectl('-n', 'kube-system', 'get', 'pods', '-l', 'k8s-app=kube-proxy', '-o', 'name'), '')
    const note = await kubectl(
      '-n',
      'kube-system',
      'get',
      'daemonset',
      'kube-proxy',
      '-o',
      'jsonpath={.metadata.annotations.fairlead\\.dev/note}',
    )
    assert.match(note, /fairlead uninstall/)
  },
)

claim('a change of a Service reaches the kernels by ours alone', async (assert) => {
  await kubectl('create', 'service', 'clusterip', 'more', '--tcp=80:8080', '--clusterip=10.96.0.81')
  await kubectl('set', 'selector', 'service', 'more', 'app=web')
  await eventually('the new Service answers', async () => {
    const code = await on('node-2', 'curl -s -o /dev/null -m 2 -w %{http_code} http://10.96.0.81/hostname')
    return code === '200' || undefined
  })
  await kubectl('delete', 'service', 'more')
  assert.equal(await kubectl('get', 'service', '-o', 'jsonpath={.items[*].metadata.name}'), 'kubernetes web')
})

claim(
  'uninstalled, theirs stand again before ours go; the kernels are as they were, and nothing of ours is left',
  async (assert) => {
    const end = client()
    const said = await fairlead('uninstall')
    assert.equal(said.status, 0, said.stderr)
    assert.equal((await end()).bad, 0)
    assert.deepEqual(await rulesets(), asBefore)
    assert.deepEqual(await each((node) => on(node, 'ls -d /run/fairlead /var/lib/fairlead/node 2>/dev/null')), ['', ''])
    const left = await kubectl(
      'get',
      'ns,clusterrole,clusterrolebinding',
      '-o',
      'name',
      '-l',
      'app.kubernetes.io/part-of=fairlead',
    )
    assert.equal(left, '')
    const selector = await kubectl(
      '-n',
      'kube-system',
      'get',
      'daemonset',
      'kube-proxy',
      '-o',
      'jsonpath={.spec.template.spec.nodeSelector}',
    )
    assert.equal(selector, '{"kubernetes.io/os":"linux"}')
    const again = await fairlead('uninstall')
    assert.deepEqual([again.status, again.stdout], [0, 'there is nothing of Fairlead\n'])
  },
)
