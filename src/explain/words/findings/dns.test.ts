import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'dns-down', sender: { kind: 'host' }, sometimes: false, because: [] },
    { message: 'the host finds no names: the cluster’s DNS, Service kube-system/kube-dns, is not there', details: [] },
  ],
  [
    { reason: 'dns-down', sender: { kind: 'host' }, sometimes: false, because: [], doubt: true },
    {
      message:
        'which Service is the cluster’s DNS is not known: none is kube-system/kube-dns, none has the label k8s-app=kube-dns; whether the host finds names cannot be told from here',
      details: [],
    },
  ],
  [
    {
      reason: 'dns-down',
      sender: { kind: 'node', name: 'node-1' },
      server: '10.96.0.10',
      service,
      sometimes: false,
      because: [],
    },
    {
      message: 'node-1 finds no names: it asks the cluster’s DNS at 10.96.0.10:53/UDP, which does not answer',
      details: [],
    },
  ],
  [
    {
      reason: 'dns-down',
      sender: { kind: 'host' },
      server: 'fd00::a',
      service,
      sometimes: true,
      because: [
        { reason: 'asks-itself', address: '::1', port: 53, protocol: 'UDP', cures: [] },
        { reason: 'asks-itself', address: '::2', port: 53, protocol: 'UDP', cures: [] },
      ],
      doubt: true,
    },
    {
      message:
        'the host may find no names: it asks the cluster’s DNS at [fd00::a]:53/UDP, and ::1 means the sender itself, and nothing listens there on 53/UDP',
      details: [
        'Services and node ports do not answer at a loopback address: each pod, each node and the host has its own',
        '::2 means the sender itself, and nothing listens there on 53/UDP',
      ],
    },
  ],
]

test('why the cluster’s DNS does not answer is told by what keeps the query from it', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
