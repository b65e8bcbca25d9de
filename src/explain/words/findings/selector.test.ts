import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }
const other = { ...pod, name: 'web-2' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    {
      reason: 'selector-matches-nothing',
      service,
      selector: { app: 'web', tier: 'front' },
      ended: [],
      elsewhere: [],
      near: [],
    },
    { message: 'the selector app=web,tier=front of default/web matches no pod in namespace default', details: [] },
  ],
  [
    {
      reason: 'selector-matches-nothing',
      service,
      selector: { app: 'web' },
      ended: [pod, other],
      elsewhere: [other, pod],
      near: [],
    },
    {
      message: 'the selector app=web of default/web matches no pod in namespace default',
      details: [
        'it matches default/web-1 and default/web-2, which have ended',
        'default/web-2 and default/web-1 have these labels: a Service selects pods of its own namespace only',
      ],
    },
  ],
  [
    {
      reason: 'selector-matches-nothing',
      service,
      selector: { app: 'web' },
      ended: [pod],
      elsewhere: [other],
      near: [
        { labels: { app: 'wbe' }, count: 2, pods: [pod, other] },
        { labels: { app: 'x', b: 'y' }, count: 1, pods: [pod] },
      ],
    },
    {
      message: 'the selector app=web of default/web matches no pod in namespace default',
      details: [
        'it matches default/web-1, which has ended',
        'default/web-2 has these labels: a Service selects pods of its own namespace only',
        '2 pods with app=wbe: default/web-1 and default/web-2',
        '1 pod with app=x,b=y: default/web-1',
      ],
    },
  ],
]

test('what a selector that matches nothing is held against', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
