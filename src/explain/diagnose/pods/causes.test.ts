import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { node, pod } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

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
      labels: { app: 'web', 'pod-template-hash': 'abc' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
    },
  }) as unknown as Pod
const made = { slices: [], deployments: [deployment] }
const alone = { slices: [] }
const waiting = (spec: object = {}, more: object = {}): Pod =>
  pod('web-1', 1, 11, {
    ready: false,
    spec: { nodeName: '', ...spec },
    status: { podIPs: [], conditions: [{ type: 'PodScheduled', status: 'False' }], ...more },
  })
const unready = (state: object, status: object = {}, spec: object = {}): Pod =>
  pod('web-1', 1, 11, {
    ready: false,
    spec,
    status: { containerStatuses: [{ name: 'web', ready: false, state, ...status }] },
  })
const pull = (image: string) => unready({ waiting: { reason: 'ErrImagePull' } }, { image })
const requests = (name: string, resources: object) => ({ name, resources: { requests: resources } })
const asking = (...containers: readonly object[]) => ({ containers })
const sized = (number: number, allocatable: object, spec: object = {}, labels: object = {}): Node =>
  ({
    ...node(number),
    metadata: { name: `node-${number}`, labels },
    spec,
    status: { ...node(number).status, allocatable },
  }) as unknown as Node
const tainted = (number: number, ...keys: readonly string[]): Node =>
  sized(number, {}, { taints: keys.map((key) => ({ key, value: 'x', effect: 'NoSchedule' })) })
const silent = (number: number): Node =>
  ({ ...node(number), status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }) as unknown as Node
const [cordon, ssd] = [{ unschedulable: true }, { disk: 'ssd' }]
const busy = pod('busy', 2, 30, { labels: {}, spec: asking(requests('x', { cpu: '1' })) })
const missing = (message: string) => ({ waiting: { reason: 'CreateContainerConfigError', message } })
const naming = {
  containers: [
    {
      name: 'web',
      env: [
        { name: 'A' },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'conf' } } },
        { name: 'C', valueFrom: { secretKeyRef: { name: 'key' } } },
      ],
      envFrom: [{ configMapRef: { name: 'more' } }, { secretRef: { name: 'word' } }],
    },
  ],
  initContainers: [{ name: 'init', envFrom: [{ configMapRef: { name: 'conf' } }] }],
  volumes: [{ name: 'a', configMap: { name: 'files' } }, { name: 'b', secret: { secretName: 'certs' } }, { name: 'c' }],
}
const warned = (message: string) => ({
  events: [{ type: 'Warning', involvedObject: { uid: 'web-1' }, message }] as unknown as Event[],
})
const crash = { terminated: { exitCode: 1 } }

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'labels of nodes: the one that lacks least is labelled',
    () =>
      diagnosed({
        ...alone,
        pods: [waiting({ nodeSelector: { disk: 'ssd', zone: 'a' } }), client],
        nodes: [sized(1, {}), sized(2, {}, {}, ssd)],
      }),
    {
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
                  { node: 'node-1', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd', zone: 'a' } }] },
                  { node: 'node-2', obstacles: [{ code: 'node-selector', missing: { zone: 'a' } }] },
                ],
              },
            },
          },
        ],
        nearest: [
          { node: 'node-2', obstacles: [{ code: 'node-selector', missing: { zone: 'a' } }] },
          { node: 'node-1', obstacles: [{ code: 'node-selector', missing: { disk: 'ssd', zone: 'a' } }] },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'label-node', missing: { zone: 'a' } }, { code: 'show-pod' }],
      commands: ['kubectl label node node-2 zone=a --overwrite', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'the affinity of nodes, which no label mends',
    () =>
      diagnosed({
        ...alone,
        pods: [
          waiting({
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
                },
              },
            },
          }),
          client,
        ],
      }),
    {
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
                  { node: 'node-1', obstacles: [{ code: 'node-affinity' }] },
                  { node: 'node-2', obstacles: [{ code: 'node-affinity' }] },
                ],
              },
            },
          },
        ],
        nearest: [
          { node: 'node-1', obstacles: [{ code: 'node-affinity' }] },
          { node: 'node-2', obstacles: [{ code: 'node-affinity' }] },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a node of the right labels is cordoned, another is open',
    () =>
      diagnosed({
        ...alone,
        pods: [waiting({ nodeSelector: ssd }), client],
        nodes: [sized(1, {}), sized(2, {}, cordon, ssd)],
      }),
    {
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
                  { node: 'node-2', obstacles: [{ code: 'unschedulable' }] },
                ],
              },
            },
          },
        ],
        nearest: [{ node: 'node-2', obstacles: [{ code: 'unschedulable' }] }],
        taintsOfControllers: false,
      },
      effects: [{ code: 'uncordon' }, { code: 'show-pod' }],
      commands: ['kubectl uncordon node-2', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a taint, and a pod that may not be changed',
    () => diagnosed({ ...alone, pods: [waiting(), client], nodes: [tainted(1, 'gpu'), tainted(2, 'gpu')] }),
    {
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
                    obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
                  },
                  {
                    node: 'node-2',
                    obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
                  },
                ],
              },
            },
          },
        ],
        nearest: [
          {
            node: 'node-1',
            obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
          },
          {
            node: 'node-2',
            obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
          },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'remove-taint', node: 'node-1' }, { code: 'show-pod' }],
      commands: ['kubectl taint node node-1 gpu:NoSchedule-', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a taint, and a pod of a Deployment that tolerates others',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting({ tolerations: [{ key: 'a', operator: 'Exists' }] })), client],
        nodes: [tainted(1, 'gpu'), tainted(2, 'gpu')],
      }),
    {
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
                    obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
                  },
                  {
                    node: 'node-2',
                    obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
                  },
                ],
              },
            },
          },
        ],
        nearest: [
          {
            node: 'node-1',
            obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
          },
          {
            node: 'node-2',
            obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
          },
        ],
        taintsOfControllers: false,
      },
      effects: [
        { code: 'tolerate', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } },
        { code: 'remove-taint', node: 'node-1' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl patch deployment web -n default --type merge -p {"spec":{"template":{"spec":{"tolerations":[{"key":"a","operator":"Exists"},{"key":"gpu","operator":"Exists","effect":"NoSchedule"}]}}}}',
        'kubectl taint node node-1 gpu:NoSchedule-',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'taints of controllers on the first node, of a person on the second',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting()), client],
        nodes: [tainted(1, 'node.kubernetes.io/disk-pressure'), tainted(2, 'gpu')],
      }),
    {
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
                        taint: { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule', value: 'x' },
                      },
                    ],
                  },
                  {
                    node: 'node-2',
                    obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
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
              {
                code: 'untolerated-taint',
                taint: { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule', value: 'x' },
              },
            ],
          },
          {
            node: 'node-2',
            obstacles: [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } }],
          },
        ],
        taintsOfControllers: false,
      },
      effects: [
        { code: 'tolerate', taint: { key: 'gpu', effect: 'NoSchedule', value: 'x' } },
        { code: 'remove-taint', node: 'node-2' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl patch deployment web -n default --type merge -p {"spec":{"template":{"spec":{"tolerations":[{"key":"gpu","operator":"Exists","effect":"NoSchedule"}]}}}}',
        'kubectl taint node node-2 gpu:NoSchedule-',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'taints of controllers alone',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting()), client],
        nodes: [tainted(1, 'node.cloudprovider.kubernetes.io/uninitialized'), tainted(2, 'node.kubernetes.io/x')],
      }),
    {
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
                        taint: {
                          key: 'node.cloudprovider.kubernetes.io/uninitialized',
                          effect: 'NoSchedule',
                          value: 'x',
                        },
                      },
                    ],
                  },
                  {
                    node: 'node-2',
                    obstacles: [
                      {
                        code: 'untolerated-taint',
                        taint: { key: 'node.kubernetes.io/x', effect: 'NoSchedule', value: 'x' },
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
              {
                code: 'untolerated-taint',
                taint: { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule', value: 'x' },
              },
            ],
          },
          {
            node: 'node-2',
            obstacles: [
              { code: 'untolerated-taint', taint: { key: 'node.kubernetes.io/x', effect: 'NoSchedule', value: 'x' } },
            ],
          },
        ],
        taintsOfControllers: true,
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a request of one container, and the node that has most',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting(asking(requests('web', { cpu: '3' }), { name: 'side' }))), client, busy],
        nodes: [sized(1, { cpu: '1' }), sized(2, { cpu: '3' })],
      }),
    {
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
  ],
  [
    'requests of two containers',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting(asking(requests('web', { cpu: '2' }), requests('side', { cpu: '2' })))), client],
        nodes: [sized(1, { cpu: '1' }), sized(2, { cpu: '2' })],
      }),
    {
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
                  { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 4000, free: 1000 }] },
                  { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 4000, free: 2000 }] },
                ],
              },
            },
          },
        ],
        nearest: [
          { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 4000, free: 2000 }] },
          { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 4000, free: 1000 }] },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a request of memory, and one that nobody can lower',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting(asking(requests('web', { memory: '2Gi', 'a.b/gpu': '1' })))), client],
        nodes: [sized(1, { memory: '1Gi' }), sized(2, { memory: '1Gi' })],
      }),
    {
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
                      { code: 'insufficient', resource: 'memory', asked: 2147483648000, free: 1073741824000 },
                      { code: 'insufficient', resource: 'a.b/gpu', asked: 1000, free: 0 },
                    ],
                  },
                  {
                    node: 'node-2',
                    obstacles: [
                      { code: 'insufficient', resource: 'memory', asked: 2147483648000, free: 1073741824000 },
                      { code: 'insufficient', resource: 'a.b/gpu', asked: 1000, free: 0 },
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
              { code: 'insufficient', resource: 'memory', asked: 2147483648000, free: 1073741824000 },
              { code: 'insufficient', resource: 'a.b/gpu', asked: 1000, free: 0 },
            ],
          },
          {
            node: 'node-2',
            obstacles: [
              { code: 'insufficient', resource: 'memory', asked: 2147483648000, free: 1073741824000 },
              { code: 'insufficient', resource: 'a.b/gpu', asked: 1000, free: 0 },
            ],
          },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'lower-request', node: 'node-1' }, { code: 'show-pod' }],
      commands: [
        'kubectl set resources deployment/web -n default -c web --requests=memory=1024Mi',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'a request of a node that has nothing free',
    () =>
      diagnosed({
        ...made,
        pods: [owned(waiting(asking(requests('web', { cpu: '2' })))), client, busy],
        nodes: [sized(1, { cpu: '0' }), sized(2, { cpu: '1' })],
      }),
    {
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
                  { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 2000, free: 0 }] },
                  { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 2000, free: 0 }] },
                ],
              },
            },
          },
        ],
        nearest: [
          { node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 2000, free: 0 }] },
          { node: 'node-2', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 2000, free: 0 }] },
        ],
        taintsOfControllers: false,
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a request of a pod that may not be changed',
    () =>
      diagnosed({
        ...alone,
        pods: [waiting(asking(requests('web', { cpu: '3' }))), client],
        nodes: [sized(1, { cpu: '1' })],
      }),
    {
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
                ],
              },
            },
          },
        ],
        nearest: [{ node: 'node-1', obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 3000, free: 1000 }] }],
        taintsOfControllers: false,
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'an image that is like one, of a Deployment’s pod',
    () => diagnosed({ ...made, pods: [owned(pull('fairlead/ehco')), client] }),
    {
      facts: {
        reason: 'image-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'image', container: 'web', image: 'fairlead/ehco', state: 'ErrImagePull' },
          },
        ],
        known: [],
      },
      effects: [{ code: 'use-image', image: 'fairlead/echo' }, { code: 'show-pod' }],
      commands: [
        'kubectl set image deployment/web -n default web=fairlead/echo',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'an image that is like one, of a pod by itself',
    () => diagnosed({ ...alone, pods: [pull('fairlead/ehco'), client] }),
    {
      facts: {
        reason: 'image-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'image', container: 'web', image: 'fairlead/ehco', state: 'ErrImagePull' },
          },
        ],
        known: [],
      },
      effects: [{ code: 'use-image', image: 'fairlead/echo' }, { code: 'show-pod' }],
      commands: ['kubectl set image pod/web-1 -n default web=fairlead/echo', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'an image, and no image is known',
    () => diagnosed({ ...alone, pods: [pull('nginx'), client], images: [] }),
    {
      facts: {
        reason: 'image-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'image', container: 'web', image: 'nginx', state: 'ErrImagePull' },
          },
        ],
        known: [],
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a container that ended, and one before it',
    () =>
      diagnosed({
        ...alone,
        pods: [
          unready(
            crash,
            { lastState: crash },
            {
              containers: [
                { name: 'side', command: ['x'] },
                { name: 'web', command: ['serve'], args: ['--fast'] },
              ],
            },
          ),
          client,
        ],
      }),
    {
      facts: {
        reason: 'pods-crash',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'crash', container: 'web', exitCode: 1, backOff: false, previous: true },
          },
        ],
        command: ['serve', '--fast'],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: true },
      },
      effects: [{ code: 'show-log', of: 'ended' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web --previous', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a container that ended for the first time',
    () => diagnosed({ ...alone, pods: [unready(crash), client] }),
    {
      facts: {
        reason: 'pods-crash',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'crash', container: 'web', exitCode: 1, backOff: false, previous: false },
          },
        ],
        command: [],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'ended' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'objects that are missing, by its status: each once',
    () =>
      diagnosed({
        ...alone,
        pods: [
          unready(
            missing(
              'configmap "conf" not found, configmap "more" not found, secret "key" not found, secret "word" not found',
            ),
            {},
            naming,
          ),
          client,
        ],
      }),
    {
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
              message:
                'configmap "conf" not found, configmap "more" not found, secret "key" not found, secret "word" not found',
            },
          },
        ],
        missing: [
          { kind: 'ConfigMap', namespace: 'default', name: 'conf' },
          { kind: 'ConfigMap', namespace: 'default', name: 'more' },
          { kind: 'Secret', namespace: 'default', name: 'key' },
          { kind: 'Secret', namespace: 'default', name: 'word' },
        ],
      },
      effects: [
        { code: 'make-empty' },
        { code: 'make-empty' },
        { code: 'make-empty' },
        { code: 'make-empty' },
        { code: 'show-pod' },
      ],
      commands: [
        'kubectl create configmap conf -n default',
        'kubectl create configmap more -n default',
        'kubectl create secret generic key -n default',
        'kubectl create secret generic word -n default',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'objects that are missing, by Events of its volumes',
    () =>
      diagnosed({
        ...alone,
        pods: [unready({ waiting: { reason: 'ContainerCreating' } }, {}, naming), client],
        ...warned('MountVolume.SetUp failed: configmap "files" not found; secret "certs" not found'),
      }),
    {
      facts: {
        reason: 'pods-starting',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'waiting', container: 'web', state: 'ContainerCreating' },
          },
        ],
        missing: [
          { kind: 'ConfigMap', namespace: 'default', name: 'files' },
          { kind: 'Secret', namespace: 'default', name: 'certs' },
        ],
      },
      effects: [{ code: 'make-empty' }, { code: 'make-empty' }, { code: 'show-pod' }],
      commands: [
        'kubectl create configmap files -n default',
        'kubectl create secret generic certs -n default',
        'kubectl describe pod web-1 -n default',
      ],
    },
  ],
  [
    'an object that the pod does not name, and one of the other kind',
    () =>
      diagnosed({
        ...alone,
        pods: [unready(missing('configmap "other" not found, secret "conf" not found'), {}, naming), client],
      }),
    {
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
              message: 'configmap "other" not found, secret "conf" not found',
            },
          },
        ],
        missing: [],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-pod' }],
      commands: ['fairlead explain --from pod/client --to svc/web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'it starts',
    () => diagnosed({ ...alone, pods: [unready({ running: {} }), client] }),
    {
      facts: {
        reason: 'pods-starting',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'starting', container: 'web' },
          },
        ],
        missing: [],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-pod' }],
      commands: ['fairlead explain --from pod/client --to svc/web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'the first of two pods gives the reason',
    () => diagnosed({ ...alone, pods: [unready(crash), pod('web-2', 2, 11, { ready: false }), client] }),
    {
      facts: {
        reason: 'pods-crash',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'crash', container: 'web', exitCode: 1, backOff: false, previous: false },
          },
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
            trouble: { kind: 'starting', container: 'web' },
          },
        ],
        command: [],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'ended' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'its node is lost, a Deployment makes another, and no node is Ready',
    () =>
      diagnosed({
        ...made,
        pods: [owned(pod('web-1', 1, 11, { ready: false })), client],
        nodes: [silent(1), silent(2)],
      }),
    {
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
        elsewhere: false,
      },
      effects: [{ code: 'show-node' }],
      commands: ['kubectl describe node node-1'],
    },
  ],
  [
    'a pod that waits for a node, asked by itself',
    () =>
      diagnosed(
        {
          pods: [waiting({ schedulerName: 'mine' }, { podIPs: [{ ip: '10.244.1.11' }] }), client],
          nodes: [node(1)],
          listening: { 'pod/web-1': [] },
        },
        { to: '10.244.1.11:80' },
      ),
    {
      facts: {
        reason: 'pods-pending',
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
  ],
  [
    'a pod that crashes, asked by itself',
    () => diagnosed({ pods: [unready(crash), client], listening: { 'pod/web-1': [] } }, { to: 'pod/web-1:80' }),
    {
      facts: {
        reason: 'pods-crash',
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'crash', container: 'web', exitCode: 1, backOff: false, previous: false },
          },
        ],
        command: [],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'ended' }, { code: 'show-pod' }],
      commands: ['kubectl logs web-1 -n default -c web', 'kubectl describe pod web-1 -n default'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`why a pod is not ready, and what mends it: ${about}`, () => assert.deepEqual(got(), found))
