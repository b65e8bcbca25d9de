import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pod, service } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const client = pod('client', 1, 9, { labels: { app: 'client' } })
const workload = (name: string, replicas: number, more: object = {}, labels: object = { app: 'web' }) =>
  ({
    metadata: { name, namespace: 'default', ...more },
    spec: { replicas, template: { metadata: { labels } } },
  }) as unknown as Deployment & ReplicaSet
const leaving = (name: string, more: object = {}): Pod => {
  const one = pod(name, 1, 11, { ready: false, leaving: true })
  return { ...one, metadata: { ...one.metadata, ...more } } as Pod
}
const owners = [
  { kind: 'Node', name: 'x' },
  { kind: 'StatefulSet', name: 'web', controller: true },
]
const six = { podIPs: [{ ip: 'fd00:10:244:1::11' }] }
const none = { slices: [] }
const two = service('web', '10.96.0.1', { selector: { app: 'web', tier: 'front' } })
const mine = { controller: true }

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'a Deployment makes none',
    () =>
      diagnosed({
        ...none,
        pods: [client],
        deployments: [workload('api', 0, {}, { app: 'api' }), workload('busy', 1), workload('web', 0)],
      }),
    {
      facts: {
        reason: 'scaled-to-zero',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'scale-to-one' }],
      commands: ['kubectl scale deployment web -n default --replicas=1'],
    },
  ],
  [
    'a Deployment of another namespace makes none',
    () => diagnosed({ ...none, pods: [client], deployments: [workload('web', 0, { namespace: 'shop' })] }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { app: 'client' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'client' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'a ReplicaSet of nobody’s makes none',
    () =>
      diagnosed({
        ...none,
        pods: [client],
        replicaSets: [workload('web', 0, { ownerReferences: [{ kind: 'X', name: 'x' }] })],
      }),
    {
      facts: {
        reason: 'scaled-to-zero',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        workload: { kind: 'ReplicaSet', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'scale-to-one' }],
      commands: ['kubectl scale replicaset web -n default --replicas=1'],
    },
  ],
  [
    'a ReplicaSet of a Deployment is scaled by it',
    () =>
      diagnosed({
        ...none,
        pods: [client],
        replicaSets: [workload('web', 0, { ownerReferences: [{ ...mine, kind: 'Deployment', name: 'web' }] })],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { app: 'client' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'client' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'all its pods go: until when, held by what, made by whom',
    () =>
      diagnosed({
        ...none,
        services: [two],
        pods: [
          leaving('web-1', {
            labels: { app: 'web', tier: 'front' },
            ownerReferences: owners,
            finalizers: ['a.b/c'],
            deletionGracePeriodSeconds: 30,
          }),
          client,
        ],
      }),
    {
      facts: {
        reason: 'only-terminating',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            until: '2026-01-01T00:00:00Z',
            graceSeconds: 30,
            finalizers: ['a.b/c'],
            owner: { kind: 'StatefulSet', name: 'web' },
          },
        ],
      },
      effects: [{ code: 'show-pods' }],
      commands: ['kubectl get pods -n default -l app=web,tier=front'],
    },
  ],
  [
    'all its pods go, and what made them makes none',
    () => diagnosed({ ...none, pods: [leaving('web-1'), client], deployments: [workload('web', 0)] }),
    {
      facts: {
        reason: 'only-terminating',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            until: '2026-01-01T00:00:00Z',
            graceSeconds: 0,
            finalizers: [],
          },
        ],
        workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'scale-to-one' }],
      commands: ['kubectl scale deployment web -n default --replicas=1'],
    },
  ],
  [
    'one goes and one stays, which is not ready',
    () => diagnosed({ ...none, pods: [leaving('web-1'), pod('web-2', 2, 11, { ready: false }), client] }),
    {
      facts: {
        reason: 'pods-starting',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
            trouble: { kind: 'starting', container: 'web' },
          },
        ],
        missing: [],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-pod' }],
      commands: ['fairlead explain --from pod/client --to svc/web', 'kubectl describe pod web-2 -n default'],
    },
  ],
  [
    'all have ended',
    () => diagnosed({ ...none, pods: [pod('web-1', 1, 11, { status: { phase: 'Failed' } }), client] }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [{ kind: 'Pod', namespace: 'default', name: 'web-1' }],
        elsewhere: [],
        near: [{ labels: { app: 'client' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'client' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'ready pods without an address of the family',
    () => diagnosed({ ...none, pods: [pod('web-1', 1, 11, { status: six }), client] }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv4',
        of: 'pods',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [{ pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, addresses: ['fd00:10:244:1::11'] }],
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'asked for in that family',
    () => diagnosed({ ...none, pods: [pod('web-1', 1, 11, { status: six }), client] }, { family: 'IPv4' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv4',
        of: 'pods',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [{ pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, addresses: ['fd00:10:244:1::11'] }],
      },
      effects: [{ code: 'ask-own-family' }],
      commands: ['fairlead explain --from pod/client --to svc/web'],
    },
  ],
  [
    'one of two has an address of the family',
    () => diagnosed({ ...none, pods: [pod('web-1', 1, 11, { status: six }), pod('web-2', 2, 11), client] }),
    {
      facts: {
        reason: 'endpoints-late',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { kind: 'Pod', namespace: 'default', name: 'web-1' },
          { kind: 'Pod', namespace: 'default', name: 'web-2' },
        ],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-endpoints' }],
      commands: [
        'fairlead explain --from pod/client --to svc/web',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'a label of headless Services, which proxies pass by',
    () =>
      diagnosed({ services: [service('web', '10.96.0.1', {}, { labels: { 'service.kubernetes.io/headless': '' } })] }),
    {
      facts: {
        reason: 'not-proxied',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        label: 'service.kubernetes.io/headless',
      },
      effects: [{ code: 'take-label-away' }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"metadata":{"labels":{"service.kubernetes.io/headless":null}}}',
      ],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`why a Service has no endpoint: ${about}`, () => assert.deepEqual(got(), found))
