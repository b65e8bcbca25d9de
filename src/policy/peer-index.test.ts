import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockPeer, nodePeer, type Peer, podPeer } from './peer.ts'
import { PeerIndex } from './peer-index.ts'

const app = (value: string) => [{ key: 'app', operator: '=', values: [value] }] as const
const ofName = podPeer({ namespaces: { name: 'x' }, pods: app('a') })
const ofLabels = podPeer({ namespaces: { labels: [{ key: 'team', operator: '=', values: ['t'] }] }, pods: [] })
const nodes = nodePeer([{ key: 'disk', operator: 'exists', values: [] }])
const block = blockPeer('10.0.0.0/8', ['10.1.0.0/16']) as Peer
const keys = (peers: Iterable<Peer>) => [...peers].map(({ key }) => key).sort()

test('a peer is there once, however many use it, until the last of them does no more', () => {
  const index = new PeerIndex<string>()
  assert.equal(index.use(block, 'one'), true)
  assert.equal(index.use(blockPeer('10.0.0.0/8', ['10.1.0.0/16']) as Peer, 'two'), false)
  assert.deepEqual([...index.usersOf(block)], ['one', 'two'])
  assert.deepEqual(index.blocks, [block])
  assert.equal(index.drop(block, 'one'), undefined)
  assert.equal(index.drop(block, 'one'), undefined, 'once')
  assert.deepEqual([...index.usersOf(block)], ['two'])
  assert.equal(index.drop(block, 'two'), block)
  assert.deepEqual([index.blocks, [...index.usersOf(block)]], [[], []])
  assert.equal(index.drop(block, 'two'), undefined)
})

test('a pod is one of the peers of its namespace, by name or by labels, that its own labels meet', () => {
  const index = new PeerIndex<string>()
  for (const peer of [ofName, ofLabels, nodes, block]) index.use(peer, 'one')
  index.setNamespace('x', { team: 't' })
  assert.deepEqual(keys(index.ofPod('x', { app: 'a' })), keys([ofName, ofLabels]))
  assert.deepEqual(keys(index.ofPod('x', { app: 'b' })), keys([ofLabels]))
  assert.deepEqual(keys(index.ofPod('y', { app: 'a' })), [])
  assert.deepEqual(keys(index.ofNode({ disk: '' })), keys([nodes]))
  assert.deepEqual(keys(index.ofNode({})), [])
})

test('a peer that comes when a namespace has been asked for holds for its pods too, and goes from there', () => {
  const index = new PeerIndex<string>()
  index.setNamespace('x', { team: 't' })
  index.setNamespace('y', { team: 'u' })
  for (const name of ['x', 'y']) assert.deepEqual(index.ofPod(name, { app: 'a' }), [])
  for (const peer of [ofName, ofLabels]) index.use(peer, 'one')
  assert.deepEqual(keys(index.ofPod('x', { app: 'a' })), keys([ofName, ofLabels]))
  assert.deepEqual(keys(index.ofPod('y', { app: 'a' })), [])
  for (const peer of [ofName, ofLabels, nodes]) index.drop(peer, 'one')
  assert.deepEqual(keys(index.ofPod('x', { app: 'a' })), [])
  index.use(nodes, 'one')
  index.drop(nodes, 'one')
  assert.deepEqual(index.ofNode({ disk: '' }), [])
})

test('a namespace’s new labels count from then on, and when it is gone it has none', () => {
  const index = new PeerIndex<string>()
  const without = podPeer({ namespaces: { labels: [{ key: 'team', operator: '!', values: [] }] }, pods: [] })
  for (const peer of [ofLabels, without]) index.use(peer, 'one')
  index.setNamespace('x', {})
  assert.deepEqual(keys(index.ofPod('x', {})), keys([without]))
  index.setNamespace('x', { team: 't' })
  assert.deepEqual(keys(index.ofPod('x', {})), keys([ofLabels]))
  assert.deepEqual(index.labelsOf('x'), { team: 't' })
  index.setNamespace('x', undefined)
  assert.deepEqual(keys(index.ofPod('x', {})), keys([without]))
  assert.equal(index.labelsOf('x'), undefined)
})
