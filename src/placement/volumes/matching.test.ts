import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeWith } from '../testing/placing.ts'
import { claimOf, onNodes, volumeOf } from '../testing/storage.ts'
import { bestMatch, mismatchOf } from './matching.ts'

const nameOf = (...args: Parameters<typeof bestMatch>): string | undefined => bestMatch(...args)?.metadata?.name
const sized = (name: string, storage: string, more: object = {}) =>
  volumeOf(name, { spec: { capacity: { storage }, ...more } })

test('a claim gets the smallest volume that holds it, of those alike the one that is used in the fewest ways', () => {
  const same = ['b', 'a', 'c'].map((name) => volumeOf(name))
  assert.equal(nameOf(claimOf('c'), same), 'a', 'of what is alike the first by name')
  assert.equal(nameOf(claimOf('c'), same.toReversed()), 'a')
  const wide = { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] as const }
  const all = [sized('large', '10Gi'), sized('wide', '2Gi', wide), sized('plain', '2048Mi'), sized('small', '512Mi')]
  assert.equal(nameOf(claimOf('c'), all), 'plain')
  assert.equal(nameOf(claimOf('c'), all, { taken: new Set(['plain', 'wide']) }), 'large')
  assert.equal(nameOf(claimOf('c', { spec: { resources: { requests: { storage: '11Gi' } } } }), all), undefined)
})

test('a volume is passed over that is of another class, mode or use, is another’s, leaves, or is not selected', () => {
  const claim = claimOf('c', { spec: { selector: { matchLabels: { disk: 'ssd' } } } })
  const labels = { disk: 'ssd' }
  const others = [
    volumeOf('class', { metadata: { labels }, spec: { storageClassName: 'fast' } }),
    volumeOf('mode', { metadata: { labels }, spec: { volumeMode: 'Block' } }),
    volumeOf('use', { metadata: { labels }, spec: { accessModes: ['ReadOnlyMany'] } }),
    volumeOf('kept', { metadata: { labels }, spec: { claimRef: { namespace: 'default', name: 'other' } } }),
    volumeOf('used', { metadata: { labels }, phase: 'Released' }),
    volumeOf('leaving', { metadata: { labels, deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    volumeOf('unlabelled'),
  ]
  assert.equal(nameOf(claim, others), undefined)
  const both = { ...claim, spec: { ...claim.spec, accessModes: ['ReadWriteOnce' as const, 'ReadOnlyMany' as const] } }
  assert.equal(nameOf(both, [volumeOf('half', { metadata: { labels } })]), undefined, 'all ways must be there')
  const unsaid = (object: object) => ({
    ...object,
    spec: { ...(object as { spec: object }).spec, storageClassName: undefined },
  })
  assert.equal(nameOf(unsaid(claimOf('c')) as never, [volumeOf('free')]), 'free', 'no class is the class ""')
  assert.equal(nameOf(claimOf('c'), [unsaid(volumeOf('free')) as never]), 'free')
  assert.equal(nameOf(claim, [...others, volumeOf('right', { metadata: { labels } })]), 'right')
})

test('what is kept for a claim is its, whatever else would do; of a former claim of its name it is not', () => {
  const claimRef = { namespace: 'default', name: 'c' }
  const kept = volumeOf('kept', { spec: { claimRef, capacity: { storage: '5Gi' } } })
  assert.equal(nameOf(claimOf('c'), [volumeOf('free'), kept], { keptOnly: true }), 'kept')
  assert.equal(nameOf(claimOf('c'), [volumeOf('free')], { keptOnly: true }), undefined)
  const former = volumeOf('former', { spec: { claimRef: { ...claimRef, uid: 'before' } } })
  assert.equal(nameOf(claimOf('c'), [former]), undefined)
  const elsewhere = volumeOf('kept', { spec: { claimRef, nodeAffinity: onNodes('b') } })
  assert.equal(nameOf(claimOf('c'), [volumeOf('free'), elsewhere], { node: nodeWith('a').node }), undefined)
})

test('on a node only those count that may be used there', () => {
  const all = [volumeOf('on-b', { spec: { nodeAffinity: onNodes('b') } }), sized('anywhere', '2Gi')]
  assert.equal(nameOf(claimOf('c'), all, { node: nodeWith('a').node }), 'anywhere')
  assert.equal(nameOf(claimOf('c'), all, { node: nodeWith('b').node }), 'on-b')
})

test('why a claim cannot have the volume that it names', () => {
  const why = (volume: ReturnType<typeof volumeOf>, spec: object = {}) => mismatchOf(volume, claimOf('c', { spec }))
  assert.equal(why(volumeOf('v')), undefined)
  assert.equal(why(sized('v', '1Mi')), 'requested PV is too small')
  assert.equal(why(volumeOf('v'), { storageClassName: 'fast' }), 'storageClassName does not match')
  assert.equal(why(volumeOf('v'), { volumeMode: 'Block' }), 'incompatible volumeMode')
  assert.equal(why(volumeOf('v'), { accessModes: ['ReadWriteMany'] }), 'incompatible accessMode')
  const leaving = volumeOf('v', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })
  assert.equal(why(leaving), 'the volume is marked for deletion "v"')
})
