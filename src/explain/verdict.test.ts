import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { ask, at, facts, node, pod, service, slice } from './testing/cluster.ts'
import type { Told } from './testing/told.ts'
import type { Question } from './trace/question.ts'
import { print } from './words/print.ts'

/* What a verdict says is what is known: of nodes that are silent, of kernels that nobody asked, of replies. */

/** A cluster of others: known by its API alone. */
const foreign = (more: Partial<ClusterFacts> = {}): ClusterFacts => {
  const base = facts()
  return facts({
    network: { ...base.network, foreign: true, hostAddresses: [], egress: true },
    listening: {},
    kernels: [],
    ...more,
  })
}
const silent = (number: number): Node => {
  const { status, ...rest } = node(number)
  const ready = {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  }
  return { ...rest, status: { ...status, conditions: [ready] } } as unknown as Node
}
const verdictLine = (explanation: Told): string =>
  print(explanation.trace)
    .split('\n')
    .find((line) => /^(REACHABLE|NOT |ONLY )/.test(line)) ?? ''
const reasons = ({ findings }: Told): readonly string[] => findings.map(({ reason }) => reason)
const balanced = (spec: object): Service =>
  ({
    ...service('web', '10.96.0.1', { type: 'LoadBalancer', ...spec }),
    status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
  }) as unknown as Service

const SINCE = 'NotReady since 2026-01-02T03:04:05Z (Ready is Unknown: Kubelet stopped posting node status.)'
for (const [about, from, to, nodes, role] of [
  ['the sender', 'pod/client', 'svc/web', [silent(1), node(2)], 'node node-1, where the sender is'],
  ['an endpoint', 'pod/client', 'svc/web', [node(1), silent(2)], 'node node-2, where 10.244.2.11:8080 lives'],
  [
    'the node port that is asked',
    '203.0.113.9',
    '172.30.0.3:30080',
    [node(1), silent(2)],
    'node node-2, which is asked',
  ],
] as const)
  test(`a node that is not Ready is named with its condition and since when: that of ${about}`, () => {
    const explanation = ask(from, to, {}, foreign({ nodes }))
    assert.equal(explanation.verdict, 'unknown')
    assert.equal(explanation.reachable, false)
    const { message = '' } = explanation.findings.find(({ reason }) => reason === 'node-not-ready') ?? {}
    assert.ok(message.startsWith(role) && message.includes(`is ${SINCE}`), message)
    assert.match(verdictLine(explanation), /^NOT KNOWN whether /)
  })

test('a node port of a node that is not Ready is led to one that is', () => {
  const open = service('web', '10.96.0.1', {
    type: 'NodePort',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30081 }],
  })
  const slices = [slice('web', [at('10.244.1.11', 1)])]
  const { findings } = ask(
    '203.0.113.9',
    '172.30.0.3:30081',
    {},
    foreign({ services: [open], slices, nodes: [node(1), silent(2)] }),
  )
  assert.deepEqual(
    findings.map(({ reason, cures }) => [reason, cures[0]?.command]),
    [['node-not-ready', 'fairlead explain --from 203.0.113.9 --to 172.30.0.2:30081']],
  )
})

test('an endpoint of a node that is not Ready was ready when it was last heard of', () => {
  const { candidates } = ask('pod/client', 'svc/web', {}, foreign({ nodes: [node(1), silent(2)] }))
  assert.deepEqual(
    candidates.map(({ why }) => why),
    ['ready', 'ready when node-2 was last heard of: it is not Ready'],
  )
})

test('pods of a node that is not Ready are not said to run: the node is lost, and what made them makes others', () => {
  const gone = pod('web-1', 2, 11, {
    status: { conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [{ name: 'web', ready: true }] },
  })
  const client = pod('client', 1, 9, { labels: { app: 'client' } })
  const given = { pods: [gone, client], slices: [], nodes: [node(1), silent(2)] }
  const { findings } = ask('pod/client', 'svc/web', {}, foreign(given))
  assert.equal(findings[0]?.reason, 'node-lost')
  assert.match(findings[0]?.message ?? '', /its node node-2 is NotReady since 2026-01-02T03:04:05Z/)
  assert.doesNotMatch(JSON.stringify(findings), /Running|in a moment/)
  assert.match(findings[0]?.details?.join() ?? '', /nothing makes the pod anew elsewhere/)
})

test('REACHABLE says so where no kernel was asked: on a cluster of others, and where an agent does not answer', () => {
  const clean = ask('pod/client', 'svc/web')
  assert.deepEqual(
    [clean.basis, verdictLine(clean)],
    ['kernels', 'REACHABLE: svc/web answers pod default/client; it sees 10.244.1.9'],
  )
  const late = ask('pod/client', 'svc/web', {}, facts({ kernels: ['node-2'] }))
  assert.equal(late.basis, 'model')
  assert.equal(
    verdictLine(late),
    'REACHABLE, by the model: svc/web answers pod default/client; it sees 10.244.1.9; no kernel was asked',
  )
  assert.equal(ask('node/node-2', 'svc/web', {}, facts({ kernels: ['node-2'] })).basis, 'kernels')
  const other = ask('pod/client', 'svc/web', {}, foreign())
  assert.deepEqual([other.basis, other.verdict], ['model', 'reachable'])
  assert.match(verdictLine(other), /^REACHABLE, by the model, as far as can be seen: .*; no kernel was asked$/)
  const refused = ask('pod/client', 'svc/web', {}, foreign({ slices: [] }))
  assert.equal(verdictLine(refused), 'NOT REACHABLE, by the model: svc/web from pod default/client')
  const unnamed = ask('pod/client', 'svc/wbe', {}, foreign())
  assert.equal(verdictLine(unnamed), 'NOT REACHABLE: svc/wbe from pod default/client', 'no kernel knows names')
})

test('on a cluster of others, a node that has neither sender nor endpoint gets no reply to turn back; ours masquerade', () => {
  const nodes = [node(1), node(2), node(3)]
  const [from, to] = ['pod/client', '172.30.0.4:30080']
  const { steps, outcomes, findings, verdict } = ask(from, to, {}, foreign({ nodes }))
  assert.equal(verdict, 'unreachable')
  assert.deepEqual(
    outcomes.map((one) => [one.verdict, one.masqueraded]),
    [['astray', false]],
  )
  assert.match(steps.at(-1)?.text ?? '', /answers 10\.244\.1\.9 directly, past node-3/)
  assert.equal(findings[0]?.reason, 'reply-astray')
  const [first] = findings[0]?.cures ?? []
  assert.equal(first?.command, 'fairlead explain --from pod/client --to 10.96.0.2:80')
  const own = ask(from, to, {}, facts({ nodes, kernels: ['node-3'] }))
  assert.deepEqual(
    own.outcomes.map((one) => [one.verdict, one.masqueraded]),
    [['deliver', true]],
  )
  assert.equal(own.verdict, 'reachable')
})

test('a sender or an endpoint of the translating node hears the reply', () => {
  for (const to of ['172.30.0.2:30080', '172.30.0.3:30080'])
    assert.equal(ask('pod/client', to).verdict, 'reachable', to)
})

test('a port that nobody could look at and nobody declares is not called reachable; a declared one is', () => {
  const verdict = (to: string, more: Partial<ClusterFacts> = {}) => {
    const explanation = ask('pod/client', to, {}, foreign(more))
    return [explanation.verdict, ...reasons(explanation)]
  }
  assert.deepEqual(verdict('pod/web-2:9999'), ['unknown', 'listener-unknown'])
  assert.deepEqual(verdict('pod/web-2:8080'), ['reachable'])
  assert.deepEqual(verdict('172.30.0.3:8080'), ['unknown', 'listener-unknown'], 'a node port outside of the range')
  assert.deepEqual(verdict('172.30.0.3:30099'), ['unreachable', 'node-port-unknown'])
  const own = ask('pod/client', 'pod/web-2:9999')
  assert.deepEqual(
    [own.verdict, ...reasons(own)],
    ['unreachable', 'target-port-closed'],
    'on our own nodes it was looked at',
  )
  const two = [{ containerPort: 8080 }, { containerPort: 9000 }]
  const client = pod('client', 1, 9, { labels: { app: 'client' }, ports: two })
  const itself = (port: number) => ask('pod/client', `pod/client:${port}`, {}, foreign({ pods: [client] })).verdict
  assert.deepEqual([itself(9000), itself(9001)], ['reachable', 'unknown'], 'a pod that asks itself')
})

test('a headless Service asked at a port that it does not translate is not called reachable, by what its slices say', () => {
  const bare = service('bare', undefined, { clusterIP: 'None', selector: { app: 'web' } })
  const slices = [slice('bare', [at('10.244.1.11', 1), at('10.244.2.11', 2)])]
  const given = foreign({ services: [bare as Service], slices })
  const { verdict, findings } = ask('pod/client', 'svc/bare', {}, given)
  assert.equal(verdict, 'unreachable')
  assert.deepEqual(
    findings.map(({ reason, cures }) => [reason, cures[0]?.command]),
    [['headless-port', 'fairlead explain --from pod/client --to svc/bare:8080']],
  )
  assert.equal(ask('pod/client', 'svc/bare:8080', {}, given).verdict, 'reachable')
})

test('a client outside of a cluster of others is led to no ClusterIP by any cure', () => {
  const guarded = balanced({
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30081 }],
  })
  const pending = service('web', '10.96.0.1', { type: 'LoadBalancer' })
  const outer = service('web', '10.96.0.1', { externalIPs: ['198.51.100.7'] })
  const { network } = foreign()
  const commands = (given: Partial<ClusterFacts>, to: string) =>
    ask('203.0.113.9', to, {}, foreign(given)).findings.flatMap(({ cures }) => cures.map(({ command }) => command))
  const ranged = commands(
    { services: [guarded], network: { ...network, loadBalancerCidrs: ['172.30.255.1/32'] } },
    '172.30.255.1:80',
  )
  assert.ok(
    ranged.some((command) => command.endsWith('--to 172.30.0.2:30081')),
    ranged.join('\n'),
  )
  const all = [
    ...ranged,
    ...commands({ services: [pending] }, 'svc/web'),
    ...commands({ services: [outer] }, '198.51.100.7:80'),
  ]
  assert.deepEqual(
    all.filter((command) => command.includes('10.96.')),
    [],
  )
})

test('affinity is promised where one node decides, and said not to be held where several may', () => {
  const sticky = { sessionAffinity: 'ClientIP' }
  const choice = (from: string, to: string, given: ClusterFacts) =>
    ask(from, to, {}, given).steps.find(({ at: place }) => place.endsWith('choice'))?.text ?? ''
  const own = facts({ services: [service('web', '10.96.0.1', sticky)] })
  assert.match(choice('pod/client', 'svc/web', own), /then the client stays with it for 10800 seconds/)
  const pooled = facts({ services: [balanced(sticky)] })
  assert.match(choice('host', '172.30.255.1:80', pooled), /then the client stays with it/, 'our fabric keeps to a node')
  const { network } = foreign()
  const shared = foreign({
    services: [balanced(sticky)],
    network: { ...network, loadBalancerCidrs: ['172.30.255.1/32'] },
  })
  assert.match(choice('203.0.113.9', '172.30.255.1:80', shared), /another node may give it another.*it is not held$/)
})

test('a port that a load balancer address does not serve is told by the Service that has it', () => {
  const { steps, findings } = ask('host', '172.30.255.1:81', {}, facts({ services: [balanced({})] }))
  const text = steps.map((one) => one.text).join('\n')
  assert.doesNotMatch(text, /no Service has it/)
  assert.match(
    text,
    /172\.30\.255\.1 is the load balancer address of default\/web, which serves 80\/TCP there, and not 81\/TCP/,
  )
  assert.equal(findings[0]?.reason, 'port-not-served')
})

test('the program that is asked over another protocol is asked so by the cure as well', () => {
  const dns = service('dns', '10.96.0.9', {
    selector: { app: 'web' },
    ports: [{ port: 53, protocol: 'UDP', targetPort: 53 }],
  })
  const cures = (to: string, more: Partial<Question>) =>
    ask('pod/client', to, more, facts({ services: [dns] })).findings.flatMap((one) =>
      one.cures.map(({ command }) => command),
    )
  assert.deepEqual(cures('svc/dns:53', { protocol: 'TCP' }), [
    'fairlead explain --from pod/client --to svc/default/dns:53 --proto udp',
  ])
  assert.ok(cures('svc/dsn:53', { protocol: 'UDP' })[0]?.endsWith('--proto udp'))
})

test('no cure names a declared port at which nothing listens', () => {
  const idle = [
    { name: 'metrics', containerPort: 9000, protocol: 'TCP' },
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
  ]
  const pods = [pod('web-1', 1, 11, { ports: idle }), pod('client', 1, 9, { labels: { app: 'client' } })]
  const first = (
    spec: object,
    slices = [slice('web', [at('10.244.1.11', 1)], { name: '', port: 9001, protocol: 'TCP' })],
  ) =>
    ask('pod/client', 'svc/web', {}, facts({ pods, slices, services: [service('web', '10.96.0.1', spec)] })).findings[0]
      ?.cures[0]?.command ?? ''
  assert.match(first({ ports: [{ port: 80, protocol: 'TCP', targetPort: 9001 }] }), /"value":8080/)
  assert.match(first({ ports: [{ port: 80, protocol: 'TCP', targetPort: 'metric' }] }, []), /"value":"http"/)
})

test('no claim is called lost where another Service answers at a port that the asked one does not claim', () => {
  const old = {
    ...balanced({}),
    metadata: { name: 'old', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
  }
  const young = {
    ...balanced({ ports: [{ port: 81, protocol: 'TCP', targetPort: 8080 }] }),
    metadata: { name: 'young', namespace: 'default', creationTimestamp: '2026-01-02T00:00:00Z' },
  }
  const given = facts({
    services: [old, young] as unknown as Service[],
    slices: [slice('old', [at('10.244.1.11', 1)]), slice('young', [at('10.244.2.11', 2)])],
  })
  const explanation = ask('host', 'svc/young:80', {}, given)
  assert.deepEqual([explanation.verdict, ...reasons(explanation)], ['unreachable', 'port-not-served'])
  assert.equal(ask('host', 'svc/young:81', {}, given).verdict, 'reachable')
})

test('a pod that was asked by itself and whose program never started is not said to listen elsewhere', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nginx"' }
  const nginx = pod('nginx', 2, 30, {
    ready: false,
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'web', image: 'nginx', ready: false, state: { waiting } }],
    },
  })
  const known = facts()
  const { verdict, findings } = ask(
    'pod/client',
    'pod/nginx:80',
    {},
    {
      ...known,
      pods: [...known.pods, nginx],
      listening: { ...known.listening, 'pod/nginx': [] },
    },
  )
  assert.equal(verdict, 'unreachable')
  assert.equal(findings[0]?.reason, 'image-unknown')
  assert.match(findings[0]?.message ?? '', /^pod default\/nginx is not ready: /)
  assert.ok(!findings.some(({ reason }) => reason === 'target-port-closed'))
})
