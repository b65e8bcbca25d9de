import { podNamespace } from '#cluster/machines/names.ts'
import { type Assert, claim, eventually, run, withCluster } from './harness.ts'
import { kubectlBinaries, kubectlOf } from './kubectl-binaries.ts'

const cluster = withCluster('cluster-policies', ['--nodes', '1'])
const { kubectl } = cluster

const namespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team: name } },
})
const server = (namespace: string, name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    runtimeClassName: 'virtual',
    containers: [
      {
        name: 'echo',
        image: 'fairlead/echo',
        ports: [
          { containerPort: 80, name: 'web' },
          { containerPort: 81, name: 'admin' },
        ],
      },
    ],
    ...spec,
  },
})
const clusterPolicy = (name: string, priority: number, rules: object, tier = 'Admin', of = 'bank'): object => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier, priority, subject: { namespaces: team(of) }, ...rules },
})
const networkPolicy = (rules: object): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'own', namespace: 'bank' },
  spec: { podSelector: {}, ...rules },
})
const team = (name: string) => ({ matchLabels: { team: name } })
const from = (action: string, ...protocols: readonly object[]) => ({
  ingress: [{ action, from: [{ namespaces: team('shop') }], ...(protocols.length > 0 && { protocols }) }],
})
const tcp = (number: number) => ({ tcp: { destinationPort: { number } } })
const apply = (...items: readonly object[]): Promise<string> =>
  kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))

let targets: Readonly<Record<string, string>> = {}
let client = ''
/** Whom the client reaches now, by connections from its own network, of half a second at most: `80 node`. */
const reached = async (): Promise<string> => {
  const tries = Object.entries(targets).map(
    ([name, to]) => `{ timeout 0.5 bash -c '</dev/tcp/${to}' 2>/dev/null && echo ${name}; } &`,
  )
  const { stdout } = await run('ip', ['netns', 'exec', client, 'bash', '-c', `${tries.join(' ')} wait`])
  return stdout.trim().split('\n').sort().join(' ')
}
const reaches = async (assert: Assert, what: string, expected: string): Promise<void> => {
  let last = ''
  await eventually(
    what,
    async () => {
      last = await reached()
      return last === expected
    },
    6000,
  ).catch(() => undefined)
  assert.equal(last, expected, what)
}
/** Tried by themselves: what stood before goes first. */
const stands = async (...policies: readonly object[]): Promise<void> => {
  await Promise.all([
    kubectl('delete', 'clusternetworkpolicies', '--all', '--ignore-not-found'),
    kubectl('delete', 'networkpolicies', '-n', 'bank', '--all', '--ignore-not-found'),
  ])
  if (policies.length > 0) await apply(...policies)
}
const ALL = '80 81 node peer'

claim(
  'ClusterNetworkPolicies can be written as soon as a cluster is up, and without one all is open',
  async (assert) => {
    const listed = await kubectl(
      'get',
      'crd',
      'clusternetworkpolicies.policy.networking.k8s.io',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Established")].status}',
    )
    assert.equal(listed, 'True')
    await apply(
      namespace('shop'),
      namespace('bank'),
      server('bank', 'web'),
      server('shop', 'peer'),
      server('shop', 'client'),
    )
    await kubectl('wait', '-n', 'bank', '--for=condition=Ready', 'pod/web', '--timeout=30s')
    await kubectl('wait', '-n', 'shop', '--for=condition=Ready', 'pod/peer', 'pod/client', '--timeout=30s')
    const ip = (of: string, name: string) => kubectl('get', 'pod', '-n', of, name, '-o', 'jsonpath={.status.podIP}')
    const [web, peer] = await Promise.all([ip('bank', 'web'), ip('shop', 'peer')])
    client = podNamespace(
      cluster.name,
      await kubectl('get', 'pod', '-n', 'shop', 'client', '-o', 'jsonpath={.metadata.uid}'),
    )
    const [node] = cluster.facts.nodes[0]!.addresses
    targets = { 80: `${web}/80`, 81: `${web}/81`, peer: `${peer}/80`, node: `${node}/10256` }
    await reaches(assert, 'nothing is policed', ALL)
  },
)

claim('Admin Deny stands above a NetworkPolicy that lets in; Pass leaves it to the NetworkPolicy', async (assert) => {
  await stands(networkPolicy({ ingress: [{}] }), clusterPolicy('deny', 10, from('Deny', tcp(80))))
  await reaches(assert, 'Admin denies one port', '81 node peer')
  await stands(
    networkPolicy({ ingress: [{ ports: [{ port: 81 }] }] }),
    clusterPolicy('pass', 1, from('Pass')),
    clusterPolicy('deny', 2, from('Deny')),
  )
  await reaches(assert, 'what is passed on is the NetworkPolicy’s to say', '81 node peer')
  await kubectl('delete', 'cnp', 'pass')
  await reaches(assert, 'without the Pass the Deny behind it counts', 'node peer')
})

claim('Baseline counts for pods that no NetworkPolicy selects', async (assert) => {
  await stands(clusterPolicy('default', 5, from('Deny'), 'Baseline'))
  await reaches(assert, 'Baseline denies', 'node peer')
  await apply(networkPolicy({ ingress: [{ ports: [{ port: 'web' }] }] }))
  await reaches(assert, 'the NetworkPolicy is asked instead', '80 node peer')
})

claim(
  'of two policies the lesser priority is asked first, of two rules the first one; ports by their names',
  async (assert) => {
    const named = from('Accept', { destinationNamedPort: 'web' })
    await stands(clusterPolicy('deny', 20, from('Deny')), clusterPolicy('accept', 10, named))
    await reaches(assert, 'accepted before it is denied', '80 node peer')
    await apply(clusterPolicy('accept', 30, named))
    await reaches(assert, 'denied before it is accepted', 'node peer')
    const { ingress } = from('Accept', { tcp: { destinationPort: { range: { start: 81, end: 90 } } } })
    await apply(clusterPolicy('deny', 20, { ingress: [...ingress, ...from('Deny').ingress] }))
    await reaches(assert, 'the first rule', '81 node peer')
  },
)

claim('egress goes to namespaces, to nodes and to networks, each by itself', async (assert) => {
  const web = targets['80']!.split('/')[0]
  const accept = (to: object, more: object = {}) => ({ action: 'Accept', to: [to], ...more })
  const deny = { action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] }
  const leaving = (...rules: readonly object[]) =>
    clusterPolicy('out', 1, { egress: [...rules, deny] }, 'Admin', 'shop')
  await stands(leaving())
  await reaches(assert, 'networks take in pods and nodes', '')
  for (const [what, rule, expected] of [
    ['a namespace', accept({ namespaces: team('bank') }), '80 81'],
    ['some pods', accept({ pods: { namespaceSelector: team('shop'), podSelector: {} } }), 'peer'],
    ['nodes', accept({ nodes: {} }), 'node'],
    ['a network and a port', accept({ networks: [`${web}/32`] }, { protocols: [tcp(81)] }), '81'],
    ['a named port', accept({ namespaces: {} }, { protocols: [{ destinationNamedPort: 'web' }] }), '80 peer'],
  ] as const) {
    await apply(leaving(rule))
    await reaches(assert, what, expected)
  }
  await stands()
  await reaches(assert, 'all policies have gone', ALL)
})

claim(
  'a definition of the kind that others bring takes ours’ place; what it says more stands closed, and is told',
  async (assert) => {
    const NAME = 'clusternetworkpolicies.policy.networking.k8s.io'
    const domains = clusterPolicy(
      'names',
      1,
      { egress: [{ action: 'Deny', to: [{ domainNames: ['example.com'] }] }] },
      'Admin',
      'shop',
    )
    const refused = await kubectl.try('create', '--dry-run=server', '-f', '/dev/null')
    assert.notEqual(refused.status, 0)
    await apply(domains).then(
      () => assert.ok(false, 'it is taken'),
      (error: Error) => assert.match(error.message, /domainNames is not supported: write the networks of those names/),
    )
    const { metadata, spec } = JSON.parse(await kubectl('get', 'crd', NAME, '-o', 'json'))
    const { to } = spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.egress.items.properties
    delete to.items['x-kubernetes-validations']
    const other = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: NAME, annotations: metadata.annotations },
      spec,
    }
    await apply(other)
    await eventually('the new definition is served', () => apply(domains).catch(() => undefined))
    await reaches(assert, 'a Deny of what cannot be read denies all', '')
    const described = await eventually('its Event', async () => {
      const text = await kubectl('describe', 'cnp', 'names')
      return text.includes('InvalidRule') && text.includes('network-policy-controller') && text
    })
    assert.match(described, /Reason: +InvalidRule/)
    assert.match(
      described,
      /Warning +InvalidRule .*network-policy-controller +spec\.egress\[0\]\.to\[0\]\.domainNames is not supported/,
    )
    await kubectl('delete', 'crd', NAME)
    await reaches(assert, 'without the kind there are no policies', ALL)
    await apply(other)
    await eventually('the kind is back', () => apply(clusterPolicy('late', 1, from('Deny'))).catch(() => undefined))
    await eventually('and acted on', async () => (await reached()) === 'node peer')
    assert.equal(await reached(), 'node peer')
    await stands()
  },
)

const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: readable }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { team: shop } }
          podSelector: { matchLabels: { app: client } }
        - ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] }
      ports: [{ port: web }, { port: 8000, endPort: 8010, protocol: UDP }]
`
const WORDS = [
  /^ {2}PodSelector: +app=web$/m,
  /^ {2}Allowing ingress traffic:\n {4}To Port: web\/TCP\n {4}To Port(?:: 8000| Range: 8000-8010)\/UDP\n {4}From:\n/m,
  /^ {6}NamespaceSelector: team=shop\n {6}PodSelector: app=client\n {4}From:\n {6}IPBlock:\n {8}CIDR: 10\.0\.0\.0\/8\n {8}Except: 10\.1\.0\.0\/16/m,
  /^ {2}Allowing egress traffic:\n {4}<none> \(Selected pods are isolated for egress connectivity\)$/m,
  /^ {2}Policy Types: Ingress, Egress$/m,
]

const binaries = kubectlBinaries()
for (const [index, binary] of binaries.entries())
  claim(
    `kubectl 1.${binary.minor} tries, lists, explains and describes policies, with what it was warned of`,
    async (assert) => {
      const k = kubectlOf(binary, () => cluster.kubeconfig, `v1-${binary.minor}`)
      await k('create', 'namespace', `v1-${binary.minor}`)
      const dry = await k.with(POLICY, 'create', '--dry-run=server', '-f', '-')
      assert.match(dry.stdout, /networkpolicy\.networking\.k8s\.io\/readable created \(server dry run\)/, dry.stderr)
      assert.doesNotMatch(dry.stderr, /Warning/)
      assert.equal(await k('get', 'netpol', '-o', 'name'), '')
      const mistaken = POLICY.replace('{ matchLabels: { team: shop } }', '{}').replace(
        'podSelector: { matchLabels: { app: client } }',
        '\n        - podSelector: { matchLabels: { app: client } }',
      )
      const warned = await k.with(mistaken, 'apply', '-f', '-')
      assert.match(
        warned.stderr,
        /^Warning: spec\.ingress\[0\]\.from\[1\] has no effect: the empty namespaceSelector of from\[0\] means all pods/m,
      )
      const wrong = await k.with(POLICY.replace('10.1.0.0/16', '11.0.0.0/8'), 'apply', '-f', '-')
      assert.notEqual(wrong.status, 0)
      assert.match(
        wrong.stderr,
        /ipBlock\.except\[0\]: Invalid value: "11\.0\.0\.0\/8": must be a strict subset of `cidr`/,
      )
      await k.apply(POLICY)
      assert.match(await k('get', 'netpol'), /^NAME +POD-SELECTOR +AGE\nreadable +app=web +\d+s$/m)
      const described = await k('describe', 'netpol', 'readable')
      for (const word of WORDS) assert.match(described, word)
      assert.match(await k('explain', 'netpol.spec.ingress.ports.endPort'), /integer/)
      assert.match(await k('explain', 'cnp.spec.tier'), /Admin is asked before\s+NetworkPolicies/)
      await apply(clusterPolicy('listed', 7, from('Deny', tcp(9)), 'Baseline'))
      assert.match(await k('get', 'cnp'), /^NAME +TIER +PRIORITY +AGE\nlisted +Baseline +7 +\d+s$/m)
      await eventually('its status', async () => /Type: +Accepted/.test(await k('describe', 'cnp', 'listed')))
    },
    { skip: index > 0 && index < binaries.length - 1 ? 'the oldest and the newest stand for it' : undefined },
  )

claim('a policy that selects pods of a node’s own network is told so where people look', async (assert) => {
  await apply(
    server('bank', 'on-node', {
      hostNetwork: true,
      runtimeClassName: undefined,
      containers: [{ name: 'c', image: 'fairlead/host', command: ['sleep', 'infinity'] }],
    }),
  )
  await stands(networkPolicy({}))
  // kubectl describes this kind without its Events.
  const events = await eventually('its Event', () =>
    kubectl(
      'get',
      'events',
      '-n',
      'bank',
      '--field-selector',
      'involvedObject.kind=NetworkPolicy,reason=HostNetworkPodSelected',
      '--no-headers',
    ),
  )
  assert.match(events, /Warning +HostNetworkPodSelected +networkpolicy\/own +.*which no policy reaches.*: Pod on-node/)
})
