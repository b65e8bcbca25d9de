import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { memoryVolumeSize } from './memory-size.ts'

const MI = 2 ** 20
const pod = (...limits: readonly (string | undefined)[]): Pod =>
  ({
    spec: { containers: limits.map((memory) => (memory === undefined ? {} : { resources: { limits: { memory } } })) },
  }) as unknown as Pod

test('a volume in memory holds what it says, what its pod may have, or what the node has, whichever is least', () => {
  assert.equal(memoryVolumeSize(pod(undefined), undefined, '100Mi'), 100 * MI)
  assert.equal(memoryVolumeSize(pod(undefined), '10Mi', '100Mi'), 10 * MI)
  assert.equal(memoryVolumeSize(pod(undefined), '0', '100Mi'), 100 * MI)
  assert.equal(memoryVolumeSize(pod('4Mi', '5Mi'), '10Mi', '100Mi'), 9 * MI)
  assert.equal(memoryVolumeSize(pod('4Mi', undefined), undefined, '100Mi'), 100 * MI, 'one of them has no limit')
  assert.equal(memoryVolumeSize(pod('400Mi'), '200Mi', '100Mi'), 100 * MI)
})
