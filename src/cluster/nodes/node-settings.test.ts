import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSettings, parseLabels, parseTaints } from './node-settings.ts'

test('labels and taints are read as kubectl writes them, and what is none is quoted', () => {
  assert.deepEqual(parseLabels('disk=fast,team='), { disk: 'fast', team: '' })
  assert.deepEqual(parseTaints('dedicated=db:NoSchedule,old:NoExecute,x=:PreferNoSchedule'), [
    { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
    { key: 'old', effect: 'NoExecute' },
    { key: 'x', value: '', effect: 'PreferNoSchedule' },
  ])
  for (const text of ['disk', '=x', 'a=b,', ''])
    assert.throws(() => parseLabels(text), { code: 'NODE_INVALID', message: /is no label/ }, text)
  for (const text of ['a', 'a=b', 'a=b:Never', ':NoSchedule', 'a:NoSchedule,', 'a:noschedule'])
    assert.throws(() => parseTaints(text), { code: 'NODE_INVALID', message: /is no taint/ }, text)
})

test('what a node is to be is checked in the words of the API, and at which place it was said', async () => {
  await checkSettings({}, 'node add')
  await checkSettings({ name: 'big-1', zone: 'eu-1', labels: { 'example.com/disk': 'fast' } }, 'node add')
  for (const [settings, message] of [
    [{ name: 'Big' }, /^nodes\[1\]: 'Big' cannot name a node$/],
    [{ name: 'a.b' }, /cannot name a node/],
    [{ name: 'fabric' }, /cannot name a node/],
    [{ labels: { 'kubernetes.io/hostname': 'x' } }, /label kubernetes.io\/hostname is what the node tells of itself/],
    [{ labels: { 'a b': 'x' } }, /^nodes\[1\]: metadata.labels: Invalid value: "a b"/],
    [{ zone: 'a b' }, /^nodes\[1\]: metadata.labels: Invalid value: "a b"/],
    [{ labels: { 'a b': 'x' }, taints: [{ key: 'a', effect: 'NoSchedule' }] }, /Invalid value: "a b"/],
    [{ taints: [{ key: '-', effect: 'NoSchedule' }] }, /Invalid value: "-"/],
    [
      {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoSchedule' },
        ],
      },
      /Duplicate value/,
    ],
  ] as const)
    await assert.rejects(checkSettings(settings, 'nodes[1]'), { code: 'NODE_INVALID', message })
})
