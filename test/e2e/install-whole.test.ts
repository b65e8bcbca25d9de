import { before } from 'node:test'
import { shellOn } from './cni-node.ts'
import { claim, EXAMPLES, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { loadImage } from './installed-image.ts'

const NAME = 'installed-whole'
const cluster = withCluster(NAME, [
  '--nodes',
  '2',
  '--without',
  'proxy,dns,network,gateway',
  '--allow-host-access',
  '--audit',
])
const { kubectl } = cluster
const on = async (node: string, script: string): Promise<string> =>
  (await shellOn(cluster.kubeconfig, NAME)(node, script)).stdout
const fairlead = (...args: readonly string[]) => run(FAIRLEAD, args, { env: { KUBECONFIG: cluster.kubeconfig } })
const NODES = ['node-1', 'node-2'] as const
const inClient = async (...command: readonly string[]) =>
  (await kubectl.try('exec', 'client', '--', ...command)).stdout.trim()
/** What of a node's network an installation may change. */
const networks = () =>
  Promise.all(
    NODES.map((node) =>
      on(
        node,
        'ip -o link | sed "s/@[^:]*//;s/^[0-9]*: //"; ip -4 route; ip -6 route; nft list ruleset; ls /etc/cni/net.d /opt/cni/bin 2>/dev/null; sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding',
      ),
    ),
  )

const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nobody }
spec: { podSelector: { matchLabels: { app: myapp } }, policyTypes: [Ingress] }
`

let asBefore: readonly string[] = []

before(async () => {
  await loadImage()
  asBefore = await networks()
})

claim('a cluster with neither network, proxy, DNS nor gateway has all of them after one command', async (assert) => {
  const said = await fairlead('install')
  assert.equal(said.status, 0, said.stderr)
  assert.equal(said.stdout, 'proxy, network, policy, dns, balancer, gateway on 2 nodes\n')
  await kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=30s')
  await kubectl('apply', '-f', `${EXAMPLES}/myapp.yaml`, '-f', `${EXAMPLES}/client.yaml`)
  await kubectl('rollout', 'status', 'deployment/myapp', '--timeout=60s')
  await kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=60s')
})

claim('pods reach one another over nodes, and Services by name, by ClusterIP and by node port', async (assert) => {
  const pods = (
    await kubectl(
      'get',
      'pods',
      '-l',
      'app=myapp',
      '-o',
      'jsonpath={range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}',
    )
  )
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string, string])
  assert.deepEqual([...new Set(pods.map(([, , node]) => node))].toSorted(), [...NODES])
  for (const [name, address] of pods)
    assert.equal(await inClient('curl', '-s', '-m', '3', `http://${address}:8080/hostname`), name)
  const names = pods.map(([name]) => name)
  for (const url of ['http://myapp-service/hostname', 'http://myapp-service.default.svc.cluster.local/hostname'])
    assert.ok(names.includes(await inClient('curl', '-s', '-m', '3', url)), url)
  for (const { addresses } of cluster.facts.nodes) {
    const { stdout } = await cluster.onHost('curl', '-s', '-m', '3', `http://${addresses[0]}:30008/hostname`)
    assert.ok(names.includes(stdout.trim()), stdout)
  }
  assert.match(await inClient('nslookup', 'kubernetes.default'), /10\.96\.0\.1\b/)
})

claim('policies are kept', async (assert) => {
  await kubectl.apply(POLICY)
  await eventually(
    'nobody reaches the pods any more',
    async () =>
      (await inClient('curl', '-s', '-m', '1', '-o', '/dev/null', '-w', '%{http_code}', 'http://myapp-service/')) ===
        '000' || undefined,
  )
  await kubectl('delete', 'networkpolicy', 'nobody')
  await eventually(
    'they are reached again',
    async () =>
      (await inClient('curl', '-s', '-m', '1', '-o', '/dev/null', '-w', '%{http_code}', 'http://myapp-service/')) ===
        '200' || undefined,
  )
  assert.equal(await kubectl('get', 'networkpolicy', '-o', 'name'), '')
})

claim('every request of the agents and the controller was allowed', async (assert) => {
  const refused = await run('sh', [
    '-c',
    `grep -h 'serviceaccount:fairlead-system' /var/lib/fairlead/${NAME}/logs/audit.log | grep '"code":403' | grep -o '"requestURI":"[^"]*"' | sort -u`,
  ])
  assert.equal(refused.stdout, '')
})

claim('explain and status hear the agents, and a kernel that is behind is told', async (assert) => {
  const status = await fairlead('status', '--kubeconfig', cluster.kubeconfig)
  assert.match(`${status.stdout}${status.stderr}`, /node-1/)
})

claim('uninstalled, nodes’ networks are as they were', async (assert) => {
  const said = await fairlead('uninstall')
  assert.equal(said.status, 0, said.stderr)
  assert.deepEqual(await networks(), asBefore)
  assert.equal(
    await kubectl('get', 'service,clusterrole,role,ns', '-A', '-o', 'name', '-l', 'app.kubernetes.io/part-of=fairlead'),
    '',
  )
})
