import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { ask, at, facts, node, pod, service, slice } from './testing/cluster.ts'

/* What a person must decide has its data; what a command can do has its command. */

const client = pod('client', 1, 9, { labels: { app: 'client' } })
const deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 1, template: { metadata: { labels: { app: 'web' } } } },
} as unknown as Deployment
const owned = (one: Pod): Pod =>
  ({
    ...one,
    metadata: {
      ...one.metadata,
      labels: { ...one.metadata?.labels, 'pod-template-hash': 'abc' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
    },
  }) as unknown as Pod
const found = (more: Partial<ClusterFacts>, to = 'svc/web') => {
  const { findings } = ask('pod/client', to, {}, facts({ deployments: [deployment], slices: [], ...more }))
  const [finding] = findings
  return {
    reason: finding?.reason,
    details: (finding?.details ?? []).join('\n'),
    commands: (finding?.cures ?? []).filter(({ kind }) => kind !== 'look').map(({ command }) => command),
    finding,
  }
}
const pending = (spec: object): Pod =>
  owned(
    pod('web-1', 1, 11, {
      ready: false,
      spec: { nodeName: '', ...spec },
      status: {
        podIPs: [],
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available.' }],
      },
    }),
  )
const sized = (number: number, cpu: string, more: object = {}): Node => {
  const { status, ...rest } = node(number)
  return { ...rest, ...more, status: { ...status, allocatable: { cpu, memory: '1Gi' } } } as unknown as Node
}

test('a pod that asks for more than any node has free: the data of each node, and a request that fits', () => {
  const requests = (cpu: string) => ({ containers: [{ name: 'web', resources: { requests: { cpu } } }] })
  const other = pod('other', 2, 50, { labels: { app: 'x' }, spec: requests('1500m') })
  const { reason, details, commands } = found({
    pods: [pending(requests('3')), other, client],
    nodes: [sized(1, '2'), sized(2, '4')],
  })
  assert.equal(reason, 'pods-pending')
  assert.match(details, /asks for 3000m of cpu; free: 2500m on node-2 and 2000m on node-1/)
  assert.deepEqual(commands, ['kubectl set resources deployment/web -n default -c web --requests=cpu=2500m'])
})

test('a taint: a toleration for what a Deployment makes, and the taint’s own end; a controller’s taint is nobody’s to take', () => {
  const taint = (key: string) => ({ spec: { taints: [{ key, effect: 'NoSchedule' }] } })
  const both = (key: string) => [sized(1, '2', taint(key)), sized(2, '2', taint(key))]
  const { commands } = found({ pods: [pending({}), client], nodes: both('gpu') })
  assert.match(commands[0] ?? '', /^kubectl patch deployment web .*"tolerations":\[\{"key":"gpu","operator":"Exists"/)
  assert.equal(commands[1], 'kubectl taint node node-1 gpu:NoSchedule-')
  const controller = found({ pods: [pending({}), client], nodes: both('node.kubernetes.io/disk-pressure') })
  assert.deepEqual(controller.commands, [])
  assert.match(controller.details, /a controller wrote it/)
  const tolerant = { tolerations: [{ key: 'gpu', operator: 'Exists' }] }
  assert.deepEqual(found({ pods: [pending(tolerant), client], nodes: both('gpu') }).commands, [])
})

test('an exec probe, a container that crashes: what they run, and whose log to read', () => {
  const readinessProbe = { exec: { command: ['test', '-e', '/tmp/ready'] }, initialDelaySeconds: 30 }
  const probed = pod('web-1', 1, 11, { ready: false, spec: { containers: [{ name: 'web', readinessProbe }] } })
  const probe = found({ pods: [probed, client] })
  assert.match(
    probe.details,
    /its readiness probe: test -e \/tmp\/ready, which must end with 0, within 1 s, every 10 s, 30 s after its start/,
  )
  assert.deepEqual(probe.finding?.log, { namespace: 'default', pod: 'web-1', container: 'web', previous: false })
  const crashed = pod('web-1', 1, 11, {
    ready: false,
    spec: { containers: [{ name: 'web', command: ['serve', '--port', '80 80'] }] },
    status: {
      containerStatuses: [
        {
          name: 'web',
          ready: false,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 2, message: 'no such port\n' } },
        },
      ],
    },
  })
  const crash = found({ pods: [crashed, client] })
  assert.match(crash.details, /it runs: serve --port '80 80'\nit left the message: no such port/)
  assert.equal(crash.finding?.log?.previous, true)
})

test('an endpoint that is no pod, and at which nothing listens: what is open there', () => {
  const outer = service('web', '10.96.0.1', { selector: {}, ports: [{ port: 80, targetPort: 7000 }] })
  const given = {
    services: [outer],
    slices: [
      slice('web', [{ addresses: ['172.30.0.1'], conditions: { ready: true } }], {
        name: '',
        port: 7000,
        protocol: 'TCP',
      }),
    ],
  }
  const socket = (address: string, port: number) => ({ protocol: 'TCP', address, port }) as const
  const open = found({ ...given, listening: { host: [socket('0.0.0.0', 22), socket('127.0.0.1', 5432)] } })
  assert.equal(open.reason, 'endpoint-closed')
  assert.match(open.details, /open there: 22; start the program, or write its port/)
  assert.match(
    found({ ...given, listening: { host: [socket('127.0.0.1', 7000)] } }).details,
    /at its loopback address only/,
  )
})

test('a pod that is on its way out and is held: until when, by what, made by whom', () => {
  const leaving = pod('web-1', 1, 11, { ready: false, leaving: true })
  const held = {
    ...leaving,
    metadata: {
      ...leaving.metadata,
      finalizers: ['example.com/drain'],
      ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true }],
    },
  } as unknown as Pod
  const { reason, details } = found({ pods: [held, client], deployments: [] })
  assert.equal(reason, 'only-terminating')
  assert.match(details, /goes until 2026-01-01T00:00:00Z .*, held by example\.com\/drain; StatefulSet web made it/)
})

test('a Service that lost its load balancer’s address to an older one is told of the one that answers', () => {
  const shared = (name: string, address: string, created: string) =>
    ({
      ...service(
        name,
        address,
        { type: 'LoadBalancer', loadBalancerIP: '172.30.255.9', selector: { app: 'web' } },
        { creationTimestamp: created },
      ),
      status: { loadBalancer: { ingress: [{ ip: '172.30.255.9' }] } },
    }) as Service
  const services = [
    shared('old', '10.96.0.1', '2026-01-01T00:00:00Z'),
    shared('young', '10.96.0.2', '2026-01-02T00:00:00Z'),
  ]
  const slices = [slice('old', [at('10.244.1.11', 1)]), slice('young', [at('10.244.2.11', 2)])]
  const { findings, steps } = ask('host', 'svc/young', {}, facts({ services, slices }))
  assert.deepEqual(
    findings.map(({ reason, cures }) => [reason, cures.map(({ command }) => command)]),
    [
      [
        'lost-claim',
        [
          `kubectl patch service young -n default --type merge -p '{"spec":{"loadBalancerIP":null}}'`,
          'fairlead explain --from host --to 10.96.0.2:80',
        ],
      ],
    ],
  )
  assert.ok(steps.some(({ details }) => details?.[0]?.startsWith('default/young claims it too')))
})

test('a sender without the family is led to the other; who asks an address that no pod has, to Services', () => {
  const single = pod('client', 1, 9, { labels: { app: 'client' }, status: { podIPs: [{ ip: '10.244.1.9' }] } })
  const six = service('web', 'fd00:10:96::1', { ipFamilies: ['IPv6'] })
  const { findings } = ask('pod/client', 'svc/web', { family: 'IPv6' }, facts({ services: [six], pods: [single] }))
  assert.equal(findings[0]?.reason, 'family-missing')
  assert.match(findings[0]?.cures[0]?.command ?? '', /^kubectl patch service web .*"ipFamilies":\["IPv6","IPv4"\]/)
  const both = service('web', '10.96.0.1', { clusterIPs: ['10.96.0.1', 'fd00:10:96::1'], ipFamilies: ['IPv4', 'IPv6'] })
  const other = ask('pod/client', 'svc/web', { family: 'IPv6' }, facts({ services: [both], pods: [single] }))
  assert.equal(other.findings[0]?.cures[0]?.command, 'fairlead explain --from pod/client --to svc/web')
  const nobody = ask('pod/client', '10.244.2.99:80').findings[0]
  assert.equal(nobody?.reason, 'nobody-there')
  assert.equal(nobody?.cures[0]?.command, 'fairlead explain --from pod/client --to svc/default/web:80')
})
