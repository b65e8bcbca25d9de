import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }
const other = { ...pod, name: 'web-2' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'pods-pending', service, pods: [{ pod }], nearest: [], taintsOfControllers: false },
    { message: 'no pod of default/web is ready: not ready', details: ['pod default/web-1: not ready'] },
  ],
  [
    { reason: 'pods-pending', pods: [{ pod }], nearest: [], taintsOfControllers: false },
    { message: 'pod default/web-1 is not ready: not ready', details: [] },
  ],
  [
    {
      reason: 'pods-pending',
      service,
      pods: [],
      nearest: [{ node: 'node-1', obstacles: [{ code: 'node-affinity' }] }],
      taintsOfControllers: true,
    },
    {
      message: 'no pod of default/web is ready: not ready',
      details: [
        'node-1 is none that its required node affinity means',
        'a controller wrote it: it goes when the node recovers',
      ],
    },
  ],
  [
    {
      reason: 'pods-starting',
      service,
      pods: [pod, other, pod, pod, pod, pod, pod].map((one) => ({
        pod: one,
        trouble: { kind: 'ended', phase: 'Failed' },
      })),
      missing: [],
    },
    {
      message: 'no pod of default/web is ready: it has ended: Failed',
      details: [
        'pod default/web-1: it has ended: Failed',
        'pod default/web-2: it has ended: Failed',
        'pod default/web-1: it has ended: Failed',
        'pod default/web-1: it has ended: Failed',
        'pod default/web-1: it has ended: Failed',
        'and 2 more',
      ],
    },
  ],
  [
    { reason: 'pods-starting', service, pods: [pod, other, pod, pod, pod].map((one) => ({ pod: one })), missing: [] },
    {
      message: 'no pod of default/web is ready: not ready',
      details: [
        'pod default/web-1: not ready',
        'pod default/web-2: not ready',
        'pod default/web-1: not ready',
        'pod default/web-1: not ready',
        'pod default/web-1: not ready',
      ],
    },
  ],
  [
    { reason: 'image-unknown', pods: [{ pod }], known: [] },
    { message: 'pod default/web-1 is not ready: not ready', details: [] },
  ],
  [
    { reason: 'image-unknown', pods: [{ pod }], known: ['a', 'b'] },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: ['images that are here without a registry: a and b'],
    },
  ],
  [
    { reason: 'pods-crash', pods: [{ pod }], command: [] },
    { message: 'pod default/web-1 is not ready: not ready', details: [] },
  ],
  [
    {
      reason: 'pods-crash',
      pods: [
        {
          pod,
          trouble: { kind: 'crash', container: 'web', exitCode: 2, backOff: false, previous: false, said: 'no file' },
        },
      ],
      command: ['sh', '-c', 'exit 2'],
    },
    {
      message: 'pod default/web-1 is not ready: container web ends with exit code 2',
      details: ["it runs: sh -c 'exit 2'", 'it left the message: no file'],
    },
  ],
  [
    { reason: 'pods-not-ready', pods: [{ pod, trouble: { kind: 'gate', gate: 'a.b/c' } }] },
    {
      message: 'pod default/web-1 is not ready: its readiness gate a.b/c is not True',
      details: ["some controller of yours sets the condition a.b/c of the pod's status: is it there, and does it run?"],
    },
  ],
  [
    {
      reason: 'pods-not-ready',
      pods: [{ pod }],
      probe: {
        asks: { kind: 'http', scheme: 'https', host: '10.0.0.1', port: 'web', path: '/up' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        initialDelaySeconds: 5,
      },
      open: [80, 90],
    },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: [
        'its readiness probe: GET https://10.0.0.1:web/up, which must answer 200 to 399, within 1 s, every 10 s, 5 s after its start at the earliest',
        'it listens on 80 and 90',
      ],
    },
  ],
  [
    {
      reason: 'pods-not-ready',
      pods: [{ pod }],
      probe: { asks: { kind: 'tcp', port: '80' }, timeoutSeconds: 1, periodSeconds: 10, initialDelaySeconds: 0 },
      open: [],
    },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: ['its readiness probe: a connection to the pod:80, within 1 s, every 10 s', 'it listens on no TCP port'],
    },
  ],
  [
    {
      reason: 'pods-not-ready',
      pods: [{ pod }],
      probe: {
        asks: { kind: 'grpc', host: '10.0.0.1', port: '80' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        initialDelaySeconds: 1,
      },
    },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: [
        'its readiness probe: the gRPC health check at 10.0.0.1:80, within 1 s, every 10 s, 1 s after its start at the earliest',
      ],
    },
  ],
  [
    {
      reason: 'pods-not-ready',
      pods: [{ pod }],
      probe: {
        asks: { kind: 'exec', command: ['cat', 'a b'] },
        timeoutSeconds: 1,
        periodSeconds: 10,
        initialDelaySeconds: 0,
      },
    },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: ["its readiness probe: cat 'a b', which must end with 0, within 1 s, every 10 s"],
    },
  ],
  [
    { reason: 'pods-not-ready', pods: [{ pod }], open: [80] },
    { message: 'pod default/web-1 is not ready: not ready', details: [] },
  ],
  [
    { reason: 'node-lost', pods: [{ pod }], remade: false, elsewhere: true },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: ['nothing makes the pod anew elsewhere: it comes back with its node, or not at all'],
    },
  ],
  [
    { reason: 'node-lost', pods: [{ pod }], remade: true, elsewhere: true },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: [
        'what the lost node held is made anew elsewhere when the pods are evicted, after five minutes as a rule',
      ],
    },
  ],
  [
    { reason: 'node-lost', pods: [{ pod }], remade: true, elsewhere: false },
    {
      message: 'pod default/web-1 is not ready: not ready',
      details: [
        'what the lost node held is made anew elsewhere when the pods are evicted, after five minutes as a rule',
        'but no other node is Ready',
      ],
    },
  ],
]

test('why pods are not ready: the first pod’s trouble, each pod’s own, and what is known beyond', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
