import { createSocket } from 'node:dgram'
import { Agent, get as httpGet } from 'node:http'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { addressOf, ask, CLIENT, tally } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('endpoints')
const { kubectl } = cluster

const nodeAddress = (index: number, family: 0 | 1 = 0): string => cluster.facts.nodes[index]!.addresses[family]
const serviceOf = (name: string): Promise<Service> => cluster.json<Service>('get', 'service', name)
const podOf = (name: string): Promise<Pod> => cluster.json<Pod>('get', 'pod', name)
const ready = (...pods: readonly string[]): Promise<string> =>
  kubectl('wait', '--for=condition=Ready', ...pods.map((pod) => `pod/${pod}`), '--timeout=20s')

const echoPod = (
  name: string,
  options: {
    readonly node?: string
    readonly labels?: string
    readonly args?: readonly string[]
    readonly port?: string
    readonly readiness?: string
  } = {},
): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {${options.labels ?? `app: ${name}`}}}
spec:
  ${options.node ? `nodeName: ${options.node}` : 'restartPolicy: Always'}
  terminationGracePeriodSeconds: 1
  containers:
  - name: web
    image: fairlead/echo
    args: ${JSON.stringify(options.args ?? [])}
    ports: [${options.port ?? '{name: web, containerPort: 8080}'}]
    ${options.readiness ?? `readinessProbe: {httpGet: {path: /healthz, port: ${options.args ? 9090 : 8080}}, periodSeconds: 1}`}
---
`
const serviceYaml = (name: string, spec: string): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
${spec.replace(/^/gm, '  ')}
---
`
/** Ready where the file is; a file more or less makes a pod ready or not, while its program runs on. */
const BY_FILE = 'readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1, failureThreshold: 1}'
/** Undefined where no answer came. */
const fromClient = async (url: string): Promise<string | undefined> =>
  (await cluster.inPod('client', 'curl', '-gsm3', url)).stdout.trim() || undefined
const statusFromClient = async (url: string): Promise<number> =>
  (await cluster.inPod('client', 'curl', '-gsm2', url)).status
/** The answers of 24 new connections made one after the other in the pod `client`, by one exec. */
const answersAt = async (url: string): Promise<readonly string[]> => {
  const each = ['-H', 'Connection: close', '-w', '\\n', ...Array<string>(24).fill(url)]
  const { stdout } = await cluster.inPod('client', 'curl', '-gsm2', ...each)
  return [...new Set(stdout.trim().split(/\n+/))].sort()
}
/** Waits until just these pods answer, and then for 24 answers more of theirs alone: what has settled stays so. */
const settled = async (url: string, ...pods: readonly string[]): Promise<readonly string[]> => {
  await eventually(`${pods.join(' and ')} answer at ${url}`, async () => `${await answersAt(url)}` === `${pods}`)
  return answersAt(url)
}

claim('through a ClusterIP the server sees the client pod’s own address', async (assert) => {
  await kubectl.apply(
    CLIENT +
      echoPod('near', { node: 'node-1' }) +
      echoPod('far', { node: 'node-2' }) +
      ['near', 'far']
        .map((name) =>
          serviceYaml(
            name,
            `selector: {app: ${name}}\nipFamilyPolicy: RequireDualStack\nports: [{port: 80, targetPort: 8080}]`,
          ),
        )
        .join(''),
  )
  await ready('client', 'near', 'far')
  const own = (await podOf('client')).status!.podIPs!.map(({ ip }) => ip)
  assert.equal(own.length, 2)
  for (const name of ['near', 'far']) {
    const [v4, v6] = (await serviceOf(name)).spec!.clusterIPs!
    for (const host of [v4, `[${v6}]`]) await eventually(`${host} answers`, () => fromClient(`http://${host}/hostname`))
    assert.equal(addressOf((await fromClient(`http://${v4}/clientip`)) ?? ''), own[0], `${name} by IPv4`)
    assert.equal(addressOf((await fromClient(`http://[${v6}]/clientip`)) ?? ''), own[1], `${name} by IPv6`)
  }
})

claim('a pod that is not ready gets no traffic, and gets it again when it is', async (assert) => {
  await kubectl.apply(
    echoPod('steady', { labels: 'app: gate', node: 'node-2' }) +
      echoPod('gated', { labels: 'app: gate', node: 'node-3', readiness: BY_FILE }) +
      serviceYaml('gate', 'type: NodePort\nselector: {app: gate}\nports: [{port: 80, targetPort: 8080}]'),
  )
  await ready('steady')
  await eventually('the gated pod runs', async () => (await podOf('gated')).status?.phase === 'Running')
  const { clusterIP, ports } = (await serviceOf('gate')).spec!
  const url = `http://${clusterIP}/hostname`
  const conditions = async (): Promise<Readonly<Record<string, boolean | undefined>>> => {
    type Slices = { items: { endpoints?: { targetRef: { name: string }; conditions: { ready?: boolean } }[] }[] }
    const { items } = await cluster.json<Slices>('get', 'endpointslices', '-l', 'kubernetes.io/service-name=gate')
    return Object.fromEntries(
      items.flatMap(({ endpoints }) => endpoints ?? []).map((one) => [one.targetRef.name, one.conditions.ready]),
    )
  }
  assert.deepEqual(await settled(url, 'steady'), ['steady'])
  assert.deepEqual(await conditions(), { steady: true, gated: false })
  assert.match(await kubectl('get', 'pod', 'gated'), /gated\s+0\/1\s+Running/)

  await cluster.inPod('gated', 'touch', '/tmp/ready')
  await ready('gated')
  assert.deepEqual(await settled(url, 'gated', 'steady'), ['gated', 'steady'])

  await cluster.inPod('gated', 'rm', '/tmp/ready')
  await kubectl('wait', '--for=condition=Ready=false', 'pod/gated', '--timeout=20s')
  await eventually('the slice follows', async () => (await conditions()).gated === false)
  assert.deepEqual(await settled(url, 'steady'), ['steady'])
  const throughNode = await eventually('only the steady one answers at its node', async () => {
    const found = await tally(20, () => ask(nodeAddress(2), ports![0]!.nodePort!))
    return Object.keys(found).length === 1 && found
  })
  assert.deepEqual(throughNode, { steady: 20 })
  assert.equal((await podOf('gated')).status!.containerStatuses![0]!.restartCount, 0)

  await cluster.inPod('gated', 'touch', '/tmp/ready')
  await ready('gated')
  assert.deepEqual(await settled(url, 'gated', 'steady'), ['gated', 'steady'])
})

claim('a Service without a selector leads where its hand-made Endpoints say', async (assert) => {
  const [near, far] = await Promise.all(
    ['near', 'far'].map(async (name) => (await podOf(name)).status!.podIPs!.map(({ ip }) => ip)),
  )
  const endpoints = (address: string): string => `apiVersion: v1
kind: Endpoints
metadata: {name: by-hand}
subsets: [{addresses: [{ip: ${address}}], ports: [{port: 8080}]}]
`
  await kubectl.apply(serviceYaml('by-hand', 'ports: [{port: 80, targetPort: 9999}]'))
  const { clusterIP } = (await serviceOf('by-hand')).spec!
  const url = `http://${clusterIP}/hostname`
  assert.equal(await statusFromClient(url), 7, 'nothing is behind it yet')
  await kubectl.apply(endpoints(near![0]!))
  assert.equal(await eventually('the first address answers', () => fromClient(url)), 'near')
  const mirrored = await kubectl(
    'get',
    'endpointslices',
    '-l',
    'kubernetes.io/service-name=by-hand,endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io',
    '-o',
    'jsonpath={.items[*].endpoints[*].addresses[*]}',
  )
  assert.equal(mirrored, near![0])
  await kubectl.apply(endpoints(far![0]!))
  assert.equal(await eventually('it moves', async () => (await fromClient(url)) === 'far' && 'far'), 'far')
  assert.match(await kubectl('describe', 'service', 'by-hand'), new RegExp(`Endpoints:\\s+${far![0]}:8080`))
  // An EndpointSlice by hand stands beside what is mirrored.
  await kubectl.apply(`apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: by-hand-more, labels: {kubernetes.io/service-name: by-hand}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [${near![0]}]}]
`)
  assert.deepEqual(await settled(url, 'far', 'near'), ['far', 'near'])
  await kubectl('delete', 'endpoints', 'by-hand')
  await kubectl('delete', 'endpointslice', 'by-hand-more')
  await eventually('it is refused', async () => (await statusFromClient(url)) === 7)
})

claim('a selector takes the pods that have all of its labels', async (assert) => {
  await kubectl.apply(
    echoPod('all-labels', { labels: 'app: shop, tier: front, track: stable' }) +
      echoPod('one-label', { labels: 'app: shop, tier: back' }) +
      echoPod('other-label', { labels: 'app: store, tier: front' }) +
      serviceYaml('shop-front', 'selector: {app: shop, tier: front}\nports: [{port: 80, targetPort: 8080}]') +
      serviceYaml('shop-any', 'selector: {app: shop}\nports: [{port: 80, targetPort: 8080}]'),
  )
  await ready('all-labels', 'one-label', 'other-label')
  const taken = async (name: string): Promise<readonly string[]> =>
    (await kubectl('get', 'endpoints', name, '-o', 'jsonpath={.subsets[*].addresses[*].targetRef.name}'))
      .split(/\s+/)
      .sort()
  await eventually('endpoints of both', async () => (await taken('shop-any')).length === 2)
  assert.deepEqual(await taken('shop-front'), ['all-labels'])
  assert.deepEqual(await taken('shop-any'), ['all-labels', 'one-label'])
  assert.deepEqual(await settled('http://shop-front/hostname', 'all-labels'), ['all-labels'])
  assert.deepEqual(await settled('http://shop-any/hostname', 'all-labels', 'one-label'), ['all-labels', 'one-label'])
  await kubectl('label', 'pod', 'one-label', 'tier=front', '--overwrite')
  assert.deepEqual(await settled('http://shop-front/hostname', 'all-labels', 'one-label'), ['all-labels', 'one-label'])
})

claim('a Service of type ClusterIP is closed on the nodes’ ports', async (assert) => {
  await kubectl.apply(serviceYaml('inside', 'selector: {app: near}\nports: [{port: 30080, targetPort: 8080}]'))
  const { spec } = await serviceOf('inside')
  assert.equal(spec!.type, 'ClusterIP')
  assert.equal(spec!.ports![0]!.nodePort, undefined)
  assert.equal(
    await eventually('it answers inside', () => fromClient(`http://${spec!.clusterIP}:30080/hostname`)),
    'near',
  )
  for (const { name, addresses } of cluster.facts.nodes) {
    for (const port of [80, 8080, 30080]) {
      assert.equal(
        (await cluster.onHost('curl', '-sm2', `http://${addresses[0]}:${port}/`)).status,
        7,
        `${name}:${port} from the host`,
      )
    }
    assert.equal(await statusFromClient(`http://${addresses[0]}:30080/`), 7, `${name} from a pod`)
    const listening = await cluster.onNode(name, 'ss', '-Hlntu', 'sport', '=', ':30080')
    assert.equal(listening.stdout, '', `nothing listens on ${name}`)
  }
})

claim('publishNotReadyAddresses gives traffic and names to pods that are not ready', async (assert) => {
  await kubectl.apply(
    echoPod('never-ready', { node: 'node-2', readiness: BY_FILE }) +
      serviceYaml('strict', 'selector: {app: never-ready}\nports: [{port: 80, targetPort: 8080}]') +
      serviceYaml(
        'lenient',
        'selector: {app: never-ready}\npublishNotReadyAddresses: true\nports: [{port: 80, targetPort: 8080}]',
      ) +
      serviceYaml(
        'lenient-peers',
        'clusterIP: None\nselector: {app: never-ready}\npublishNotReadyAddresses: true\nports: [{port: 8080}]',
      ),
  )
  await eventually('the pod runs', async () => (await podOf('never-ready')).status?.phase === 'Running')
  const lenient = await eventually('the lenient one answers', () => fromClient('http://lenient/hostname'))
  assert.equal(lenient, 'never-ready')
  const byName = await eventually('its name is there', () => fromClient('http://lenient-peers:8080/hostname'))
  assert.equal(byName, 'never-ready')
  assert.equal(await statusFromClient('http://strict/hostname'), 7)
  assert.match(await kubectl('get', 'pod', 'never-ready'), /0\/1\s+Running/)
})

claim('a named target port is each pod’s own number', async (assert) => {
  await kubectl.apply(
    echoPod('old-port', { labels: 'app: named' }) +
      echoPod('new-port', {
        labels: 'app: named',
        args: ['--http-port=9090'],
        port: '{name: web, containerPort: 9090}',
      }) +
      echoPod('no-such-port', { labels: 'app: named', port: '{name: other, containerPort: 8080}' }) +
      serviceYaml('named', 'selector: {app: named}\nports: [{port: 80, targetPort: web}]'),
  )
  await ready('old-port', 'new-port', 'no-such-port')
  assert.deepEqual(await settled('http://named/hostname', 'new-port', 'old-port'), ['new-port', 'old-port'])
  const pods = await Promise.all(['old-port', 'new-port'].map(podOf))
  const full = await kubectl('describe', 'endpoints', 'named')
  for (const { status } of pods) assert.ok(full.includes(status!.podIP!), full)
  const slices = await kubectl(
    'get',
    'endpointslices',
    '-l',
    'kubernetes.io/service-name=named',
    '-o',
    'jsonpath={range .items[*]}{.ports[*].port}:{.endpoints[*].targetRef.name}{"\\n"}{end}',
  )
  assert.match(slices, /^8080:old-port$/m)
  assert.match(slices, /^9090:new-port$/m)
})

claim('a dual-stack Service answers on both families, each with addresses of its own', async (assert) => {
  await kubectl.apply(
    serviceYaml(
      'both',
      'type: NodePort\nselector: {app: far}\nipFamilyPolicy: PreferDualStack\nports: [{port: 80, targetPort: 8080}]',
    ) +
      serviceYaml('six', 'selector: {app: far}\nipFamilies: [IPv6]\nports: [{port: 80, targetPort: 8080}]') +
      serviceYaml('four', 'selector: {app: far}\nports: [{port: 80, targetPort: 8080}]'),
  )
  const { spec } = await serviceOf('both')
  assert.deepEqual(spec!.ipFamilies, ['IPv4', 'IPv6'])
  const [v4, v6] = spec!.clusterIPs!
  assert.match(v4!, /^10\.96\./)
  assert.match(v6!, /^fd00:10:96:/)
  const { nodePort } = spec!.ports![0]!
  assert.equal(await eventually('IPv4 answers', () => fromClient(`http://${v4}/hostname`)), 'far')
  assert.equal(await eventually('IPv6 answers', () => fromClient(`http://[${v6}]/hostname`)), 'far')
  for (const index of [0, 1, 2])
    for (const family of [0, 1] as const) {
      const at = nodeAddress(index, family)
      assert.equal(await eventually(`${at} answers`, () => ask(at, nodePort!)), 'far')
    }
  const six = (await serviceOf('six')).spec!
  assert.deepEqual([six.ipFamilies, six.ipFamilyPolicy], [['IPv6'], 'SingleStack'])
  assert.equal(await eventually('IPv6 alone answers', () => fromClient(`http://[${six.clusterIP}]/hostname`)), 'far')
  assert.deepEqual((await serviceOf('four')).spec!.ipFamilies, ['IPv4'])
  const families = await kubectl(
    'get',
    'endpointslices',
    '-l',
    'kubernetes.io/service-name=both',
    '-o',
    'jsonpath={.items[*].addressType}',
  )
  assert.deepEqual(families.split(' ').sort(), ['IPv4', 'IPv6'])
})

/** A datagram socket that asks and takes its answers in turn; one socket is one flow. */
const datagrams = (address: string, port: number) => {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  return {
    ask: (text: string, timeoutMs = 2_000): Promise<string | undefined> =>
      new Promise((resolve) => {
        const settle = (answer: string | undefined): void => {
          clearTimeout(timer)
          socket.removeAllListeners()
          socket.on('error', () => {})
          resolve(answer)
        }
        const timer = setTimeout(settle, timeoutMs, undefined)
        socket.on('error', () => settle(undefined))
        socket.on('message', (data) => settle(data.toString().trim()))
        socket.send(text, port, address)
      }),
    close: () => socket.close(),
  }
}

claim('a UDP Service answers through a NodePort, and a flow moves on when its pod goes', async (assert) => {
  const port = '{name: dgram, containerPort: 8081, protocol: UDP}'
  await kubectl.apply(
    echoPod('udp-one', { labels: 'app: udp', node: 'node-1', port }) +
      serviceYaml(
        'udp',
        'type: NodePort\nselector: {app: udp}\nipFamilyPolicy: PreferDualStack\n' +
          'ports: [{port: 53, targetPort: dgram, protocol: UDP}]',
      ),
  )
  await ready('udp-one')
  const { nodePort } = (await serviceOf('udp')).spec!.ports![0]!
  const flow = datagrams(nodeAddress(1), nodePort!)
  const flow6 = datagrams(nodeAddress(1, 1), nodePort!)
  try {
    assert.equal(await eventually('the first pod answers', () => flow.ask('hostname', 300)), 'udp-one')
    assert.equal(await eventually('also by IPv6', () => flow6.ask('hostname', 300)), 'udp-one')
    await kubectl.apply(echoPod('udp-two', { labels: 'app: udp', node: 'node-3', port }))
    await ready('udp-two')
    assert.equal(await flow.ask('hostname'), 'udp-one', 'a flow stays on its pod')
    await kubectl('delete', 'pod', 'udp-one', '--now')
    const moved = await eventually('the flow moves on', async () => {
      const answer = await flow.ask('hostname', 300)
      return answer === 'udp-two' && answer
    })
    assert.equal(moved, 'udp-two')
    await kubectl('delete', 'service', 'udp')
    await eventually('no answer is left', async () => (await flow.ask('hostname', 300)) === undefined)
  } finally {
    flow.close()
    flow6.close()
  }
})

claim('a Service that is deleted ends for new connections, and lets those that exist go on', async (assert) => {
  await kubectl.apply(
    serviceYaml('leaving', 'type: NodePort\nselector: {app: far}\nports: [{port: 80, targetPort: 8080}]'),
  )
  const { nodePort } = (await serviceOf('leaving')).spec!.ports![0]!
  await eventually('it answers', () => ask(nodeAddress(0), nodePort!))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const kept = (): Promise<{ readonly text: string; readonly port: number }> =>
    new Promise((resolve, reject) => {
      const call = httpGet({ host: nodeAddress(0), port: nodePort!, path: '/hostname', agent, timeout: 3_000 })
      call.on('error', reject)
      call.on('timeout', () => call.destroy(new Error('timed out')))
      call.on('response', (response) => {
        const port = response.socket.localPort!
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('end', () => resolve({ text, port }))
      })
    })
  try {
    const first = await kept()
    assert.equal(first.text, 'far')
    await kubectl('delete', 'service', 'leaving')
    const status = await eventually('a new connection is refused', async () => {
      const outcome = await cluster.onHost('curl', '-sm1', `http://${nodeAddress(0)}:${nodePort}/hostname`)
      return outcome.status !== 0 && outcome.status
    })
    assert.equal(status, 7)
    assert.deepEqual(await kept(), first, 'the same connection answers on')
    assert.equal((await kubectl.try('get', 'endpoints', 'leaving')).status, 1)
    assert.equal(await kubectl('get', 'endpointslices', '-l', 'kubernetes.io/service-name=leaving', '-o', 'name'), '')
  } finally {
    agent.destroy()
  }
})

claim(
  'traffic stays in the zone of its node where the Service asks for that, also when the zones are named later',
  async (assert) => {
    await kubectl.apply(
      echoPod('near', { node: 'node-1', labels: 'app: zoned' }) +
        echoPod('far', { node: 'node-2', labels: 'app: zoned' }) +
        `apiVersion: v1\nkind: Service\nmetadata: {name: zoned}\nspec:\n  trafficDistribution: PreferSameZone\n  selector: {app: zoned}\n  ports: [{port: 80, targetPort: 8080}]\n`,
    )
    await ready('near', 'far')
    const { clusterIP } = (await serviceOf('zoned')).spec!
    const answers = async (): Promise<readonly string[]> => {
      const seen = await tally(
        15,
        async () => (await cluster.onNode('node-1', 'curl', '-sm3', `http://${clusterIP}/hostname`)).stdout,
      )
      return Object.keys(seen).sort()
    }
    assert.deepEqual(
      await eventually('both answer without zones', async () => (await answers()).length === 2 && answers()),
      ['far', 'near'],
    )
    await kubectl('label', 'node', 'node-1', 'topology.kubernetes.io/zone=a')
    await kubectl('label', 'node', 'node-2', 'node-3', 'topology.kubernetes.io/zone=b')
    const own = await eventually('only the own zone answers', async () => {
      const seen = await answers()
      return seen.length === 1 && seen
    })
    assert.deepEqual(own, ['near'])
  },
)
