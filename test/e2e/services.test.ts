import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { addressOf, ask, deployment, service, tally } from './echo.ts'
import { claim, EXAMPLES, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { inNewerWords } from './kubectl-words.ts'

const cluster = withCluster('services')
const { kubectl } = cluster
const nodeAddresses = (): readonly string[] => cluster.facts.nodes.map(({ addresses }) => addresses[0])
const rolledOut = (name: string): Promise<string> => kubectl('rollout', 'status', `deployment/${name}`, '--timeout=30s')
const get = (name: string): Promise<Service> => cluster.json<Service>('get', 'service', name)
const podsOf = async (app: string): Promise<readonly Pod[]> =>
  (
    await cluster.json<{ items: Pod[] }>(
      'get',
      'pods',
      '-l',
      app === 'myapp' ? 'app=myapp,type=front-end' : `app=${app}`,
    )
  ).items
const hostnames = async (app: string): Promise<readonly string[]> =>
  (await podsOf(app)).map(({ metadata }) => metadata!.name!).sort()
const clientReady = async (): Promise<void> => {
  await kubectl('apply', '-f', join(EXAMPLES, 'client.yaml'))
  await kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
}
const fromClient = async (url: string): Promise<string> =>
  (await cluster.inPod('client', 'curl', '-sm3', url)).stdout.trim()

claim(
  'the notes’ NodePort manifest applies, and every node answers, whichever node the pods are on',
  async (assert) => {
    await kubectl('apply', '-f', join(EXAMPLES, 'myapp.yaml'))
    await rolledOut('myapp')
    for (const address of nodeAddresses()) assert.match(await ask(address, 30008), /^myapp-/)
  },
)

claim(
  'a NodePort answers on all nodes though the pods are on two of them, also after one of those has none left',
  async (assert) => {
    await kubectl.apply(
      ['node-1', 'node-2']
        .map(
          (node) =>
            `apiVersion: v1\nkind: Pod\nmetadata: {name: two-${node}, labels: {app: two}}\nspec: {nodeName: ${node}, containers: [{name: web, image: fairlead/echo}]}\n---\n`,
        )
        .join('') + service('two', 'type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: 30042}]'),
    )
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=two', '--timeout=20s')
    for (const address of nodeAddresses()) {
      const found = await eventually(`both pods answer through ${address}`, async () => {
        const answers = await tally(20, () => ask(address, 30042))
        return Object.keys(answers).length === 2 && answers
      })
      assert.deepEqual(Object.keys(found).sort(), ['two-node-1', 'two-node-2'])
    }
    await kubectl('delete', 'pod', 'two-node-1', '--now')
    for (const address of nodeAddresses())
      assert.deepEqual(await tally(5, () => ask(address, 30042)), { 'two-node-2': 5 })
  },
)

claim('nodePort leads to port leads to targetPort: each step answers at its own number', async (assert) => {
  await clientReady()
  const { spec } = await get('myapp-service')
  assert.deepEqual(
    spec!.ports!.map(({ port, targetPort, nodePort }) => [nodePort, port, targetPort]),
    [[30008, 80, 8080]],
  )
  const [pod] = await podsOf('myapp')
  assert.equal(await fromClient(`http://${pod!.status!.podIP}:8080/hostname`), pod!.metadata!.name)
  assert.match(await fromClient(`http://${spec!.clusterIP}:80/hostname`), /^myapp-/)
  assert.match(await fromClient(`http://${nodeAddresses()[0]}:30008/hostname`), /^myapp-/)
})

claim('a Service without a nodePort gets a free one between 30000 and 32767', async (assert) => {
  await kubectl.apply(service('auto', 'type: NodePort\nports: [{port: 80, targetPort: 8080}]', 'myapp'))
  const { nodePort } = (await get('auto')).spec!.ports![0]!
  assert.ok(nodePort! >= 30000 && nodePort! <= 32767, String(nodePort))
  assert.match(await ask(nodeAddresses()[2]!, nodePort!), /^myapp-/)
})

claim('port is the one mandatory field: targetPort is then the same, protocol TCP, type ClusterIP', async (assert) => {
  await kubectl.apply(service('lean', 'ports: [{port: 8080}]', 'myapp'))
  const { spec } = await get('lean')
  assert.deepEqual(spec!.ports, [{ port: 8080, protocol: 'TCP', targetPort: 8080 }])
  assert.equal(spec!.type, 'ClusterIP')
  assert.match(await fromClient('http://lean:8080/hostname'), /^myapp-/)
  const refused = await kubectl.try('create', '-f', join(import.meta.dirname, 'fixtures', 'service-without-port.yaml'))
  assert.match(inNewerWords(refused.stderr), /spec\.ports\[0\]\.port/)
})

claim('ports is an array: one Service maps several, by name and by protocol', async (assert) => {
  await clientReady()
  await kubectl('apply', '-f', join(EXAMPLES, 'several-ports.yaml'))
  await kubectl('wait', '--for=condition=Ready', 'pod/many', '--timeout=20s')
  // Ready in the API is some milliseconds before every kernel knows of it.
  assert.equal(await eventually('the pod answers', () => fromClient('http://many/hostname')), 'many')
  assert.equal(await fromClient('http://many:8080/hostname'), 'many')
  const { stdout } = await cluster.inPod(
    'client',
    'python3',
    '-c',
    'import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.settimeout(3)\ns.sendto(b"hostname",("many",5353))\nprint(s.recv(100).decode())',
  )
  assert.equal(stdout.trim(), 'many')
})

claim(
  'a Service finds its pods by labels: a pod that is labelled joins, one that loses the label leaves',
  async (assert) => {
    await kubectl.apply(
      deployment('joiner') + service('labelled', 'ports: [{port: 80, targetPort: 8080}]', 'nobody-yet'),
    )
    await rolledOut('joiner')
    const [name] = await hostnames('joiner')
    const endpoints = async (): Promise<number> =>
      (
        await kubectl(
          'get',
          'endpointslices',
          '-l',
          'kubernetes.io/service-name=labelled',
          '-o',
          'jsonpath={.items[*].endpoints[*].addresses[0]}',
        )
      )
        .trim()
        .split(/\s+/)
        .filter(Boolean).length
    assert.equal(await endpoints(), 0)
    await kubectl('label', 'pod', name!, 'app=nobody-yet', '--overwrite')
    await eventually('the pod is an endpoint', async () => (await endpoints()) === 1)
    assert.equal(await fromClient('http://labelled/hostname'), name)
    await kubectl('label', 'pod', name!, 'app=left', '--overwrite')
    await eventually('the pod is none any more', async () => (await endpoints()) === 0)
    assert.equal((await cluster.inPod('client', 'curl', '-sm3', 'http://labelled/hostname')).status, 7)
  },
)

claim('traffic spreads over all pods at random', async (assert) => {
  const expected = await hostnames('myapp')
  const answers = await tally(150, () => ask(nodeAddresses()[0]!, 30008))
  assert.deepEqual(Object.keys(answers).sort(), expected)
  // 150 tries over 3: a pod that gets fewer than 20 or more than 90 would be a chance below one in ten million.
  for (const count of Object.values(answers)) assert.ok(count > 20 && count < 90, JSON.stringify(answers))
})

claim('session affinity is None by default; with ClientIP a client stays on one pod', async (assert) => {
  assert.equal((await get('myapp-service')).spec!.sessionAffinity, 'None')
  await kubectl('apply', '-f', join(EXAMPLES, 'session-affinity.yaml'))
  const { stdout } = await cluster.inPod(
    'client',
    'sh',
    '-c',
    'for i in $(seq 20); do curl -sm3 http://myapp-sticky/hostname; echo; done',
  )
  const answers = new Set(stdout.split('\n').filter(Boolean))
  assert.equal(answers.size, 1, [...answers].join(' '))
  assert.equal((await get('myapp-sticky')).spec!.sessionAffinityConfig!.clientIP!.timeoutSeconds, 600)
})

claim(
  'a ClusterIP answers from pods and from nodes, is the same for the Service’s life, and exists on no interface',
  async (assert) => {
    const { clusterIP } = (await get('myapp-service')).spec!
    assert.match(clusterIP!, /^10\.96\./)
    assert.match(await fromClient(`http://${clusterIP}/hostname`), /^myapp-/)
    for (const { name } of cluster.facts.nodes) {
      assert.match((await cluster.onNode(name, 'curl', '-sm3', `http://${clusterIP}/hostname`)).stdout, /^myapp-/)
      assert.ok(!(await cluster.onNode(name, 'ip', '-o', 'addr')).stdout.includes(clusterIP!))
    }
    assert.equal((await get('myapp-service')).spec!.clusterIP, clusterIP)
  },
)

claim('a port that the ClusterIP does not serve is refused', async (assert) => {
  const { clusterIP } = (await get('myapp-service')).spec!
  assert.equal((await cluster.inPod('client', 'curl', '-sm3', `http://${clusterIP}:81/`)).status, 7)
  assert.equal((await cluster.onNode('node-2', 'curl', '-sm3', `http://${clusterIP}:81/`)).status, 7)
})

claim(
  'a ClusterIP Service is for the cluster: a front end reaches its back end by name while pods come and go',
  async (assert) => {
    await kubectl('apply', '-f', join(EXAMPLES, 'back-end.yaml'))
    await rolledOut('back-end')
    assert.match(await fromClient('http://back-end/hostname'), /^back-end-/)
    const before = new Set(
      (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'type=back-end')).items.map(
        ({ status }) => status!.podIP,
      ),
    )
    await kubectl('delete', 'pods', '-l', 'type=back-end', '--now')
    await rolledOut('back-end')
    const after = (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'type=back-end')).items.filter(
      ({ metadata }) => !metadata!.deletionTimestamp,
    )
    assert.ok(
      after.every(({ status }) => !before.has(status!.podIP)),
      'the pods have other addresses than before',
    )
    assert.match(await fromClient('http://back-end/hostname'), /^back-end-/)
  },
)

claim(
  'environment variables carry the address and port of every Service that is older than the pod',
  async (assert) => {
    const { clusterIP } = (await get('back-end')).spec!
    await kubectl.apply(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: env}\nspec: {containers: [{name: web, image: fairlead/echo}]}\n',
    )
    await kubectl('wait', '--for=condition=Ready', 'pod/env', '--timeout=20s')
    const { stdout } = await cluster.inPod('env', 'sh', '-c', 'env')
    assert.match(stdout, new RegExp(`^BACK_END_SERVICE_HOST=${clusterIP}$`, 'm'))
    assert.match(stdout, /^BACK_END_SERVICE_PORT=80$/m)
    assert.match(stdout, new RegExp(`^BACK_END_PORT_80_TCP=tcp://${clusterIP}:80$`, 'm'))
    assert.match(stdout, /^KUBERNETES_SERVICE_HOST=10\.96\.0\.1$/m)
    const viaEnv = await cluster.inPod(
      'env',
      'sh',
      '-c',
      'wget -qO- http://$BACK_END_SERVICE_HOST:$BACK_END_SERVICE_PORT/hostname',
    )
    assert.match(viaEnv.stdout, /^back-end-/)
  },
)

claim(
  'a LoadBalancer Service has an address of its own within a second, and the host reaches it through all nodes',
  async (assert) => {
    await kubectl('apply', '-f', join(EXAMPLES, 'load-balancer.yaml'))
    const address = await eventually(
      'an external address',
      async () => (await get('myapp-lb')).status?.loadBalancer?.ingress?.[0]?.ip,
      1_000,
    )
    assert.match(address, /^172\.30\.255\./)
    const answers = await eventually('all pods answer', async () => {
      const found = await tally(40, () => ask(address, 80))
      return Object.keys(found).length === 3 && found
    })
    assert.deepEqual(Object.keys(answers).sort(), await hostnames('myapp'))
    assert.match(
      await kubectl('get', 'service', 'myapp-lb'),
      new RegExp(`LoadBalancer\\s+\\S+\\s+${address.replaceAll('.', '\\.')}`),
    )
    assert.ok((await get('myapp-lb')).spec!.ports![0]!.nodePort! >= 30000, 'it is a NodePort Service too')
  },
)

claim('externalTrafficPolicy Local keeps the client’s address, and Cluster replaces it', async (assert) => {
  const ip = async (name: string): Promise<string> =>
    eventually('an external address', async () => (await get(name)).status?.loadBalancer?.ingress?.[0]?.ip)
  const local = await ip('myapp-lb-local')
  const seen = await eventually('the Local one answers', async () => ask(local, 80, '/clientip'))
  assert.equal(addressOf(seen), '172.30.0.1')
  const through = addressOf(await ask(await ip('myapp-lb'), 80, '/clientip'))
  assert.notEqual(through, '172.30.0.1')
})

claim('externalTrafficPolicy Local drops at a node that has no pod of the Service', async (assert) => {
  await kubectl.apply(
    service(
      'local',
      'type: NodePort\nexternalTrafficPolicy: Local\nports: [{port: 80, targetPort: 8080, nodePort: 30043}]',
      'two',
    ),
  )
  const [one, two] = nodeAddresses()
  assert.equal(await eventually('the node with the pod answers', () => ask(two!, 30043)), 'two-node-2')
  assert.equal((await cluster.onHost('curl', '-sm1', `http://${one}:30043/`)).status, 28)
})

claim(
  'a pod reaches a node port of policy Local at a node that has no pod of the Service, whichever node both are on',
  async (assert) => {
    await clientReady()
    for (const [index, address] of nodeAddresses().entries()) {
      const answer = await cluster.inPod('client', 'curl', '-sm3', `http://${address}:30043/hostname`)
      assert.equal(answer.stdout.trim(), 'two-node-2', `at node-${index + 1}: ${answer.stderr}`)
      const explained = await run(
        FAIRLEAD,
        ['explain', '--name', cluster.name, '--from', 'pod/client', '--to', `${address}:30043`, '--live'],
        { env: { KUBECONFIG: cluster.kubeconfig } },
      )
      assert.equal(explained.status, 0, explained.stdout)
    }
  },
)

claim('internalTrafficPolicy Local keeps a pod’s traffic on its own node', async (assert) => {
  await kubectl.apply(service('inner', 'internalTrafficPolicy: Local\nports: [{port: 80, targetPort: 8080}]', 'two'))
  const { clusterIP } = (await get('inner')).spec!
  assert.equal(
    (
      await eventually(
        'node-2 answers',
        async () => (await cluster.onNode('node-2', 'curl', '-sm2', `http://${clusterIP}/hostname`)).stdout,
      )
    ).trim(),
    'two-node-2',
  )
  assert.equal((await cluster.onNode('node-3', 'curl', '-sm1', `http://${clusterIP}/hostname`)).status, 28)
})

claim('a pod that reaches itself through its Service gets an answer', async (assert) => {
  const name = 'two-node-2'
  const { clusterIP } = (await get('two')).spec!
  const { stdout } = await cluster.inPod(name, 'timeout', '3', 'wget', '-qO-', `http://${clusterIP}/hostname`)
  assert.equal(stdout.trim(), name)
})

claim('a pod that uses another node’s node port gets an answer', async (assert) => {
  const { stdout } = await cluster.inPod(
    'two-node-2',
    'timeout',
    '3',
    'wget',
    '-qO-',
    `http://${nodeAddresses()[0]}:30042/hostname`,
  )
  assert.equal(stdout.trim(), 'two-node-2')
})

claim('a Service whose selector matches nothing has no endpoints and is refused at once', async (assert) => {
  await kubectl.apply(service('none', 'type: NodePort\nports: [{port: 80, nodePort: 30044}]', 'nothing-has-this'))
  assert.match(await kubectl('describe', 'service', 'none'), /Endpoints:\s*(<none>)?\s*$/m)
  assert.equal((await cluster.inPod('client', 'curl', '-sm3', 'http://none/')).status, 7)
  assert.equal((await cluster.onHost('curl', '-sm3', `http://${nodeAddresses()[1]}:30044/`)).status, 7)
})

claim('kubectl expose makes a Service of a Deployment, with its labels as the selector', async (assert) => {
  await kubectl.apply(
    deployment('webapp1', { args: ['--http-port=80'] }).replace(
      'port: 8080}, periodSeconds',
      'port: 80}, periodSeconds',
    ),
  )
  await rolledOut('webapp1')
  assert.match(await kubectl('expose', 'deploy', 'webapp1', '--port=80'), /service\/webapp1 exposed/)
  const { spec } = await get('webapp1')
  assert.deepEqual(spec!.selector, { app: 'webapp1' })
  assert.match(await fromClient('http://webapp1/hostname'), /^webapp1-/)
})

claim('kubectl describe svc shows the endpoints: the addresses and ports of the pods', async (assert) => {
  const pods = await podsOf('myapp')
  const shown = /^Endpoints:\s*(.*)$/m.exec(await kubectl('describe', 'svc', 'myapp-service'))![1]!
  const full = await kubectl('get', 'endpoints', 'myapp-service', '-o', 'jsonpath={.subsets[*].addresses[*].ip}')
  for (const { status } of pods) assert.ok(full.includes(status!.podIP!), full)
  assert.ok(
    pods.some(({ status }) => shown.includes(`${status!.podIP}:8080`)),
    shown,
  )
})

claim('a Service comes with an Endpoints object and EndpointSlices that follow the pods', async (assert) => {
  await kubectl('scale', 'deployment', 'myapp', '--replicas=4')
  await rolledOut('myapp')
  const ready = async (): Promise<number> =>
    (
      await kubectl(
        'get',
        'endpointslices',
        '-l',
        'kubernetes.io/service-name=myapp-service',
        '-o',
        'jsonpath={range .items[?(@.addressType=="IPv4")].endpoints[?(@.conditions.ready==true)]}x{end}',
      )
    ).length
  assert.equal(await eventually('four endpoints', async () => (await ready()) === 4 && 4), 4)
  await kubectl('scale', 'deployment', 'myapp', '--replicas=3')
  assert.equal(await eventually('three endpoints', async () => (await ready()) === 3 && 3), 3)
})

claim('the rules of every Service are in the kernel of every node', async (assert) => {
  const { clusterIP } = (await get('myapp-service')).spec!
  for (const { name } of cluster.facts.nodes) {
    const { stdout } = await cluster.onNode(name, 'nft', 'list', 'table', 'ip', 'fairlead')
    assert.ok(stdout.includes(clusterIP!), `${name} knows ${clusterIP}`)
    assert.ok(stdout.includes('30008'), `${name} knows the node port`)
  }
})

claim('a headless Service has no address: DNS gives those of its pods, and each pod’s own name', async (assert) => {
  await kubectl('apply', '-f', join(EXAMPLES, 'headless.yaml'))
  await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=peers', '--timeout=20s')
  assert.equal((await get('peers')).spec!.clusterIP, 'None')
  const ips = (await podsOf('peers')).map(({ status }) => status!.podIP!).sort()
  const found = await eventually('both addresses', async () => {
    const lines = (await cluster.inPod('client', 'dig', '+short', '+search', 'peers')).stdout.trim().split('\n').sort()
    return lines.length === 2 && lines
  })
  assert.deepEqual(found, ips)
  assert.equal(await fromClient('http://a.peers:8080/hostname'), 'a')
  assert.equal(await fromClient('http://b.peers:8080/hostname'), 'b')
})

claim('an ExternalName Service is a name for another name', async (assert) => {
  await kubectl('apply', '-f', join(EXAMPLES, 'external-name.yaml'))
  const { stdout } = await cluster.inPod('client', 'dig', '+short', '+search', 'shop', 'CNAME')
  assert.equal(stdout.trim(), 'myapp-service.default.svc.cluster.local.')
  assert.match(await fromClient('http://shop/hostname'), /^myapp-/)
})

claim('the addresses of nodes and their names stand in kubectl get nodes', async (assert) => {
  const { items } = await cluster.json<{ items: Node[] }>('get', 'nodes')
  assert.deepEqual(items.map(({ metadata }) => metadata!.name).sort(), ['node-1', 'node-2', 'node-3'])
  const { stdout: told } = await run('runc', ['--version'])
  const runtime = `runc://${/^runc version (\S+)/m.exec(told)?.[1]}`
  const first = (await kubectl('get', 'nodes', '-o', 'wide')).split('\n').find((line) => line.startsWith('node-1 '))
  assert.match(first ?? '', /^node-1\s+Ready\s+.*172\.30\.0\.2/)
  assert.equal(first?.trim().split(/\s+/).at(-1), runtime)
})

claim('changing a live Service’s type, port and selector takes effect in place', async (assert) => {
  await kubectl.apply(service('changing', 'ports: [{port: 80, targetPort: 8080}]', 'myapp'))
  const { clusterIP } = (await get('changing')).spec!
  assert.match(
    await eventually('it answers', async () => (await fromClient(`http://${clusterIP}/hostname`)) || undefined),
    /^myapp-/,
  )
  await kubectl(
    'patch',
    'service',
    'changing',
    '--type=merge',
    '-p',
    '{"spec":{"type":"NodePort","selector":{"app":"two","type":null},"ports":[{"port":81,"targetPort":8080,"nodePort":30045}]}}',
  )
  // Rules and endpoints travel apart: for a moment the new port may lead to the old pods, as in any Kubernetes.
  const answer = await eventually('the new pods answer', async () => {
    const name = await ask(nodeAddresses()[0]!, 30045)
    return name === 'two-node-2' && name
  })
  assert.equal(answer, 'two-node-2')
  await kubectl('patch', 'service', 'changing', '-p', '{"spec":{"type":"ClusterIP"}}')
  await eventually(
    'the node port is refused',
    async () => (await cluster.onHost('curl', '-sm1', `http://${nodeAddresses()[0]}:30045/`)).status === 7,
  )
  assert.equal((await get('changing')).spec!.clusterIP, clusterIP)
})

claim('the manifests of examples/ are valid under strict validation', async (assert) => {
  for (const file of [
    'myapp',
    'back-end',
    'client',
    'load-balancer',
    'headless',
    'several-ports',
    'session-affinity',
    'external-name',
  ]) {
    const outcome = await kubectl.try(
      'apply',
      '--dry-run=server',
      '--validate=true',
      '-f',
      join(EXAMPLES, `${file}.yaml`),
    )
    assert.equal(outcome.status, 0, `${file}: ${outcome.stderr}`)
    assert.ok(readFileSync(join(EXAMPLES, `${file}.yaml`), 'utf8').startsWith('#'), `${file} says what it shows`)
  }
})
