import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listening, pod, service } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const client = pod('client', 1, 9, { labels: {} })
const none = { slices: [] }
const selecting = (selector: object, spec: object = {}) => ({
  ...none,
  services: [service('web', '10.96.0.1', { selector, ...spec })],
})
const labelled = (name: string, labels: object, more: object = {}) => pod(name, 1, 11, { labels, ...more })
const generated = {
  'pod-template-hash': 'abc',
  'controller-revision-hash': 'def',
  'statefulset.kubernetes.io/pod-name': 'web-0',
  'apps.kubernetes.io/pod-index': '0',
}
const closed = { listening: { ...listening, 'pod/a': [] } }
const named = { ports: [{ port: 80, targetPort: 'http' }] }
const dns = { ports: [{ port: 53, protocol: 'UDP', targetPort: 'http' }] }

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'labels that controllers write are never meant',
    () =>
      diagnosed({
        ...selecting({ app: 'wbe' }),
        pods: [labelled('a', generated), labelled('b', { ...generated, app: 'web' }), client],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'wbe' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { app: 'web' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'b' }] }],
      },
      effects: [{ code: 'select', labels: { app: 'web' } }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web"}}}'],
    },
  ],
  [
    'pods that have ended, of other namespaces, and without labels',
    () =>
      diagnosed({
        ...selecting({ app: 'wbe' }),
        pods: [
          labelled('a', { app: 'wbx' }, { status: { phase: 'Failed' } }),
          labelled('b', { app: 'wbe' }, { namespace: 'shop' }),
          labelled('c', { app: 'wbe' }, { namespace: 'team' }),
          labelled('d', { app: 'wbe' }, { namespace: 'x' }),
          labelled('e', { app: 'wbe' }, { namespace: 'y' }),
          client,
        ],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'wbe' },
        ended: [],
        elsewhere: [
          { kind: 'Pod', namespace: 'shop', name: 'b' },
          { kind: 'Pod', namespace: 'team', name: 'c' },
          { kind: 'Pod', namespace: 'x', name: 'd' },
        ],
        near: [],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'pods that it matches, and that have ended',
    () =>
      diagnosed({
        ...selecting({ app: 'web' }),
        pods: [labelled('a', { app: 'web' }, { status: { phase: 'Succeeded' } }), client],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [{ kind: 'Pod', namespace: 'default', name: 'a' }],
        elsewhere: [],
        near: [],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'of several groups the nearest, three at most, and none that is much farther',
    () =>
      diagnosed({
        ...selecting({ app: 'webb' }),
        pods: [
          labelled('a', { app: 'weba' }),
          labelled('b', { app: 'webc' }),
          labelled('c', { app: 'webd' }),
          labelled('d', { app: 'webe' }),
          labelled('e', { app: 'zzzz' }),
          labelled('f', { app: 'weba' }),
          labelled('g', { app: 'weba' }),
          labelled('h', { app: 'weba' }),
          client,
        ],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'webb' },
        ended: [],
        elsewhere: [],
        near: [
          { labels: { app: 'webc' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'b' }] },
          {
            labels: { app: 'weba' },
            count: 4,
            pods: [
              { kind: 'Pod', namespace: 'default', name: 'a' },
              { kind: 'Pod', namespace: 'default', name: 'f' },
              { kind: 'Pod', namespace: 'default', name: 'g' },
            ],
          },
          { labels: { app: 'webd' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'c' }] },
        ],
      },
      effects: [
        { code: 'select', labels: { app: 'webc' } },
        { code: 'select', labels: { app: 'weba' } },
      ],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"webc"}}}',
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"weba"}}}',
      ],
    },
  ],
  [
    'as near by their labels: the pod whose name is likest comes first',
    () =>
      diagnosed({
        ...selecting({ app: 'webb' }),
        pods: [labelled('api', { app: 'weba' }), labelled('web', { app: 'webc' }), client],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'webb' },
        ended: [],
        elsewhere: [],
        near: [
          { labels: { app: 'webc' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'web' }] },
          { labels: { app: 'weba' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'api' }] },
        ],
      },
      effects: [
        { code: 'select', labels: { app: 'webc' } },
        { code: 'select', labels: { app: 'weba' } },
      ],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"webc"}}}',
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"weba"}}}',
      ],
    },
  ],
  [
    'another key with the same value',
    () => diagnosed({ ...selecting({ name: 'web' }), pods: [labelled('a', { app: 'web', tier: 'x' }), client] }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { name: 'web' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { app: 'web' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'select', labels: { app: 'web' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"name":null,"app":"web"}}}',
      ],
    },
  ],
  [
    'one key of two is wrong',
    () =>
      diagnosed({
        ...selecting({ app: 'web', tier: 'front' }),
        pods: [labelled('a', { app: 'web', tier: 'fornt', more: 'x' }), client],
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web', tier: 'front' },
        ended: [],
        elsewhere: [],
        near: [
          { labels: { app: 'web', tier: 'fornt' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] },
        ],
      },
      effects: [{ code: 'select', labels: { app: 'web', tier: 'fornt' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web","tier":"fornt"}}}',
      ],
    },
  ],
  [
    'nothing of its labels is like it: all of them, if they have the Service’s name',
    () => diagnosed({ ...selecting({ app: 'qqqqqq' }), pods: [labelled('a', { name: 'web', zzzzzzzz: '1' }), client] }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [
          {
            labels: { name: 'web', zzzzzzzz: '1' },
            count: 1,
            pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }],
          },
        ],
      },
      effects: [{ code: 'select', labels: { name: 'web', zzzzzzzz: '1' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":null,"name":"web","zzzzzzzz":"1"}}}',
      ],
    },
  ],
  [
    'nor the name, but they listen on its target',
    () =>
      diagnosed({
        ...selecting({ app: 'qqqqqq' }),
        pods: [labelled('a', { zzzzzzzz: '1' }), client],
        listening: { ...listening, 'pod/a': [{ protocol: 'TCP', address: '::', port: 8080 }] },
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { zzzzzzzz: '1' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'select', labels: { zzzzzzzz: '1' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":null,"zzzzzzzz":"1"}}}',
      ],
    },
  ],
  [
    'nor do they listen there',
    () => diagnosed({ ...selecting({ app: 'qqqqqq' }), pods: [labelled('a', { zzzzzzzz: '1' }), client], ...closed }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { zzzzzzzz: '1' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'they declare the port of its target by name',
    () =>
      diagnosed({
        ...selecting({ app: 'qqqqqq' }, named),
        pods: [labelled('a', { zzzzzzzz: '1' }), client],
        ...closed,
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { zzzzzzzz: '1' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'select', labels: { zzzzzzzz: '1' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":null,"zzzzzzzz":"1"}}}',
      ],
    },
  ],
  [
    'over another protocol they do not',
    () =>
      diagnosed({ ...selecting({ app: 'qqqqqq' }, dns), pods: [labelled('a', { zzzzzzzz: '1' }), client], ...closed }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { zzzzzzzz: '1' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'they listen on its port, which leads to itself',
    () =>
      diagnosed({
        ...selecting({ app: 'qqqqqq' }, { ports: [{ port: 80 }] }),
        pods: [labelled('a', { zzzzzzzz: '1' }), client],
        listening: { ...listening, 'pod/a': [{ protocol: 'TCP', address: '::', port: 80 }] },
      }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'qqqqqq' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { zzzzzzzz: '1' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] }],
      },
      effects: [{ code: 'select', labels: { zzzzzzzz: '1' } }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":null,"zzzzzzzz":"1"}}}',
      ],
    },
  ],
  [
    'no pod at all',
    () => diagnosed({ ...selecting({ app: 'web' }), pods: [client] }),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [],
        elsewhere: [],
        near: [],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`what a selector that matches nothing may have meant: ${about}`, () => assert.deepEqual(got(), found))
