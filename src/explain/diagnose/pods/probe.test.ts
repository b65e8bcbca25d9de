import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { listening, pod } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'
import type { PodsNotReady } from '../../trace/findings/pods.ts'

const client = pod('client', 1, 9, { labels: { app: 'client' } })
const deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 1, template: { metadata: { labels: { app: 'web' } } } },
} as unknown as Deployment
/** Its second container is not ready. */
const probed = (readinessProbe: object | undefined, owner: object = {}, status: object = {}): Pod => {
  const ports = [{ name: 'metrics', containerPort: 9 }, { name: 'http', containerPort: 8080 }, { containerPort: 9090 }]
  const containers = [
    { name: 'side' },
    {
      name: 'web',
      ports,
      ...(readinessProbe && { readinessProbe }),
      ...(readinessProbe === undefined && { startupProbe: {} }),
    },
  ]
  const statuses = [
    { name: 'side', ready: true, state: { running: {} } },
    { name: 'web', ready: false, state: { running: {} } },
  ]
  const one = pod('web-1', 1, 11, {
    ready: false,
    spec: { containers },
    status: { containerStatuses: statuses, ...status },
  })
  return {
    ...one,
    metadata: {
      ...one.metadata,
      labels: { app: 'web', 'pod-template-hash': 'abc' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true, ...owner }],
    },
  } as unknown as Pod
}
const at = (...ports: readonly number[]) => ({
  slices: [],
  deployments: [deployment],
  listening: { ...listening, 'pod/web-1': ports.map((port) => ({ protocol: 'TCP', address: '::', port }) as const) },
})
const http = { httpGet: { port: 'http' } }

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'over HTTPS, at another host, path and times of its own',
    () =>
      diagnosed({
        ...at(8080),
        pods: [
          probed({
            httpGet: { scheme: 'HTTPS', host: '10.0.0.1', port: 'http', path: '/up' },
            timeoutSeconds: 2,
            periodSeconds: 3,
            initialDelaySeconds: 4,
          }),
          client,
        ],
      }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'https', host: '10.0.0.1', port: 'http', path: '/up' },
          timeoutSeconds: 2,
          periodSeconds: 3,
          initialDelaySeconds: 4,
        },
        open: [8080],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'over HTTP, by all that is meant where nothing is said',
    () => diagnosed({ ...at(8080), pods: [probed(http), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [8080],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a connection to a host',
    () => diagnosed({ ...at(8080), pods: [probed({ tcpSocket: { port: 8080, host: '10.0.0.1' } }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'tcp', host: '10.0.0.1', port: '8080' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [8080],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a connection to a port at which nothing listens',
    () => diagnosed({ ...at(22, 9090), pods: [probed({ tcpSocket: { port: 8080 } }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'tcp', host: '10.244.1.11', port: '8080' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [22, 9090],
      },
      effects: [
        { code: 'probe-port', port: 9090, asked: '8080' },
        { code: 'show-log', of: 'container' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl patch deployment web -n default --type json -p [{"op":"replace","path":"/spec/template/spec/containers/1/readinessProbe/tcpSocket/port","value":9090}]',
        'kubectl logs web-1 -n default -c web',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'a port by its name, at which nothing listens',
    () => diagnosed({ ...at(9090), pods: [probed(http), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [9090],
      },
      effects: [
        { code: 'probe-port', port: 9090, asked: 'http' },
        { code: 'show-log', of: 'container' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl patch deployment web -n default --type json -p [{"op":"replace","path":"/spec/template/spec/containers/1/readinessProbe/httpGet/port","value":9090}]',
        'kubectl logs web-1 -n default -c web',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'a port by a name that is none',
    () => diagnosed({ ...at(9090, 22), pods: [probed({ httpGet: { port: 'htp' } }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'htp', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [22, 9090],
      },
      effects: [
        { code: 'probe-port', port: 9090, asked: 'htp' },
        { code: 'show-log', of: 'container' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl patch deployment web -n default --type json -p [{"op":"replace","path":"/spec/template/spec/containers/1/readinessProbe/httpGet/port","value":9090}]',
        'kubectl logs web-1 -n default -c web',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'gRPC, which no cure leads elsewhere',
    () => diagnosed({ ...at(9090), pods: [probed({ grpc: { port: 9000 } }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'grpc', host: '10.244.1.11', port: '9000' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [9090],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod that nothing can change',
    () => diagnosed({ ...at(9090), deployments: [], pods: [probed(http), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [9090],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod of another kind than a Deployment’s',
    () => diagnosed({ ...at(9090), pods: [probed(http, { kind: 'StatefulSet' }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [9090],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod of another ReplicaSet than the labels say',
    () => diagnosed({ ...at(9090), pods: [probed(http, { name: 'web-def' }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [9090],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod that listens on nothing',
    () => diagnosed({ ...at(), pods: [probed(http), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod that nobody looked at',
    () => diagnosed({ ...at(), listening: {}, pods: [probed(http), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod without an address yet',
    () => diagnosed({ ...at(8080), pods: [probed(http, {}, { podIPs: [] }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: {
          asks: { kind: 'http', scheme: 'http', port: 'http', path: '/' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          initialDelaySeconds: 0,
        },
        open: [8080],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a command of nothing',
    () => diagnosed({ ...at(8080), pods: [probed({ exec: {} }), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        probe: { asks: { kind: 'exec', command: [] }, timeoutSeconds: 1, periodSeconds: 10, initialDelaySeconds: 0 },
        open: [8080],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a startup probe, which is told by what it says alone',
    () => diagnosed({ ...at(8080), pods: [probed(undefined), client] }),
    {
      facts: {
        reason: 'pods-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
        ],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`what a probe asks, and where it is led: ${about}`, () => assert.deepEqual(got(), found))

test('a port that another container may have is no cure for a probe', () => {
  const { effects } = diagnosed({ ...at(9081), pods: [probed(http), client] })
  assert.deepEqual(effects, [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }])
})

test('a startup probe that failed to the end is the one that is told and led elsewhere', () => {
  const containers = [
    { name: 'web', startupProbe: { tcpSocket: { port: 1 } }, readinessProbe: { tcpSocket: { port: 2 } } },
  ]
  const restarted = { name: 'web', ready: false, started: false, restartCount: 1, state: { running: {} } }
  const one = { ...probed(undefined, {}, { containerStatuses: [restarted] }) }
  const { facts, effects, commands } = diagnosed({
    ...at(9090),
    pods: [{ ...one, spec: { ...one.spec, containers } } as Pod, client],
  })
  assert.deepEqual((facts as unknown as PodsNotReady).probe?.asks, { kind: 'tcp', host: '10.244.1.11', port: '1' })
  assert.deepEqual(effects[0], { code: 'probe-port', port: 9090, asked: '1' })
  assert.match(commands[0] ?? '', /containers\/0\/startupProbe\/tcpSocket\/port/)
})

test('what the gateways are made of is not to be changed: their controller takes it back', () => {
  const own = { ...deployment, metadata: { ...deployment.metadata, labels: MANAGED_LABELS } }
  const { effects } = diagnosed({ ...at(9090), deployments: [own], pods: [probed(http), client] })
  assert.deepEqual(effects, [{ code: 'show-log', of: 'container' }, { code: 'show-pod' }])
})
