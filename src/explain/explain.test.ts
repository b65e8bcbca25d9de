import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { nearest } from './cluster/nearest.ts'
import { compare } from './live/agreement.ts'
import { ask, at, facts, listening, node, pod, service, slice } from './testing/cluster.ts'
import type { Told } from './testing/told.ts'
import type { Question } from './trace/question.ts'
import { print } from './words/print.ts'

const lines = ({ steps }: Told): readonly string[] => steps.map(({ at: place, text }) => `${place}: ${text}`)
/** The walk behind the sending. */
const walk = (from: string, to: string, more?: Partial<Question>): readonly string[] =>
  lines(ask(from, to, more)).slice(-5)

const NODES = 'node-1 or node-2'
const TABLE: readonly (readonly [about: string, got: () => readonly string[], expected: readonly string[]])[] = [
  [
    'a pod at a ClusterIP keeps its address',
    () => walk('pod/client', '10.96.0.1:80'),
    [
      'node-1, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port',
      'node-1, endpoints: 2 candidates, internalTrafficPolicy Cluster',
      'node-1, choice: a new connection gets one of 2, by chance, each as likely',
      'node-1, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-1, postrouting: the source stays 10.244.1.9',
    ]
      .concat('node-1, route: to the backends')
      .slice(-5),
  ],
  [
    'a node starts in the output hook, and its own address is what masquerade gives',
    () => walk('node/node-2', '10.96.0.1:80').slice(-4),
    [
      'node-2, choice: a new connection gets one of 2, by chance, each as likely',
      'node-2, translation: 10.96.0.1:80/TCP becomes 10.244.1.11:8080 or 10.244.2.11:8080',
      'node-2, postrouting: the source stays 172.30.0.3, the node’s own',
      'node-2, route: to the backends',
    ],
  ],
  [
    'what a node delivers to itself does not meet postrouting: it sees the client’s own address',
    () => {
      const onNode = service('hn', '10.96.0.7', {
        type: 'NodePort',
        ports: [{ port: 80, targetPort: 53, nodePort: 30100 }],
      })
      const one = (to: string) => {
        const { steps, outcomes } = ask(
          'host',
          to,
          {},
          facts({
            services: [onNode],
            slices: [slice('hn', [at('172.30.0.2', 1)], { name: '', port: 53, protocol: 'TCP' })],
          }),
        )
        const seen = outcomes.map(({ sourceSeen }) => String(sourceSeen))
        return [
          ...steps.filter(({ at }) => /postrouting|input/.test(at)).map(({ at, text }) => `${at}: ${text}`),
          ...seen,
        ]
      }
      return [...one('172.30.0.2:30100'), ...one('172.30.0.3:30100')]
    },
    [
      'node-1, input: what the node delivers to itself does not meet postrouting: the source stays 172.30.0.1',
      '172.30.0.1',
      'node-2, postrouting: masquerade: the backend sees the node’s address instead of 172.30.0.1, and answers by way of it',
      '172.30.0.3',
    ],
  ],
  [
    'a pod that may meet itself is masqueraded where it does',
    () => walk('pod/web-1', '10.96.0.1:80').slice(-2, -1),
    [
      'node-1, postrouting: the source stays 10.244.1.11; masquerade where the sender meets itself: 10.244.1.11 sees the node’s address, or it would answer itself directly',
    ],
  ],
  [
    'a pod at another node’s node port passes its own node first, and policy Local spares it',
    () => lines(ask('pod/client', '172.30.0.3:30080')).slice(1, 5),
    [
      'node-1, prerouting: 172.30.0.3:30080/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 172.30.0.3 is node-2',
      'node-2, prerouting: 172.30.0.3:30080/TCP is the node port of default/local, its only port',
      'node-2, endpoints: 1 candidate, externalTrafficPolicy Local (spares pods and the node itself: all endpoints)',
    ],
  ],
  [
    'the host at a node without an endpoint is dropped under policy Local',
    () => walk('host', '172.30.0.2:30080').slice(-3),
    [
      'node-1, prerouting: 172.30.0.2:30080/TCP is the node port of default/local, its only port',
      'node-1, endpoints: 1 candidate, externalTrafficPolicy Local',
      'node-1, choice: there are endpoints, but none on this node: dropped without a word',
    ],
  ],
  [
    'from the host a ClusterIP leads to any node, and nodes that do the same are one',
    () => lines(ask('host', 'svc/web')).slice(0, 3),
    [
      'the host: Service default/web has the ClusterIP 10.96.0.1',
      'the host: sends from 172.30.0.1 to 10.96.0.1:80/TCP; Service addresses lead to any node, one client to the same for each address',
      `${NODES}, prerouting: 10.96.0.1:80/TCP is the ClusterIP of default/web, its only port`,
    ],
  ],
  [
    'a pod is reached directly',
    () => walk('pod/client', '10.244.2.11:8080').slice(-2),
    [
      'node-1, prerouting: 10.244.2.11:8080/TCP is no Service’s here: it goes on as it was addressed',
      'node-1, route: 10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
    ],
  ],
  [
    'a name is found by the search list of the pod’s namespace',
    () => lines(ask('pod/client', 'web.default:80')).slice(0, 1),
    ['pod default/client, DNS: web.default is web.default.svc.cluster.local: Service default/web'],
  ],
]
for (const [about, got, expected] of TABLE) test(`walk: ${about}`, () => assert.deepEqual(got(), expected))

test('explain() tells of each endpoint why it is in or out', () => {
  const given = facts({
    pods: [
      pod('web-1', 1, 11),
      pod('web-2', 2, 11, { ready: false }),
      pod('web-3', 2, 12, { leaving: true, ready: false }),
      pod('web-4', 2, 13, { status: { phase: 'Succeeded' } }),
      pod('client', 1, 9, { labels: { app: 'client' } }),
    ],
    slices: [
      slice('web', [
        at('10.244.1.11', 1),
        at('10.244.2.11', 2, { ready: false, serving: false }),
        at('10.244.2.12', 2, { ready: false, serving: true, terminating: true }),
      ]),
    ],
  })
  assert.deepEqual(
    ask('pod/client', 'svc/web', {}, given).candidates.map(({ pod: name, chosen, why }) => [name, chosen, why]),
    [
      ['default/web-1', true, 'ready'],
      ['default/web-2', false, 'its container is not ready yet'],
      ['default/web-3', false, 'on its way out, and others are ready'],
      ['default/web-4', false, 'it has ended (Succeeded)'],
    ],
  )
})

const broken = (
  more: Partial<ClusterFacts>,
  to = 'svc/web',
  from = 'pod/client',
  question: Parameters<typeof ask>[2] = {},
) => {
  const { findings, reachable } = ask(from, to, question, facts(more))
  assert.equal(reachable, false)
  const [finding] = findings
  return [finding?.reason, finding?.cures[0]?.command] as const
}
const client = pod('client', 1, 9, { labels: { app: 'client' } })

test('a selector that matches nothing is led to the nearest labels, other keys taken out', () => {
  const one = service('web', '10.96.0.1', { selector: { app: 'wbe', tier: 'frontend' } })
  assert.deepEqual(broken({ services: [one], slices: [] }), [
    'selector-matches-nothing',
    `kubectl patch service web -n default --type merge -p '{"spec":{"selector":{"tier":null,"app":"web"}}}'`,
  ])
})

test('a named targetPort that no pod declares is led to the name that is most like it', () => {
  const one = service('web', '10.96.0.1', { ports: [{ port: 80, protocol: 'TCP', targetPort: 'htpp' }] })
  assert.deepEqual(broken({ services: [one], slices: [slice('web', [], { name: '' })] }), [
    'target-port-unknown',
    `kubectl patch service web -n default --type json -p '[{"op":"add","path":"/spec/ports/0/targetPort","value":"http"}]'`,
  ])
})

test('a targetPort at which nothing listens is led to the port that is open; one on loopback is told apart', () => {
  const one = service('web', '10.96.0.1', { ports: [{ port: 80, protocol: 'TCP', targetPort: 9090 }] })
  const slices = [slice('web', [at('10.244.1.11', 1)], { name: '', port: 9090, protocol: 'TCP' })]
  assert.deepEqual(broken({ services: [one], slices }), [
    'target-port-closed',
    `kubectl patch service web -n default --type json -p '[{"op":"add","path":"/spec/ports/0/targetPort","value":8080}]'`,
  ])
  const loopback = { 'pod/web-1': [{ protocol: 'TCP', address: '127.0.0.1', port: 9090 }] } as const
  assert.equal(broken({ services: [one], slices, listening: loopback })[0], 'listens-on-loopback')
})

test('pods of one trouble and one cure are one finding', () => {
  const one = service('web', '10.96.0.1', { ports: [{ port: 80, protocol: 'TCP', targetPort: 9090 }] })
  const slices = [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)], { name: '', port: 9090, protocol: 'TCP' })]
  const { findings } = ask('pod/client', 'svc/web', {}, facts({ services: [one], slices }))
  assert.equal(findings.length, 1)
  assert.match(findings[0]?.details?.at(-1) ?? '', /^and: .*nothing in pod default\/web-2 listens there$/)
})

test('what listens where nobody can look is not held against a Service', () => {
  assert.equal(ask('pod/client', 'svc/web', {}, facts({ listening: {} })).reachable, true)
})

test('pods that are not ready: the probe’s Event, the crash, the image, the scheduler’s words', () => {
  const slices: readonly EndpointSlice[] = []
  const state = (one: object) => ({
    containerStatuses: [{ name: 'web', ready: false, image: 'fairlead/ehco', ...one }],
  })
  const events = [
    {
      involvedObject: { kind: 'Pod', uid: 'web-1' },
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 404',
    },
  ] as unknown as Event[]
  const said = (one: Pod, more: Partial<ClusterFacts> = {}) => {
    const { findings } = ask('pod/client', 'svc/web', {}, facts({ pods: [one, client], slices, ...more }))
    return [findings[0]?.reason, findings[0]?.message.replace('no pod of default/web is ready: ', '')]
  }
  assert.deepEqual(
    said(pod('web-1', 1, 11, { ready: false, spec: { containers: [{ name: 'web', readinessProbe: {} }] } }), {
      events,
    }),
    ['pods-not-ready', 'the readiness probe fails: HTTP probe failed with statuscode: 404'],
  )
  const crash = state({
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 2, reason: 'Error' } },
  })
  assert.deepEqual(said(pod('web-1', 1, 11, { ready: false, status: crash })), [
    'pods-crash',
    'container web ends again and again (CrashLoopBackOff) with exit code 2, Error',
  ])
  const image = pod('web-1', 1, 11, {
    ready: false,
    status: state({ state: { waiting: { reason: 'ErrImagePull', message: 'not here' } } }),
  })
  assert.deepEqual(said(image), [
    'image-unknown',
    'container web cannot have its image fairlead/ehco (ErrImagePull): not here',
  ])
  assert.equal(broken({ pods: [image, client], slices })[1], 'kubectl set image pod/web-1 -n default web=fairlead/echo')
  const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available.' }]
  const pending = pod('web-1', 1, 11, {
    ready: false,
    spec: { nodeName: '', nodeSelector: { disk: 'ssd' } },
    status: { podIPs: [], conditions },
  })
  assert.deepEqual(said(pending), ['pods-pending', 'no node takes it: 0/2 nodes are available.'])
  assert.equal(broken({ pods: [pending, client], slices })[1], 'kubectl label node node-1 disk=ssd --overwrite')
})

test('a Deployment at zero is told from a selector that matches nothing', () => {
  const deployments = [
    {
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 0, template: { metadata: { labels: { app: 'web' } } } },
    },
  ] as unknown as Deployment[]
  assert.deepEqual(broken({ pods: [client], slices: [], deployments }), [
    'scaled-to-zero',
    'kubectl scale deployment web -n default --replicas=1',
  ])
})

test('names: the nearest, the other namespace, and svc/ alike', () => {
  assert.deepEqual(broken({}, 'wbe:80'), [
    'dns-name-unknown',
    'fairlead explain --from pod/client --to web.default.svc.cluster.local:80',
  ])
  const shop = service('cart', '10.96.0.3', {}, { namespace: 'shop' })
  assert.deepEqual(broken({ services: [shop] }, 'cart:80'), [
    'other-namespace',
    'fairlead explain --from pod/client --to cart.shop.svc.cluster.local:80',
  ])
  assert.deepEqual(broken({ services: [shop] }, 'svc/cart'), [
    'other-namespace',
    'fairlead explain --from pod/client --to svc/shop/cart',
  ])
  assert.deepEqual(
    broken({}, 'svc/wbe:80', 'pod/client', { flags: { fairlead: ['--name', 'ci'], kubectl: [] } })[1],
    'fairlead explain --from pod/client --to svc/default/web:80 --name ci',
  )
})

test('addresses: an unassigned ClusterIP, a port not served, a node port at no node, an unknown node port', () => {
  assert.equal(broken({}, '10.96.0.200:80')[0], 'cluster-ip-unassigned')
  assert.deepEqual(broken({}, '10.96.0.1:8080')[1], 'fairlead explain --from pod/client --to 10.96.0.1:80')
  assert.deepEqual(broken({}, '10.244.1.9:30080'), [
    'not-a-node',
    'fairlead explain --from pod/client --to 172.30.0.3:30080',
  ])
  assert.deepEqual(broken({}, '172.30.0.3:30099', 'host'), [
    'node-port-unknown',
    'fairlead explain --from host --to 172.30.0.3:30080',
  ])
  assert.equal(ask('host', '172.30.0.2:53').reachable, true, 'a program of the node itself')
})

test('a source range is widened by the sender alone', () => {
  const one = service('web', '10.96.0.1', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8'] }, {})
  const balanced = { ...one, status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } } } as Service
  assert.deepEqual(broken({ services: [balanced] }, 'svc/web', 'host'), [
    'source-range',
    `kubectl patch service web -n default --type merge -p '{"spec":{"loadBalancerSourceRanges":["10.0.0.0/8","172.30.0.1/32"]}}'`,
  ])
})

test('a load balancer address under policy Local leads to no node where nobody is ready', () => {
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: { app: 'wbe' } }
  const one = service('web', '10.96.0.1', spec)
  const balanced = { ...one, status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } } } as Service
  assert.equal(broken({ services: [balanced], slices: [] }, 'svc/web', 'host')[0], 'selector-matches-nothing')
  const excluded = [1, 2].map((number) => {
    const { metadata, ...rest } = node(number)
    return {
      ...rest,
      metadata: { ...metadata, labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
    }
  }) as unknown as Node[]
  assert.equal(broken({ services: [balanced], nodes: excluded }, 'svc/web', 'host')[0], 'no-eligible-node')
})

test('affinity and hints are told in the walk', () => {
  const hinted = (address: string, number: number, zone: string) => ({
    ...at(address, number),
    hints: { forZones: [{ name: zone }] },
  })
  const given = facts({
    services: [service('web', '10.96.0.1', { sessionAffinity: 'ClientIP' })],
    slices: [slice('web', [hinted('10.244.1.11', 1, 'a'), hinted('10.244.2.11', 2, 'b')])],
    nodes: [node(1, 'a'), node(2, 'b')],
  })
  const explanation = ask('pod/client', 'svc/web', {}, given)
  assert.ok(
    lines(explanation).includes(
      'node-1, choice: a new connection gets the only one; then the client stays with it for 10800 seconds (ClientIP)',
    ),
  )
  assert.deepEqual(
    explanation.candidates.map(({ chosen, why }) => [chosen, why]),
    [
      [true, 'ready, and meant for zone a by its hint'],
      [false, 'meant for zone b by its hint'],
    ],
  )
})

test('an endpoint that some lack makes it reachable only sometimes', () => {
  const text = print(ask('pod/client', 'svc/web', {}, facts({ listening: { ...listening, 'pod/web-2': [] } })).trace)
  assert.match(
    text,
    /ONLY SOMETIMES REACHABLE: svc\/web from pod default\/client\n {2}why {3}the targetPort of default\/web is 8080/,
  )
})

test('a malformed or unknown question is an ExplainError with a way out', () => {
  assert.throws(() => ask('pod/clinet', 'svc/web'), { code: 'SOURCE_UNKNOWN', hint: 'the nearest: pod/client' })
  assert.throws(() => ask('here', 'svc/web'), { code: 'SOURCE_MALFORMED' })
  for (const to of ['', 'svc/', 'svc/web:99999', 'foo/bar', '10.0.0.1:http', '1.2.3', '[10.0.0.1:80'])
    assert.throws(() => ask('pod/client', to), { code: 'DESTINATION_MALFORMED' }, to)
  assert.throws(() => ask('pod/client', '10.96.0.1:80', { family: 'IPv6' }), { code: 'FAMILY_MISMATCH' })
})

test('compare() holds a probe against backend, source and node together', () => {
  const explanation = ask('pod/client', 'svc/web').trace
  const met = (address: string, sourceSeen: string, name = 'node-1') =>
    compare(explanation, [
      { answer: 'answered', translation: { node: name, backend: { address, port: 8080 }, sourceSeen } },
    ]).accord
  assert.equal(met('10.244.2.11', '10.244.1.9'), 'agree')
  assert.equal(met('10.244.2.99', '10.244.1.9'), 'disagree')
  assert.equal(met('10.244.2.11', '172.30.0.2'), 'disagree')
  assert.equal(met('10.244.2.11', '10.244.1.9', 'node-2'), 'disagree')
  assert.equal(compare(explanation, [{ answer: 'silent' }]).accord, 'disagree')
  assert.equal(compare(explanation, []).accord, 'disagree')
})

test('the host is walked to as a node is: by what listens there', () => {
  const api = service('api', '10.96.0.7', { selector: {}, ports: [{ port: 443, protocol: 'TCP' }] })
  const given = {
    services: [api],
    slices: [slice('api', [{ addresses: ['172.30.0.1'], conditions: { ready: true } }], { name: '', port: 6443 })],
    listening: { host: [{ protocol: 'TCP', address: '172.30.0.1', port: 6443 }] },
  } as const
  assert.equal(ask('pod/client', 'svc/api', {}, facts(given)).reachable, true)
  const { findings } = ask('pod/client', 'svc/api', {}, facts({ ...given, listening: { host: [] } }))
  assert.equal(findings[0]?.reason, 'endpoint-closed')
})

test('a Service that a node’s kernel refused is not called reachable there', () => {
  const refused = [{ node: 'node-1', service: 'default/web', message: 'set is full' }]
  assert.deepEqual(broken({ refused }), ['not-applied', 'fairlead status'])
  assert.equal(ask('node/node-2', 'svc/web', {}, facts({ refused })).reachable, true)
})

test('nearest() finds a slip of the fingers and leaves strangers out', () => {
  assert.deepEqual(nearest('wbe', ['web', 'db', 'payments']), ['web'])
  assert.deepEqual(nearest('orders', ['oders', 'order', 'zzz']), ['oders', 'order'])
})

test('labels that merely happen to be there are shown, not offered as a cure', () => {
  const one = service('ledger', '10.96.0.1', { selector: { app: 'ledger' }, ports: [{ port: 5432 }] })
  const { findings } = ask('pod/client', 'svc/ledger', {}, facts({ services: [one], slices: [] }))
  assert.equal(findings[0]?.reason, 'selector-matches-nothing')
  assert.match(findings[0]?.details?.join() ?? '', /2 pods with app=web/)
  assert.deepEqual(
    findings[0]?.cures.map(({ kind, command }) => [kind, command]),
    [['look', 'kubectl get pods -n default --show-labels']],
  )
})
