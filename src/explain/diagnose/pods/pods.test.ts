import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { listening, node, pod } from '../../testing/cluster.ts'
import { type DiagnosisCase, diagnosed } from '../../testing/diagnosed.ts'

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
const waiting = (spec: object = {}): Pod =>
  owned(
    pod('web-1', 1, 11, {
      ready: false,
      spec: { nodeName: '', ...spec },
      status: { podIPs: [], conditions: [{ type: 'PodScheduled', status: 'False' }] },
    }),
  )
const asking = (cpu: string) => ({ containers: [{ name: 'web', resources: { requests: { cpu } } }] })
const cordoned = (number: number): Node => ({ ...node(number), spec: { unschedulable: true } })
const tainted = (number: number, key: string): Node => ({
  ...node(number),
  spec: { taints: [{ key, effect: 'NoSchedule' }] },
})
const sized = (number: number, cpu: string): Node => ({
  ...node(number),
  status: { ...node(number).status, allocatable: { cpu } },
})
const silent = (number: number): Node => ({
  ...node(number),
  status: { ...node(number).status, conditions: [{ type: 'Ready', status: 'Unknown' }] },
})
const unready = (state: object, { image = 'fairlead/echo' }: { image?: string } = {}, spec: object = {}): Pod =>
  pod('web-1', 1, 11, {
    ready: false,
    spec,
    status: { containerStatuses: [{ name: 'web', image, ready: false, state }] },
  })
const wanting = {
  containers: [
    {
      name: 'web',
      envFrom: [{ configMapRef: { name: 'conf' } }],
      env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'key', key: 'k' } } }],
    },
  ],
}
const probed = (readinessProbe: object): Pod =>
  owned(
    pod('web-1', 1, 11, {
      ready: false,
      spec: { containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080 }], readinessProbe }] },
    }),
  )
const gated = pod('web-1', 1, 11, {
  ready: false,
  spec: { readinessGates: [{ conditionType: 'example.com/open' }] },
  status: { containerStatuses: [{ name: 'web', ready: true, state: { running: {} } }] },
})

const TABLE: readonly DiagnosisCase[] = [
  {
    name: 'a Deployment’s pod waits for a node: what keeps it from the nearest, and what gives it one',
    cluster: { pods: [waiting({ nodeSelector: { disk: 'ssd' } }), client], slices: [] },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'unscheduled',
            why: {
              code: 'unschedulable',
              refused: [
                { node: 'node-1', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd' } }] },
                { node: 'node-2', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd' } }] },
              ],
            },
          },
        },
      ],
      nearest: [
        { node: 'node-1', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd' } }] },
        { node: 'node-2', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd' } }] },
      ],
      taintsOfControllers: false,
    },
    effects: [{ code: 'label-node', missing: { disk: 'ssd' } }, { code: 'show-pod' }],
    commands: ['kubectl label node node-1 disk=ssd --overwrite', 'kubectl describe pod web-1 -n default'],
  },
  {
    name: 'every node that it may go to is cordoned',
    cluster: { pods: [waiting(), client], slices: [], nodes: [cordoned(1), cordoned(2)] },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'unscheduled',
            why: {
              code: 'unschedulable',
              refused: [
                { node: 'node-1', obstacles: [{ code: 'unschedulable' }] },
                { node: 'node-2', obstacles: [{ code: 'unschedulable' }] },
              ],
            },
          },
        },
      ],
      nearest: [
        { node: 'node-1', obstacles: [{ code: 'unschedulable' }] },
        { node: 'node-2', obstacles: [{ code: 'unschedulable' }] },
      ],
      taintsOfControllers: false,
    },
    effects: [{ code: 'uncordon' }, { code: 'show-pod' }],
    commands: ['kubectl uncordon node-1', 'kubectl describe pod web-1 -n default'],
  },
  {
    name: 'every node has a taint of a person',
    cluster: {
      pods: [waiting(), client],
      slices: [],
      nodes: [tainted(1, 'gpu'), tainted(2, 'gpu')],
      deployments: [deployment],
    },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'unscheduled',
            why: {
              code: 'unschedulable',
              refused: [
                {
                  node: 'node-1',
                  obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule' } }],
                },
                {
                  node: 'node-2',
                  obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule' } }],
                },
              ],
            },
          },
        },
      ],
      nearest: [
        { node: 'node-1', obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule' } }] },
        { node: 'node-2', obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule' } }] },
      ],
      taintsOfControllers: false,
    },
    effects: [
      { code: 'tolerate', taint: { key: 'gpu', effect: 'NoSchedule' } },
      { code: 'remove-taint', node: 'node-1' },
      { code: 'show-pod' },
    ],
    commands: [
      'kubectl patch deployment web -n default --type merge -p {"spec":{"template":{"spec":{"tolerations":[{"key":"gpu","operator":"Exists","effect":"NoSchedule"}]}}}}',
      'kubectl taint node node-1 gpu:NoSchedule-',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'every node has a taint of a controller',
    cluster: { pods: [waiting(), client], slices: [], nodes: [tainted(1, 'node.kubernetes.io/disk-pressure')] },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'unscheduled',
            why: {
              code: 'unschedulable',
              refused: [
                {
                  node: 'node-1',
                  obstacles: [
                    {
                      code: 'untolerated-taint',
                      taint: { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' },
                    },
                  ],
                },
              ],
            },
          },
        },
      ],
      nearest: [
        {
          node: 'node-1',
          obstacles: [
            { code: 'untolerated-taint', taint: { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' } },
          ],
        },
      ],
      taintsOfControllers: true,
    },
    effects: [{ code: 'show-pod' }],
    commands: ['kubectl describe pod web-1 -n default'],
  },
  {
    name: 'no node has what it asks for',
    cluster: {
      pods: [waiting(asking('3')), client],
      slices: [],
      nodes: [sized(1, '1'), sized(2, '2')],
      deployments: [deployment],
    },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'unscheduled',
            why: {
              code: 'unschedulable',
              refused: [
                { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 3000, free: 1000 }] },
                { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 3000, free: 2000 }] },
              ],
            },
          },
        },
      ],
      nearest: [
        { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 3000, free: 2000 }] },
        { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 3000, free: 1000 }] },
      ],
      taintsOfControllers: false,
    },
    effects: [{ code: 'lower-request', node: 'node-2' }, { code: 'show-pod' }],
    commands: [
      'kubectl set resources deployment/web -n default -c web --requests=cpu=2000m',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'a node may take it, and its scheduler has not come to it',
    cluster: { pods: [waiting(), client], slices: [] },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'unscheduled', why: { code: 'waiting', nodes: ['node-1', 'node-2'] } },
        },
      ],
      nearest: [],
      taintsOfControllers: false,
    },
    effects: [{ code: 'show-pod' }],
    commands: ['kubectl describe pod web-1 -n default'],
  },
  {
    name: 'scheduling gates hold it back: a node that is opened is no cure',
    cluster: {
      nodes: [cordoned(1), cordoned(2)],
      pods: [waiting({ schedulingGates: [{ name: 'example.com/hold' }] }), client],
      slices: [],
    },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'unscheduled', why: { code: 'gated', gates: ['example.com/hold'] } },
        },
      ],
      nearest: [],
      taintsOfControllers: false,
    },
    effects: [{ code: 'show-pod' }],
    commands: ['kubectl describe pod web-1 -n default'],
  },
  {
    name: 'it is of another scheduler, whose rules nobody knows',
    cluster: { nodes: [cordoned(1), cordoned(2)], pods: [waiting({ schedulerName: 'mine' }), client], slices: [] },
    facts: {
      reason: 'pods-pending',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'unscheduled', why: { code: 'other-scheduler', scheduler: 'mine' } },
        },
      ],
      nearest: [],
      taintsOfControllers: false,
    },
    effects: [{ code: 'show-pod' }],
    commands: ['kubectl describe pod web-1 -n default'],
  },
  {
    name: 'an image that is like one that is here',
    cluster: {
      pods: [unready({ waiting: { reason: 'ErrImagePull', message: 'not here' } }, { image: 'fairlead/ehco' }), client],
      slices: [],
    },
    facts: {
      reason: 'image-unknown',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'image',
            container: 'web',
            image: 'fairlead/ehco',
            state: 'ErrImagePull',
            message: 'not here',
          },
        },
      ],
      known: [],
    },
    effects: [{ code: 'use-image', image: 'fairlead/echo' }, { code: 'show-pod' }],
    commands: ['kubectl set image pod/web-1 -n default web=fairlead/echo', 'kubectl describe pod web-1 -n default'],
  },
  {
    name: 'an image that is like none',
    cluster: {
      pods: [unready({ waiting: { reason: 'ImagePullBackOff' } }, { image: 'registry/zzz' }), client],
      slices: [],
    },
    facts: {
      reason: 'image-unknown',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'image', container: 'web', image: 'registry/zzz', state: 'ImagePullBackOff' },
        },
      ],
      known: ['fairlead/echo', 'fairlead/host'],
    },
    effects: [{ code: 'show-pod' }],
    commands: ['kubectl describe pod web-1 -n default'],
  },
  {
    name: 'a container that ends with a signal',
    cluster: {
      pods: [
        unready({ terminated: { exitCode: 137, signal: 9, reason: 'OOMKilled', message: 'out of it\n' } }),
        client,
      ],
      slices: [],
    },
    facts: {
      reason: 'pods-crash',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'crash',
            container: 'web',
            exitCode: 137,
            signal: 9,
            state: 'OOMKilled',
            backOff: false,
            previous: false,
            said: 'out of it',
          },
        },
      ],
      command: [],
      log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
    },
    effects: [{ code: 'show-log', of: 'ended' }, { code: 'show-pod' }],
    commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
  },
  {
    name: 'a ConfigMap and a Secret that are not there',
    cluster: {
      pods: [
        unready(
          {
            waiting: {
              reason: 'CreateContainerConfigError',
              message: 'configmap "conf" not found, secret "key" not found',
            },
          },
          {},
          wanting,
        ),
        client,
      ],
      slices: [],
    },
    facts: {
      reason: 'pods-starting',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'waiting',
            container: 'web',
            state: 'CreateContainerConfigError',
            message: 'configmap "conf" not found, secret "key" not found',
          },
        },
      ],
      missing: [
        { kind: 'ConfigMap', namespace: 'default', name: 'conf' },
        { kind: 'Secret', namespace: 'default', name: 'key' },
      ],
    },
    effects: [{ code: 'make-empty' }, { code: 'make-empty' }, { code: 'show-pod' }],
    commands: [
      'kubectl create configmap conf -n default',
      'kubectl create secret generic key -n default',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'a container that waits for something else',
    cluster: { pods: [unready({ waiting: { reason: 'ContainerCreating' } }), client], slices: [] },
    facts: {
      reason: 'pods-starting',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'waiting', container: 'web', state: 'ContainerCreating' },
        },
      ],
      missing: [],
    },
    effects: [{ code: 'ask-again' }, { code: 'show-pod' }],
    commands: ['fairlead explain --from pod/client --to svc/web', 'kubectl describe pod web-1 -n default'],
  },
  {
    name: 'a probe that asks a port at which nothing listens',
    cluster: {
      pods: [probed({ httpGet: { port: 'http', path: '/up' }, periodSeconds: 3 }), client],
      slices: [],
      deployments: [deployment],
      listening: { ...listening, 'pod/web-1': [{ protocol: 'TCP', address: '::', port: 9090 }] },
    },
    facts: {
      reason: 'pods-not-ready',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
      ],
      probe: {
        asks: { kind: 'http', scheme: 'http', host: '10.244.1.11', port: 'http', path: '/up' },
        timeoutSeconds: 1,
        periodSeconds: 3,
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
      'kubectl patch deployment web -n default --type json -p [{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/port","value":9090}]',
      'kubectl logs web-1 -n default -c web',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'a probe that runs a command',
    cluster: {
      pods: [
        probed({ exec: { command: ['test', '-e', '/ready'] }, timeoutSeconds: 4, initialDelaySeconds: 9 }),
        client,
      ],
      slices: [],
    },
    facts: {
      reason: 'pods-not-ready',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        { pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, trouble: { kind: 'probe', container: 'web' } },
      ],
      probe: {
        asks: { kind: 'exec', command: ['test', '-e', '/ready'] },
        timeoutSeconds: 4,
        periodSeconds: 10,
        initialDelaySeconds: 9,
      },
      open: [8080],
      log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
    },
    effects: [{ code: 'run-probe' }, { code: 'show-log', of: 'container' }, { code: 'show-pod' }],
    commands: [
      'kubectl exec web-1 -n default -c web -- test -e /ready',
      'kubectl logs web-1 -n default -c web',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'a readiness gate that nobody opens',
    cluster: { pods: [gated, client], slices: [] },
    facts: {
      reason: 'pods-not-ready',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'gate', gate: 'example.com/open' },
        },
      ],
    },
    effects: [{ code: 'set-gate' }, { code: 'show-pod' }],
    commands: [
      'kubectl patch pod web-1 -n default --subresource status -p {"status":{"conditions":[{"type":"example.com/open","status":"True"}]}}',
      'kubectl describe pod web-1 -n default',
    ],
  },
  {
    name: 'its node is silent, and a Deployment makes another',
    cluster: {
      pods: [owned(pod('web-1', 1, 11, { ready: false })), client],
      slices: [],
      nodes: [silent(1), node(2)],
      deployments: [deployment],
    },
    facts: {
      reason: 'node-lost',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'node', node: 'node-1', silence: { told: true, status: 'Unknown' } },
        },
      ],
      remade: true,
      elsewhere: true,
    },
    effects: [{ code: 'remake-elsewhere' }, { code: 'show-node' }],
    commands: ['kubectl delete pod web-1 -n default --wait=false', 'kubectl describe node node-1'],
  },
  {
    name: 'its node is silent, and nothing makes another',
    cluster: { pods: [pod('web-1', 1, 11, { ready: false }), client], slices: [], nodes: [silent(1), node(2)] },
    facts: {
      reason: 'node-lost',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: { kind: 'node', node: 'node-1', silence: { told: true, status: 'Unknown' } },
        },
      ],
      remade: false,
      elsewhere: true,
    },
    effects: [{ code: 'show-node' }],
    commands: ['kubectl describe node node-1'],
  },
  {
    name: 'a pod that is asked by itself waits for its image',
    cluster: {
      pods: [unready({ waiting: { reason: 'ErrImagePull', message: 'not here' } }, { image: 'fairlead/ehco' }), client],
      listening: { ...listening, 'pod/web-1': [] },
    },
    question: { to: 'pod/web-1:8080' },
    facts: {
      reason: 'image-unknown',
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          trouble: {
            kind: 'image',
            container: 'web',
            image: 'fairlead/ehco',
            state: 'ErrImagePull',
            message: 'not here',
          },
        },
      ],
      known: [],
    },
    effects: [{ code: 'use-image', image: 'fairlead/echo' }, { code: 'show-pod' }],
    commands: ['kubectl set image pod/web-1 -n default web=fairlead/echo', 'kubectl describe pod web-1 -n default'],
  },
]

for (const { name, cluster, question, ...expected } of TABLE)
  test(`why pods are not ready: ${name}`, () => assert.deepEqual(diagnosed(cluster, question), expected))
