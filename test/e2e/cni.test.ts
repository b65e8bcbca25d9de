import { bridged, PLUGINS_SCRIPT, shellOn, whyNoPlugins } from './cni-node.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const NAME = 'cni-a'
const cluster = withCluster(NAME, ['--nodes', '2', '--network', 'none', '--allow-host-access'])
const options = { skip: whyNoPlugins, timeout: 240_000 }
const on = (node: string, script: string, input = '') => shellOn(cluster.kubeconfig, NAME)(node, script, input)
const fairlead = (...args: readonly string[]) => run(FAIRLEAD, args, { env: { KUBECONFIG: cluster.kubeconfig } })

const NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: '

const pod = (name: string, more: string, spec = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} }${more} }
spec:
  terminationGracePeriodSeconds: 0
  tolerations: [{ operator: Exists }]
  ${spec}
---`
const echo = (ports = ''): string =>
  `containers: [{ name: c, image: fairlead/echo, ports: [{ containerPort: 8080${ports} }] }]`
const condition = (node: string) =>
  cluster.kubectl(
    'get',
    'node',
    node,
    '-o',
    `jsonpath={.status.conditions[?(@.type=="Ready")]['status','reason','message']}`,
  )
const podIps = async (name: string): Promise<readonly string[]> =>
  (await cluster.kubectl('get', 'pod', name, '-o', 'jsonpath={.status.podIPs[*].ip}')).split(' ')
const eventOf = (name: string, reason: string) =>
  eventually(`an Event ${reason} of ${name}`, () =>
    cluster.kubectl(
      'get',
      'events',
      '--field-selector',
      `involvedObject.name=${name},reason=${reason}`,
      '-o',
      'jsonpath={.items[*].message}',
    ),
  )
/** What host-local has given away on a node. */
const given = async (node: string): Promise<readonly string[]> =>
  (await on(node, 'ls /var/lib/cni/networks/pods 2>/dev/null | grep -v -e last_reserved -e lock')).stdout
    .split('\n')
    .filter((line) => line !== '')
const isReady = (what: string, limit = '60s') =>
  cluster.kubectl('wait', what, '--for=condition=Ready', `--timeout=${limit}`)

claim(
  'without a pod network nodes wait for one in Kubernetes’ words, pods in the node’s network run, and others wait',
  async (assert) => {
    for (const node of ['node-1', 'node-2'])
      assert.equal(await condition(node), `False KubeletNotReady ${NOT_READY}cni plugin not initialized`)
    await cluster.kubectl.apply(
      pod('on-node', '', `hostNetwork: true\n  nodeName: node-1\n  ${echo()}`) +
        pod('early', '', `nodeName: node-1\n  ${echo()}`),
    )
    await isReady('pod/on-node')
    assert.equal(
      await eventOf('early', 'NetworkNotReady'),
      `network is not ready: ${NOT_READY}cni plugin not initialized`,
    )
    assert.equal(await cluster.kubectl('get', 'pod', 'early', '-o', 'jsonpath={.status.phase}'), 'Pending')
    const status = await fairlead('status', NAME)
    assert.equal(status.status, 1)
    assert.match(status.stdout, /left to others: network/)
    assert.match(
      status.stdout,
      /node-2: its Node is not Ready \(False, KubeletNotReady\): container runtime network not ready/,
    )
    // Of ours, no way to any pod; the nodes themselves are reached.
    const routes = (await on('node-1', 'ip route; ip -6 route')).stdout
    assert.doesNotMatch(routes, /10\.244\.|fd00:10:244/)
    assert.equal(
      (await on('node-1', 'ping -c1 -W2 172.30.0.3 || curl -s -m 3 http://172.30.0.3:10256/livez')).status,
      0,
    )
  },
)

claim('what is no configuration keeps a node waiting, and its condition names the file', async (assert) => {
  await on('node-1', 'echo "{ \\"name\\": \\"half" > /etc/cni/net.d/10-pods.conflist')
  const told = await eventually('the condition names the file', async () => {
    const text = await condition('node-1')
    return text.includes('10-pods') && text
  })
  assert.match(told, /cni plugin not initialized: \/etc\/cni\/net\.d\/10-pods\.conflist: is no JSON/)
  assert.match(await condition('node-2'), /cni plugin not initialized$/)
  await on('node-1', 'rm /etc/cni/net.d/10-pods.conflist')
})

claim(
  'a DaemonSet lays a network down by hostPath on each node’s own folders, and nodes are Ready and waiting pods come',
  async (assert) => {
    for (const node of ['node-1', 'node-2']) assert.equal((await on(node, PLUGINS_SCRIPT)).status, 0)
    await cluster.kubectl.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: cni }
data:
  10-pods.conflist: '${bridged()}'
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: installer }
spec:
  selector: { matchLabels: { app: installer } }
  template:
    metadata: { labels: { app: installer } }
    spec:
      hostNetwork: true
      terminationGracePeriodSeconds: 0
      tolerations: [{ operator: Exists }]
      initContainers:
        - name: install
          image: fairlead/echo
          env: [{ name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]
          command: [sh, -c, 'echo $NODE > /bin-of-node/marker; cp /cni/10-pods.conflist /net.d/10-pods.conflist']
          volumeMounts:
            - { name: cni, mountPath: /cni }
            - { name: net-d, mountPath: /net.d }
            - { name: bin, mountPath: /bin-of-node }
      containers: [{ name: c, image: fairlead/echo, command: [sleep, '1000'] }]
      volumes:
        - { name: cni, configMap: { name: cni } }
        - { name: net-d, hostPath: { path: /etc/cni/net.d, type: DirectoryOrCreate } }
        - { name: bin, hostPath: { path: /opt/cni/bin } }
`)
    await cluster.kubectl('wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=60s')
    for (const node of ['node-1', 'node-2'])
      assert.equal((await on(node, 'cat /opt/cni/bin/marker')).stdout, `${node}\n`)
    await isReady('pod/early')
    const [v4 = '', v6] = await podIps('early')
    assert.match(v4, /^10\.244\.1\.\d+$/)
    if (v6 !== undefined) assert.match(v6, /^fd00:10:244:1:/)
    assert.equal((await fairlead('status', NAME)).status, 0)
    // The machine has got none of it.
    assert.equal((await run('ls', ['/etc/cni/net.d/10-pods.conflist', '/var/lib/cni/networks/pods'])).stdout, '')
  },
  options,
)

claim(
  'pods of that network reach one another, Services by name and address, and host ports of other nodes',
  async (assert) => {
    const { nodes } = cluster.facts
    // As a network by routes alone does it.
    for (const [index, node] of nodes.entries()) {
      const other = nodes[1 - index]!
      const routes = [0, 1].map((family) => `ip route replace ${other.podCidrs[family]} via ${other.addresses[family]}`)
      assert.equal((await on(node.name, routes.join(' && '))).status, 0)
    }
    await cluster.kubectl.apply(
      pod(
        'client',
        '',
        'nodeName: node-1\n  containers: [{ name: c, image: fairlead/host, command: [sleep, infinity] }]',
      ) +
        pod(
          'server',
          ', annotations: { kubernetes.io/ingress-bandwidth: 10M }',
          `nodeName: node-2\n  ${echo(', hostPort: 8088')}`,
        ) +
        `
apiVersion: v1
kind: Service
metadata: { name: server }
spec: { selector: { app: server }, ports: [{ port: 80, targetPort: 8080 }] }
`,
    )
    await isReady('pod/client')
    await isReady('pod/server')
    const ask = (url: string) =>
      eventually(url, async () => (await cluster.inPod('client', 'curl', '-s', '-m', '3', `${url}/hostname`)).stdout)
    const [address, address6] = await podIps('server')
    assert.equal(await ask(`http://${address}:8080`), 'server')
    // The node has to find the neighbour on behalf of who is elsewhere.
    assert.equal(await ask(`http://[${address6}]:8080`), 'server')
    assert.equal(await ask('http://server.default.svc.cluster.local'), 'server')
    const clusterIp = await cluster.kubectl('get', 'service', 'server', '-o', 'jsonpath={.spec.clusterIP}')
    assert.equal(await ask(`http://${clusterIp}`), 'server')
    assert.equal((await on('node-1', `curl -s -m 3 http://${nodes[1]!.addresses[0]}:8088/hostname`)).stdout, 'server')
    assert.match((await on('node-2', 'tc qdisc show')).stdout, /tbf .*rate 10Mbit/)
    const explained = await fairlead('explain', '--name', NAME, '--from', 'pod/client', '--to', 'svc/server')
    assert.equal(explained.status, 0, explained.stdout)
    assert.match(explained.stdout, /the pod network is others’ here \(--network none\)/)
  },
  options,
)

claim(
  'a hostPort that no plugin of the network maps is told in an Event of the pod, and of ours there is none',
  async (assert) => {
    const without = bridged().replace('"capabilities":{"portMappings":true}', '"capabilities":{}')
    await on('node-1', 'cat > /etc/cni/net.d/05-plain.conflist', without)
    await eventually(
      'the other file counts',
      async () =>
        (await fairlead('logs', NAME)).stdout.match(
          /node-1: the pods' network is pods[\s\S]*node-1: the pods' network is pods/,
        ) !== null,
    )
    await cluster.kubectl.apply(pod('plain', '', `nodeName: node-1\n  ${echo(', hostPort: 8089')}`))
    await isReady('pod/plain')
    assert.match(
      await eventOf('plain', 'Unsupported'),
      /hostPort 8089 leads nowhere: no plugin of the network pods has the capability portMappings/,
    )
    assert.notEqual((await on('node-2', 'curl -s -m 2 http://172.30.0.2:8089/hostname')).status, 0)
    await cluster.kubectl('delete', 'pod', 'plain')
    await on('node-1', 'rm /etc/cni/net.d/05-plain.conflist')
  },
  options,
)

claim(
  'a chain that fails is undone, and the pod’s Event has the plugin’s words as containerd hands them on',
  async (assert) => {
    const links = async () => (await on('node-1', 'ls /sys/class/net')).stdout
    const before = await links()
    const script = `#!/bin/sh
cat > /dev/null
[ "$CNI_COMMAND" != ADD ] || { echo '{ "cniVersion": "1.0.0", "code": 100, "msg": "no luck", "details": "today" }'; exit 1; }
`
    await on('node-1', 'cat > /opt/cni/bin/luckless; chmod 755 /opt/cni/bin/luckless', script)
    const taken = (name: string) =>
      eventually(`the network ${name} counts`, async () =>
        (await fairlead('logs', NAME)).stdout.includes(`node-1: the pods' network is ${name}\n`),
      )
    await on('node-1', 'cat > /etc/cni/net.d/00-broken.conflist', bridged([{ type: 'luckless' }], 'broken'))
    await taken('broken')
    await cluster.kubectl.apply(pod('unlucky', '', `nodeName: node-1\n  ${echo()}`))
    assert.match(
      await eventOf('unlucky', 'FailedCreatePodSandBox'),
      /Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="luckless" failed \(add\): no luck; today/,
    )
    // A pod that was attached before goes by what it was attached with.
    assert.equal((await cluster.kubectl.try('delete', 'pod', 'early', '--timeout=60s')).status, 0)
    await on('node-1', 'cat > /etc/cni/net.d/00-broken.conflist', bridged([{ type: 'nowhere' }], 'missing'))
    await taken('missing')
    await cluster.kubectl.apply(pod('lost', '', `nodeName: node-1\n  ${echo()}`))
    assert.match(
      await eventOf('lost', 'FailedCreatePodSandBox'),
      /plugin type="nowhere" failed \(add\): failed to find plugin "nowhere" in path \[\/opt\/cni\/bin \S+\]/,
    )
    await cluster.kubectl('delete', 'pod', 'lost')
    await on('node-1', 'rm /etc/cni/net.d/00-broken.conflist')
    await isReady('pod/unlucky')
    // Of what failed nothing is left: one pod has come and one has gone.
    const rest = (await on('node-1', 'ls /var/lib/cni/networks/broken /var/lib/cni/networks/missing')).stdout
    assert.doesNotMatch(rest, /^10\./m)
    assert.equal((await links()).split('\n').length, before.split('\n').length)
    assert.equal((await given('node-1')).includes((await podIps('unlucky'))[0]!), true)
    await cluster.kubectl('delete', 'pod', 'unlucky')
  },
  options,
)

claim(
  'agents that are killed find their pods attached: addresses and containers stay, and traffic goes on',
  async (assert) => {
    const state = () =>
      cluster.kubectl(
        'get',
        'pods',
        'client',
        'server',
        '-o',
        'jsonpath={.items[*].status.podIPs[*].ip} {.items[*].status.containerStatuses[0].restartCount}',
      )
    const before = await state()
    const { processes } = JSON.parse((await fairlead('status', NAME, '-o', 'json')).stdout) as {
      processes: { pid: number; role: string }[]
    }
    const agent = processes.find(({ role }) => role === 'agent-host')!.pid
    process.kill(agent, 'SIGKILL')
    await eventually(
      'the agents are back',
      async () => {
        const { stdout, status } = await fairlead('status', NAME, '-o', 'json')
        return status === 0 && !stdout.includes(`"pid":${agent},`)
      },
      40_000,
    )
    assert.equal(await state(), before)
    const asked = await cluster.inPod('client', 'curl', '-s', '-m', '3', 'http://server/hostname')
    assert.equal(asked.stdout, 'server')
    // And they let go of what another life of theirs has attached.
    const [address = ''] = await podIps('server')
    assert.equal((await given('node-2')).includes(address), true)
    await cluster.kubectl('delete', 'pod', 'server', '--timeout=60s')
    // Without a grace period the API lets a pod go before its node does.
    const left = await eventually('its address is free', async () => {
      const now = await given('node-2')
      return !now.includes(address) && now
    })
    assert.equal(left.includes(address), false)
  },
  options,
)

claim(
  'a node that was stopped, and a cluster, come back with their network; addresses of before are given back',
  async (assert) => {
    await cluster.kubectl.apply(pod('stays', '', `nodeName: node-2\n  ${echo()}`))
    await isReady('pod/stays')
    assert.equal((await fairlead('node', 'stop', 'node-2', '--name', NAME)).status, 0)
    const started = await fairlead('node', 'start', 'node-2', '--name', NAME)
    assert.equal(started.status, 0, started.stderr)
    await isReady('pod/stays')
    await eventually('node-2 has given away one address a family', async () => {
      const now = await given('node-2')
      const ips = await podIps('stays')
      return now.length === ips.length && ips.every((ip) => now.includes(ip))
    })
    assert.equal((await fairlead('stop', NAME)).status, 0)
    const up = await fairlead('up', NAME, '--without', 'network')
    assert.equal(up.status, 0, up.stderr)
    await isReady('pod/stays')
    await eventually('the same after a stop of all', async () => {
      const now = await given('node-2')
      const ips = await podIps('stays')
      return now.length === ips.length && ips.every((ip) => now.includes(ip))
    })
    assert.equal((await podIps('stays'))[0]?.startsWith('10.244.2.'), true)
    const other = await fairlead('up', NAME, '--network', 'routed')
    assert.notEqual(other.status, 0)
  },
  options,
)
