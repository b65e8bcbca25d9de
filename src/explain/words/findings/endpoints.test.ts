import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }
const other = { ...pod, name: 'web-2' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'scaled-to-zero', service, workload: { ...service, kind: 'ReplicaSet' } },
    { message: 'ReplicaSet default/web makes the pods of default/web, and it is scaled to 0', details: [] },
  ],
  [
    {
      reason: 'only-terminating',
      service,
      pods: [
        { pod, until: '2026-01-01T00:00:00Z', graceSeconds: 30, finalizers: [] },
        {
          pod: other,
          until: '2026-01-01T00:00:00Z',
          graceSeconds: 30,
          finalizers: ['a.b/c', 'd.e/f'],
          owner: { ...service, kind: 'Job' },
        },
      ],
    },
    {
      message: 'all pods of default/web are being deleted (default/web-1 and default/web-2): none is ready any more',
      details: [
        'nothing makes new ones: they belong to no Deployment that this selector matches',
        'pod default/web-1 goes until 2026-01-01T00:00:00Z (30 s of grace); made by hand',
        'pod default/web-2 goes until 2026-01-01T00:00:00Z (30 s of grace), held by a.b/c and d.e/f; Job web made it',
      ],
    },
  ],
  [
    {
      reason: 'only-terminating',
      service,
      workload: { ...service, kind: 'Deployment' },
      pods: [{ pod, until: '2026-01-01T00:00:00Z', graceSeconds: 30, finalizers: [] }],
    },
    {
      message: 'the only pod of default/web is being deleted (default/web-1): none is ready any more',
      details: ['Deployment default/web makes the pods of default/web, and it is scaled to 0'],
    },
  ],
  [
    { reason: 'endpoints-late', service, pods: [pod] },
    {
      message: '1 pod of default/web is ready, but no endpoint stands for them yet',
      details: [
        'the endpoints follow within moments, unless what writes them (the EndpointSlice controller) stands still',
      ],
    },
  ],
  [
    { reason: 'endpoints-late', service, pods: [pod, other] },
    {
      message: '2 pods of default/web are ready, but no endpoint stands for them yet',
      details: [
        'the endpoints follow within moments, unless what writes them (the EndpointSlice controller) stands still',
      ],
    },
  ],
  [
    { reason: 'not-proxied', service, label: 'a.b/c' },
    { message: 'Service default/web has the label a.b/c: nodes leave it to another proxy', details: [] },
  ],
]

test('why a Service has no endpoint that could be chosen', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
