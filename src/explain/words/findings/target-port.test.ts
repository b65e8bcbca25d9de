import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'target-port-unknown', service, targetPort: 'http', protocol: 'TCP', declared: [], open: [] },
    {
      message: 'the targetPort http of default/web names no TCP port of its pods, so they are no endpoints of it',
      details: ['its pods declare no TCP port'],
    },
  ],
  [
    {
      reason: 'target-port-unknown',
      service,
      targetPort: 'http',
      protocol: 'TCP',
      declared: [
        { container: 'web', port: 80 },
        { container: 'web', name: 'admin', port: 81 },
        ...[1, 2, 3, 4].map((port) => ({ container: 'side', port })),
      ],
      open: [80, 81],
    },
    {
      message: 'the targetPort http of default/web names no TCP port of its pods, so they are no endpoints of it',
      details: [
        'its pods declare 80/TCP (unnamed) in container web, 81/TCP (admin) in container web, 1/TCP (unnamed) in container side, 2/TCP (unnamed) in container side and 3/TCP (unnamed) in container side',
        'they listen on 80 and 81',
      ],
    },
  ],
  [
    { reason: 'target-port-closed', pod, port: 80, protocol: 'TCP', declared: [], commands: [] },
    {
      message: 'nothing in pod default/web-1 listens on 80/TCP',
      details: ['its containers declare none; a declaration opens nothing, it only gives a name'],
    },
  ],
  [
    {
      reason: 'target-port-closed',
      service,
      targetPort: 'http',
      pod,
      port: 80,
      protocol: 'TCP',
      open: [],
      declared: [
        { container: 'web', port: 80 },
        { container: 'web', name: 'admin', port: 81 },
      ],
      commands: [{ container: 'web', argv: ['sleep', '1 d'] }],
    },
    {
      message: 'the targetPort of default/web is http (80), and nothing in pod default/web-1 listens there',
      details: [
        'it listens on no TCP port',
        'its containers declare 80 and 81 (admin)',
        "container web runs: sleep '1 d'",
      ],
    },
  ],
  [
    {
      reason: 'target-port-closed',
      service,
      pod,
      port: 80,
      protocol: 'TCP',
      open: [81, 82],
      declared: [],
      commands: [],
    },
    {
      message: 'the targetPort of default/web is 80, and nothing in pod default/web-1 listens there',
      details: [
        'it listens on 81 and 82',
        'its containers declare none; a declaration opens nothing, it only gives a name',
      ],
    },
  ],
  [
    {
      reason: 'listens-on-loopback',
      pod,
      port: 80,
      protocol: 'TCP',
      sockets: [
        { address: '::1', port: 80 },
        { address: '127.0.0.1', port: 81 },
      ],
      commands: [{ container: 'web', argv: ['serve'] }],
    },
    {
      message: 'pod default/web-1 listens on 80/TCP at its loopback address only: nobody else reaches it',
      details: [
        'it listens at [::1]:80 and 127.0.0.1:81',
        'let the program listen at 0.0.0.0 or :: instead: an option or a line of its configuration, often called bind, host or listen',
        'container web runs: serve',
      ],
    },
  ],
  [
    { reason: 'headless-port', service, pod, port: 80, protocol: 'TCP', open: [81], declared: [], told: false },
    {
      message:
        'default/web is headless: there is no ClusterIP and nothing translates its port, so 80 is asked of the pods themselves, and they do not listen there',
      details: ['it listens on 81', 'its containers declare none; a declaration opens nothing, it only gives a name'],
    },
  ],
  [
    {
      reason: 'headless-port',
      service,
      pod,
      port: 80,
      protocol: 'TCP',
      declared: [{ container: 'web', port: 81 }],
      told: true,
    },
    {
      message:
        'default/web is headless: there is no ClusterIP and nothing translates its port, so 80 is asked of the pods themselves, and they are told to listen elsewhere',
      details: ['its containers declare 81'],
    },
  ],
  [
    { reason: 'endpoint-closed', service, address: 'fd00::1', port: 80, protocol: 'TCP', onLoopback: true, open: [] },
    {
      message: 'an endpoint of default/web is [fd00::1]:80, and nothing listens there (TCP)',
      details: ['a program listens on that port at its loopback address only: let it listen at 0.0.0.0 or ::'],
    },
  ],
  [
    {
      reason: 'endpoint-closed',
      service,
      address: '172.30.0.1',
      port: 80,
      protocol: 'TCP',
      onLoopback: false,
      open: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    },
    {
      message: 'an endpoint of default/web is 172.30.0.1:80, and nothing listens there (TCP)',
      details: [
        'open there: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 and 15; start the program, or write its port into the EndpointSlice',
      ],
    },
  ],
]

test('why a backend does not take what is sent to its port', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
