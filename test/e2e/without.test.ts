import { claim, eventually } from './harness.ts'
import { scratch } from './scratch.ts'

claim('what is left to others must be one of the things that can be, and is said once', async (assert) => {
  await using one = scratch()
  const cases = [
    [
      ['--without', 'proxy,cache'],
      /--without names cache, which cannot be left out[\s\S]*any of proxy, dns, network, policies/,
    ],
    [['--without', 'network', '--network', 'routed'], /say the opposite of one another/],
    [['--network', 'calico'], /--network is calico, but may be: routed, none/],
  ] as const
  for (const [flags, said] of cases) {
    const { status, stderr } = await one.fairlead('up', '--name', 'left-no', ...flags)
    assert.notEqual(status, 0)
    assert.match(stderr, said)
  }
  assert.doesNotMatch((await one.fairlead('list')).stdout, /left-no/)
})

claim(
  'without proxy and DNS no rule, no port and no Service of ours is there, and it stays so over stop and up',
  async (assert) => {
    await using one = scratch()
    const up = await one.fairlead('up', '--name', 'left-a', '--nodes', '1', '--without', 'dns,proxy')
    assert.equal(up.status, 0, up.stderr)
    assert.match(up.stderr, /1 node Ready\n/)
    const on = (...command: readonly string[]) =>
      one.fairlead('exec', 'node/node-1', '--name', 'left-a', '--', ...command)
    const look = async (): Promise<void> => {
      const { nodes, ...status } = await one.status('left-a')
      assert.deepEqual((status as unknown as { without: unknown }).without, ['proxy', 'dns'])
      const parts = (nodes as unknown as { parts: { name: string }[] }[])[0]!.parts
      assert.deepEqual(
        parts.map(({ name }) => name),
        ['policies', 'network', 'pods'],
      )
      // Those of policies come with the first that selects a pod here.
      assert.equal((await on('nft', 'list', 'tables')).stdout, '')
      // Of kube-proxy and of DNS: whoever comes can have them.
      assert.doesNotMatch((await on('ss', '-Hlntu')).stdout, /:(53|10249|10256)\b/)
    }
    await look()
    const services = await one.kubectl('get', 'services', '-A', '-o', 'name')
    assert.equal(services, 'service/kubernetes\n')
    const dns = (name: string) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: kube-system }
spec: { clusterIP: 10.96.0.10, selector: { k8s-app: kube-dns }, ports: [{ name: dns, port: 53, protocol: UDP }] }
`
    const other = await one.apply(dns('other'))
    assert.notEqual(other.status, 0)
    assert.match(other.stderr, /10\.96\.0\.10/)
    assert.equal((await one.apply(dns('kube-dns'))).status, 0)
    const text = (await one.fairlead('status', 'left-a')).stdout
    assert.match(text, /left to others: proxy, dns/)
    assert.match(text, /of others/)
    const explained = await one.fairlead('explain', '--name', 'left-a', '--to', 'svc/kubernetes')
    assert.match(explained.stdout, /the proxy is others’ here \(--without proxy\)/)
    const node = await one.fairlead('node', 'add', '--name', 'left-a')
    assert.equal(node.status, 0, node.stderr)
    assert.equal((await one.fairlead('stop', 'left-a')).status, 0)
    const refused = await one.fairlead('up', '--name', 'left-a', '--without', 'proxy')
    assert.notEqual(refused.status, 0)
    assert.match(refused.stderr, /has --without proxy,dns, not proxy/)
    const again = await one.fairlead('up', '--name', 'left-a', '--without', 'proxy,dns')
    assert.equal(again.status, 0, again.stderr)
    await look()
  },
)

/** A DNS server that knows one address for all names. */
const ANSWERER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', 53))
while True:
    q, who = s.recvfrom(512)
    end = q.index(0, 12) + 5
    found = q[end - 4:end - 2] == bytes([0, 1])
    answer = bytes.fromhex('c00c00010001000000050004c0000235') if found else b''
    s.sendto(q[:2] + bytes.fromhex('858000010001' if found else '858000010000') + bytes(4) + q[12:end] + answer, who)
`

claim(
  'without DNS of ours pods ask whoever has the Service kube-dns: pods of somebody else’s server',
  async (assert) => {
    await using one = scratch()
    await one.up('left-b', '--nodes', '1', '--without', 'dns')
    const applied = await one.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: server, namespace: kube-system }
data: { server.py: ${JSON.stringify(ANSWERER)} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: coredns, namespace: kube-system }
spec:
  selector: { matchLabels: { k8s-app: kube-dns } }
  template:
    metadata: { labels: { k8s-app: kube-dns } }
    spec:
      terminationGracePeriodSeconds: 0
      dnsPolicy: Default
      containers:
        - name: c
          image: fairlead/host
          command: [python3, /server/server.py]
          volumeMounts: [{ name: server, mountPath: /server }]
      volumes: [{ name: server, configMap: { name: server } }]
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system }
spec: { clusterIP: 10.96.0.10, selector: { k8s-app: kube-dns }, ports: [{ name: dns, port: 53, protocol: UDP }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: c, image: fairlead/host, command: [sleep, infinity] }]
`)
    assert.equal(applied.status, 0, applied.stderr)
    await one.kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=60s')
    await one.kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=60s')
    assert.match(await one.kubectl('exec', 'client', '--', 'cat', '/etc/resolv.conf'), /^nameserver 10\.96\.0\.10$/m)
    const found = await eventually('a name is answered', () =>
      one.kubectl('exec', 'client', '--', 'getent', 'ahostsv4', 'anything.example'),
    )
    assert.match(found, /^192\.0\.2\.53\s/)
    const status = await one.fairlead('status', 'left-b')
    assert.equal(status.status, 0, status.stdout)
  },
)

claim(
  'without policies of ours others may keep them: no table, no kind and no word of ours, and pods talk',
  async (assert) => {
    await using one = scratch()
    await one.up('left-c', '--nodes', '1', '--without', 'policies')
    const pod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: c, image: fairlead/${name === 'web' ? 'echo' : 'host'}${name === 'web' ? '' : ', command: [sleep, infinity]'} }]
---`
    const deny = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`
    const applied = await one.apply(`${pod('web')}${pod('client')}${deny}`)
    assert.equal(applied.status, 0, applied.stderr)
    await one.kubectl('wait', 'pod/web', 'pod/client', '--for=condition=Ready', '--timeout=60s')
    const ip = await one.kubectl('get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}')
    const ask = () =>
      one.kubectl('exec', 'client', '--', 'timeout', '2', 'bash', '-c', `</dev/tcp/${ip}/8080 && echo reached`)
    assert.equal(await ask(), 'reached\n')
    const tables = await one.fairlead('exec', 'node/node-1', '--name', 'left-c', '--', 'nft', 'list', 'tables')
    assert.match(tables.stdout, /table ip fairlead$/m)
    assert.doesNotMatch(tables.stdout, /policy/)
    const { nodes } = await one.status('left-c')
    assert.deepEqual(
      (nodes as unknown as { parts: { name: string }[] }[])[0]!.parts.map(({ name }) => name),
      ['services', 'health', 'network', 'dns', 'pods'],
    )
    assert.match((await one.fairlead('status', 'left-c')).stdout, /left to others: policies/)
    assert.doesNotMatch(await one.kubectl('get', 'crd', '-o', 'name'), /clusternetworkpolicies/)
    const matrix = await one.fairlead('policy', 'matrix', '--name', 'left-c')
    assert.match(matrix.stderr, /others keep policies here/)
    assert.match((await one.fairlead('policy', 'check', '--name', 'left-c')).stderr, /others keep policies here/)
  },
)
