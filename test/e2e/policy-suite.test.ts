// Every spec of the suite that Kubernetes 1.36 has for its network policies (netpol/network_policy.go and network_policy_api.go), by
// its name there: the same question, asked of nine pods, at pods' addresses of both families and at Services' ones, where upstream
// asks the fewest that show it.
import { after } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { ApiError, isInvalid, isNotFound, type WatchEvent } from '#client/client.ts'
import { type Assert, claim, eventually, withCluster } from './harness.ts'
import { expressed, labelled, policy } from './policies/objects.ts'
import { at, Table, type Truth } from './policies/table.ts'
import { type PolicyObject, World } from './policies/world.ts'

const { name: CLUSTER, kubectl, json } = withCluster('policy-suite', ['--nodes', '2'])

let table: Table
after(() => table?.close())

/** One look at the table: what is done before, the policies that there are then, and what a person expects. */
interface Step {
  readonly first?: (world: World) => Promise<void>
  readonly have?: (world: World) => readonly PolicyObject[]
  readonly truths: readonly Truth[]
}
const having = (policies: readonly PolicyObject[], ...truths: readonly Truth[]): Step => ({
  have: () => policies,
  truths,
})
const changing = (first: Step['first'], ...truths: readonly Truth[]): Step => ({ first: first!, truths })
const finding = (have: Step['have'], ...truths: readonly Truth[]): Step => ({ have: have!, truths })

const NAME = 'kubernetes.io/metadata.name'
const A = labelled('pod', 'a')
const space = (selector: object) => ({ namespaceSelector: selector })
const of = (...names: readonly string[]) => space(labelled(NAME, ...names))
const pods = (selector: object) => ({ podSelector: selector })
const NOT_X = expressed(NAME, 'NotIn', 'x')
/** A policy of namespace x. */
const ingress = (selector: object, rules: readonly object[], name?: string) =>
  policy('x', { podSelector: selector, policyTypes: ['Ingress'], ingress: rules }, name)
const egress = (selector: object, rules: readonly object[], name?: string) =>
  policy('x', { podSelector: selector, policyTypes: ['Egress'], egress: rules }, name)
const DENY = ingress({}, [], 'deny')
const DENY_ALL = policy('x', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }, 'deny-all')
/** Nobody to x/a but those. */
const toA = (port: string, ...names: readonly string[]): Truth =>
  at(port, '* > x/a no', ...names.map((name) => `${name} > x/a yes`))
const fromA = (port: string, ...names: readonly string[]): Truth =>
  at(port, 'x/a > * no', ...names.map((name) => `x/a > ${name} yes`))
const ON_81 = [{ ports: [{ port: 81, protocol: 'TCP' }], from: [of('y')] }]

const addressOf = (world: World, name: string) => world.stands.find((stand) => stand.name === name)!.addresses
/** A pod's own addresses, as ranges of one. */
const hosts = (world: World, name: string) => [
  `${addressOf(world, name).IPv4}/32`,
  `${addressOf(world, name).IPv6}/128`,
]
/** The sixteenth of all addresses that a pod's is in. */
const AROUND = ['0.0.0.0/4', 'f000::/4']
const except = (world: World, name: string) =>
  hosts(world, name).map((host, family) => ({ ipBlock: { cidr: AROUND[family], except: [host] } }))

const SPECS: Readonly<Record<string, readonly Step[]>> = {
  "should support a 'default-deny-ingress' policy": [having([DENY], at('80/TCP', '* > x/* no'))],
  "should support a 'default-deny-all' policy": [having([DENY_ALL], at('80/TCP', '* > x/* no', 'x/* > * no'))],
  'should enforce policy to allow traffic from pods within server namespace based on PodSelector': [
    having([ingress(A, [{ from: [pods(labelled('pod', 'b'))] }])], toA('80/TCP', 'x/b')),
  ],
  'should enforce policy to allow ingress traffic for a target': [
    having([DENY, ingress(A, [{ from: [{ ...space({}), ...pods({}) }] }])], at('80/TCP', '* > x/* no', '* > x/a yes')),
  ],
  'should enforce policy to allow ingress traffic from pods in all namespaces': [
    having([ingress(A, [{ from: [space({})] }])], at('80/TCP')),
  ],
  'should enforce policy to allow traffic only from a different namespace, based on NamespaceSelector': [
    having([ingress(A, [{ from: [space(labelled('ns', 'y'))] }])], toA('80/TCP', 'y/*')),
  ],
  'should enforce policy based on PodSelector with MatchExpressions': [
    having([ingress(A, [{ from: [pods(expressed('pod', 'In', 'b'))] }])], toA('80/TCP', 'x/b')),
  ],
  'should enforce policy based on NamespaceSelector with MatchExpressions': [
    having([ingress(A, [{ from: [space(expressed('ns', 'In', 'y'))] }])], toA('80/TCP', 'y/*')),
  ],
  'should enforce policy based on PodSelector or NamespaceSelector': [
    having(
      [ingress(A, [{ from: [space(NOT_X), pods(labelled('pod', 'b'))] }])],
      at('80/TCP', 'x/* > x/a no', 'x/b > x/a yes'),
    ),
  ],
  'should enforce policy based on PodSelector and NamespaceSelector': [
    having([ingress(A, [{ from: [{ ...space(NOT_X), ...pods(labelled('pod', 'b')) }] }])], toA('80/TCP', 'y/b', 'z/b')),
  ],
  'should enforce policy based on Multiple PodSelectors and NamespaceSelectors': [
    having(
      [ingress(A, [{ from: [{ ...space(NOT_X), ...pods(labelled('pod', 'b', 'c')) }] }])],
      toA('80/TCP', 'y/b', 'y/c', 'z/b', 'z/c'),
    ),
  ],
  'should enforce policy based on any PodSelectors': [
    having(
      [ingress(A, [{ from: [pods(labelled('pod', 'b')), pods(labelled('pod', 'c'))] }])],
      toA('80/TCP', 'x/b', 'x/c'),
    ),
  ],
  'should enforce policy to allow traffic only from a pod in a different namespace based on PodSelector and NamespaceSelector':
    [having([ingress(A, [{ from: [{ ...of('y'), ...pods(A) }] }])], toA('80/TCP', 'y/a'))],
  'should enforce policy based on Ports': [having([ingress(A, ON_81)], toA('81/TCP', 'y/*'), toA('80/TCP'))],
  'should enforce multiple, stacked policies with overlapping podSelectors': [
    having([ingress(A, ON_81)], toA('81/TCP', 'y/*'), toA('80/TCP')),
    having(
      [ingress(A, ON_81), ingress(A, [{ ports: [{ port: 80 }], from: [of('y')] }], 'also-80')],
      toA('81/TCP', 'y/*'),
      toA('80/TCP', 'y/*'),
    ),
  ],
  'should support allow-all policy': [having([ingress({}, [{}])], at('80/TCP'), at('81/TCP'))],
  'should allow ingress access on one named port': [
    having([ingress({}, [{ ports: [{ port: 'serve-81-tcp' }] }])], at('81/TCP'), at('80/TCP', '* > x/* no')),
  ],
  'should allow ingress access from namespace on one named port': [
    having(
      [ingress(A, [{ ports: [{ port: 'serve-80-tcp', protocol: 'TCP' }], from: [of('y')] }])],
      toA('80/TCP', 'y/*'),
      toA('81/TCP'),
    ),
  ],
  'should allow egress access on one named port': [
    having([egress({}, [{ ports: [{ port: 'serve-80-tcp' }] }])], at('80/TCP'), at('81/TCP', 'x/* > * no')),
  ],
  'should enforce updated policy': [
    having([ingress({}, [{}])], at('81/TCP')),
    having([ingress({}, [])], at('81/TCP', '* > x/* no')),
  ],
  'should allow ingress access from updated namespace': [
    having([ingress(A, [{ from: [space(labelled('ns2', 'updated'))] }])], toA('80/TCP')),
    changing((world) => world.label('y', { ns2: 'updated' }), toA('80/TCP', 'y/*')),
    changing((world) => world.label('y', { ns2: null }), toA('80/TCP')),
  ],
  'should allow ingress access from updated pod': [
    having([ingress(A, [{ from: [pods({ matchLabels: { pod: 'b', pod2: 'updated' } })] }])], toA('80/TCP')),
    changing((world) => world.label('x/b', { pod2: 'updated' }), toA('80/TCP', 'x/b')),
    changing((world) => world.label('x/b', { pod2: null }), toA('80/TCP')),
  ],
  'should deny ingress from pods on other namespaces': [
    having([ingress({}, [{ from: [pods({})] }])], at('80/TCP', '* > x/* no', 'x/* > x/* yes')),
  ],
  'should deny ingress access to updated pod': [
    having([ingress(labelled('target', 'isolated'), [])], at('80/TCP')),
    changing((world) => world.label('x/a', { target: 'isolated' }), toA('80/TCP')),
    changing((world) => world.label('x/a', { target: null }), at('80/TCP')),
  ],
  'should deny egress from pods based on PodSelector': [having([egress(A, [])], fromA('80/TCP'))],
  'should deny egress from all pods in a namespace': [having([egress({}, [])], at('80/TCP', 'x/* > * no'))],
  'should work with Ingress, Egress specified together': [
    having(
      [
        policy('x', {
          podSelector: A,
          policyTypes: ['Egress', 'Ingress'],
          ingress: [{ from: [pods(labelled('pod', 'b'))] }],
          egress: [{ ports: [{ port: 80 }] }],
        }),
      ],
      toA('80/TCP', 'x/b'),
      at('81/TCP', 'x/a > * no', '* > x/a no', 'x/b > x/a yes'),
    ),
  ],
  'should support denying of egress traffic on the client side (even if the server explicitly allows this traffic)': [
    having(
      [
        egress(A, [{ to: [{ ...of('y'), ...pods(A) }] }]),
        ...['a', 'b'].map((name) =>
          policy('y', { podSelector: labelled('pod', name), ingress: [{ from: [{ ...of('x'), ...pods(A) }] }] }, name),
        ),
      ],
      at('80/TCP', 'x/a > * no', '* > y/a no', '* > y/b no', 'x/a > y/a yes'),
    ),
  ],
  'should enforce egress policy allowing traffic to a server in a different namespace based on PodSelector and NamespaceSelector':
    [having([egress(A, [{ to: [{ ...of('y'), ...pods(A) }] }])], fromA('80/TCP', 'y/a'))],
  'should enforce ingress policy allowing any port traffic to a server on a specific protocol': [
    having([ingress(A, [{ ports: [{ protocol: 'TCP' }] }])], at('80/TCP'), toA('80/UDP')),
  ],
  'should enforce multiple ingress policies with ingress allow-all policy taking precedence': [
    having([ingress({}, [{ ports: [{ port: 80 }] }])], at('81/TCP', '* > x/* no')),
    having([ingress({}, [{ ports: [{ port: 80 }] }]), ingress({}, [{}], 'all')], at('81/TCP')),
  ],
  'should enforce multiple egress policies with egress allow-all policy taking precedence': [
    having([egress({}, [{ ports: [{ port: 80 }] }])], at('81/TCP', 'x/* > * no')),
    having([egress({}, [{ ports: [{ port: 80 }] }]), egress({}, [{}], 'all')], at('81/TCP')),
  ],
  'should stop enforcing policies after they are deleted': [
    having([DENY_ALL], at('80/TCP', 'x/* > * no', '* > x/* no')),
    having([], at('80/TCP')),
  ],
  'should allow egress access to server in CIDR block': [
    finding(
      (world) => [egress(A, [{ to: hosts(world, 'y/b').map((cidr) => ({ ipBlock: { cidr } })) }])],
      fromA('80/TCP', 'y/b'),
    ),
  ],
  'should enforce except clause while egress access to server in CIDR block': [
    finding((world) => [egress(A, [{ to: except(world, 'x/b') }])], at('80/TCP', 'x/a > x/b no')),
  ],
  'should ensure an IP overlapping both IPBlock.CIDR and IPBlock.Except is allowed': [
    finding((world) => [egress(A, [{ to: except(world, 'x/b') }])], at('80/TCP', 'x/a > x/b no')),
    finding(
      (world) => [egress(A, [{ to: hosts(world, 'x/b').map((cidr) => ({ ipBlock: { cidr } })) }])],
      fromA('80/TCP', 'x/b'),
    ),
    // What its name says, and upstream does not ask: the exception of one policy takes nothing from another.
    finding(
      (world) => [
        egress(A, [{ to: except(world, 'x/b') }]),
        egress(A, [{ to: hosts(world, 'x/b').map((cidr) => ({ ipBlock: { cidr } })) }], 'also'),
      ],
      at('80/TCP'),
    ),
  ],
  'should enforce policies to check ingress and egress policies can be controlled independently based on PodSelector': [
    having([egress(A, [{}])], at('80/TCP')),
    having([egress(A, [{}]), ingress(A, [], 'deny-ingress')], toA('80/TCP')),
  ],
  "should not mistakenly treat 'protocol: SCTP' as 'protocol: TCP', even if the plugin doesn't support SCTP": [
    having(
      [DENY, ingress(A, [{ ports: [{ port: 81, protocol: 'SCTP' }] }])],
      at('81/TCP', '* > x/* no'),
      at('81/SCTP', '* > x/* no', '* > x/a yes'),
    ),
  ],
  "should properly isolate pods that are selected by a policy allowing SCTP, even if the plugin doesn't support SCTP": [
    having([ingress(A, [{ ports: [{ port: 80, protocol: 'SCTP' }] }])], toA('81/TCP'), at('80/SCTP'), toA('81/SCTP')),
  ],
  'should not allow access by TCP when a policy specifies only UDP': [
    having([ingress(A, [{ ports: [{ port: 81, protocol: 'UDP' }] }])], toA('81/TCP'), at('81/UDP')),
  ],
  'should enforce policy to allow traffic based on NamespaceSelector with MatchLabels using default ns label': [
    having([ingress(A, [{ from: [of('y')] }])], toA('80/TCP', 'y/*')),
  ],
  'should enforce policy based on NamespaceSelector with MatchExpressions using default ns label': [
    having([egress(A, [{ to: [space(expressed(NAME, 'NotIn', 'y'))] }])], at('80/TCP', 'x/a > y/* no')),
  ],
  ...Object.fromEntries(
    ['UDP', 'SCTP'].flatMap((protocol): [string, readonly Step[]][] => [
      [
        `using ${protocol}: should support a 'default-deny-ingress' policy`,
        [having([DENY], at(`80/${protocol}`, '* > x/* no'))],
      ],
      [
        `using ${protocol}: should enforce policy based on Ports`,
        [
          having(
            [ingress(A, [{ ports: [{ port: 81, protocol }], from: [of('y')] }])],
            toA(`81/${protocol}`, 'y/*'),
            toA(`80/${protocol}`),
            toA('81/TCP'),
          ),
        ],
      ],
      [
        `using ${protocol}: should enforce policy to allow traffic only from a pod in a different namespace based on PodSelector and NamespaceSelector`,
        [having([ingress(A, [{ from: [{ ...of('y'), ...pods(A) }] }])], toA(`80/${protocol}`, 'y/a'))],
      ],
    ]),
  ),
}

claim('upstream: nine pods and their Services are asked at two ports, by three protocols', async (assert) => {
  const names = ['a', 'b', 'c']
  table = new Table(
    await World.make(CLUSTER, {
      pods: { x: names, y: names, z: names },
      ports: { TCP: [80, 81], UDP: [80, 81] },
      services: true,
    }),
  )
  await table.holds(assert, 'no policy', at('80/TCP'), at('81/TCP'), at('80/UDP'), at('81/UDP'), at('80/SCTP'))
  assert.equal(Object.keys(SPECS).length, 48)
})

for (const [name, steps] of Object.entries(SPECS))
  claim(`upstream: ${name}`, async (assert) => {
    const { world } = table
    for (const [index, { first, have, truths }] of steps.entries()) {
      await first?.(world)
      if (have) await world.have(...have(world))
      await table.holds(assert, `step ${index + 1}`, ...truths)
    }
  })

const LABEL = 'special-label'
const example = (spec: object = {}): NetworkPolicy =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { generateName: 'example-', namespace: 'x', labels: { [LABEL]: 'mine' } },
    spec: { podSelector: { matchLabels: { 'pod-name': 'test-pod' } }, ...spec },
  }) as NetworkPolicy

claim('upstream: should support creating NetworkPolicy API operations', async (assert) => {
  const { client } = table.world
  const groups = JSON.parse(await kubectl('get', '--raw', '/apis')) as {
    groups: { name: string; versions: { version: string }[] }[]
  }
  assert.deepEqual(
    groups.groups.find(({ name }) => name === 'networking.k8s.io')?.versions.map(({ version }) => version),
    ['v1'],
  )
  const { resources } = JSON.parse(await kubectl('get', '--raw', '/apis/networking.k8s.io/v1')) as {
    resources: { name: string; verbs: string[] }[]
  }
  assert.deepEqual(resources.find(({ name }) => name === 'networkpolicies')?.verbs.toSorted(), [
    'create',
    'delete',
    'deletecollection',
    'get',
    'list',
    'patch',
    'update',
    'watch',
  ])
  const inX = { namespace: 'x' }
  const listed = (options: object = inX) => client.list(networkPolicies, { labelSelector: `${LABEL}=mine`, ...options })
  for (let count = 0; count < 2; count++) await client.create(networkPolicies, example(), inX)
  const created = await client.create(networkPolicies, example(), inX)
  const name = created.metadata!.name!
  assert.equal((await client.get(networkPolicies, name, inX)).metadata?.uid, created.metadata?.uid)
  const { items, resourceVersion } = await listed()
  assert.equal(items.length, 3)
  assert.equal((await listed({})).items.length, 3)
  const events: WatchEvent<NetworkPolicy>[] = []
  const watch = client.watch(networkPolicies, { ...inX, resourceVersion }, (event) => events.push(event))
  const everywhere = client.watch(networkPolicies, { resourceVersion }, (event) => events.push(event))
  const note = (key: string) => ({ metadata: { annotations: { [key]: 'true' } } })
  const patched = await client.patch(networkPolicies, name, 'merge', note('patched'), inX)
  assert.equal(patched.metadata?.annotations?.patched, 'true')
  const { metadata } = patched
  const updated = await client.update(
    networkPolicies,
    { ...patched, metadata: { ...metadata, annotations: { ...metadata?.annotations, updated: 'true' } } },
    inX,
  )
  assert.equal(updated.metadata?.annotations?.updated, 'true')
  await eventually(
    'both watches tell of it',
    async () =>
      events.filter(
        (event) =>
          event.type === 'MODIFIED' &&
          event.object.metadata?.annotations?.patched === 'true' &&
          event.object.metadata.annotations.updated === 'true',
      ).length === 2,
  )
  watch.stop()
  everywhere.stop()
  await client.delete(networkPolicies, name, inX)
  const gone = await client.get(networkPolicies, name, inX).catch((error: unknown) => error)
  assert.ok(isNotFound(gone))
  assert.equal((await listed()).items.length, 2)
  await deleteMine(assert)
})

claim('upstream: should support creating NetworkPolicy API with endport field', async (assert) => {
  const { client } = table.world
  const create = (port: object) =>
    client
      .create(networkPolicies, example({ policyTypes: ['Egress'], egress: [{ ports: [port] }] }), { namespace: 'x' })
      .catch((error: unknown) => error)
  for (const [port, why] of [
    [{ endPort: 20000 }, /endPort: .*may not be specified when .*port/],
    [{ port: 'serve-80', endPort: 20000 }, /endPort: .*may not be specified when .*port/],
    [{ port: 30000, endPort: 20000 }, /endPort: .*must be greater than or equal to `port`/],
  ] as const) {
    const refused = await create(port)
    assert.ok(isInvalid(refused))
    assert.match((refused as ApiError).message, why)
  }
  for (const port of [20000, 10000]) assert.ok(!((await create({ port, endPort: 20000 })) instanceof ApiError))
  await deleteMine(assert)
})

const deleteMine = async (assert: Assert): Promise<void> => {
  // The whole collection at once.
  await kubectl(
    'delete',
    '--raw',
    `/apis/networking.k8s.io/v1/namespaces/x/networkpolicies?labelSelector=${LABEL}%3Dmine`,
  )
  const { items } = await table.world.client.list(networkPolicies, { labelSelector: `${LABEL}=mine` })
  assert.equal(items.length, 0)
}

/** As upstream makes its pods: a container for each port and protocol. */
const agnhost = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'model', labels: { pod: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: ['tcp', 'udp'].map((protocol) => ({
      name: `cont-80-${protocol}`,
      image: 'fairlead/echo',
      imagePullPolicy: 'IfNotPresent',
      command: ['/agnhost', 'serve-hostname', `--${protocol}`, '--http=false', '--port', '80'],
      securityContext: {},
      ports: [{ containerPort: 80, name: `serve-80-${protocol}`, protocol: protocol.toUpperCase() }],
    })),
  },
})

claim('upstream: its pods and its probe run on the image that is built in', async (assert) => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's-model-a', namespace: 'model' },
    spec: {
      selector: { pod: 'a' },
      ports: ['TCP', 'UDP'].map((protocol) => ({
        name: `service-port-${protocol.toLowerCase()}-80`,
        protocol,
        port: 80,
      })),
    },
  }
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'model' } }
  const items = [space, agnhost('a'), agnhost('b'), service]
  await kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await kubectl('wait', '-n', 'model', '--for=condition=Ready', 'pod', '--all', '--timeout=60s')
  const { status: podStatus } = await json<Pod>('get', 'pod', 'a', '-n', 'model')
  const name = 's-model-a.model.svc.cluster.local:80'
  const six = podStatus!.podIPs!.find(({ ip }) => ip.includes(':'))!.ip
  const probe = async (at: string, protocol: string) => {
    const line = ['/agnhost', 'connect', at, '--timeout=1s', `--protocol=${protocol}`]
    const { status, stderr } = await kubectl.try('exec', 'b', '-c', 'cont-80-tcp', '-n', 'model', '--', ...line)
    return status === 0 ? 'connected' : /^[A-Z]+/m.exec(stderr)?.[0]
  }
  const all = () => Promise.all([probe(name, 'tcp'), probe(name, 'udp'), probe(`[${six}]:80`, 'tcp')])
  await eventually('all are connected', async () => (await all()).every((word) => word === 'connected'))
  await table.world.have(
    policy('model', { podSelector: A, ingress: [{ ports: [{ port: 'serve-80-udp', protocol: 'UDP' }] }] }),
  )
  const allowedByUdp = ['TIMEOUT', 'connected', 'TIMEOUT']
  const met = await eventually('TCP is not', async () => {
    const words = await all()
    return String(words) === String(allowedByUdp) && words
  })
  assert.deepEqual(met, allowedByUdp)
})
