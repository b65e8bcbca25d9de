import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { nodeImages } from './node-images.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
const image = (name: string, sizeBytes: number) => ({ names: [name], sizeBytes })

test('a Node tells the fifty largest images, each by five names at most', () => {
  const many = Array.from({ length: 60 }, (_, index) => image(`i${index}`, index))
  const told = nodeImages(many) ?? []
  assert.deepEqual([told.length, told[0], told[49]], [50, image('i59', 59), image('i10', 10)])
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  assert.deepEqual(nodeImages([{ names, sizeBytes: 0 }]), [{ names: names.slice(0, 5) }])
  const same = [image('b', 1), image('a', 1)]
  assert.deepEqual(nodeImages(same), nodeImages(same.toReversed()), 'they have one order')
  assert.equal(nodeImages([]), undefined)
})

test('an image that comes or goes stands in the Node within ten seconds, and where none does the Node is left alone', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const look = async () => {
    await turn()
    clock.advance(10_000)
    await turn()
    return await cluster.client.get(nodes, 'n1')
  }
  const shown = ({ status }: Node) => status?.images?.map(({ names }) => names?.join())
  cluster.runtime.listed = [image('small', 1)]
  assert.deepEqual(shown(await look()), ['small'])
  cluster.runtime.listed = [image('small', 1), image('large', 2)]
  const both = await look()
  assert.deepEqual(shown(both), ['large', 'small'])
  assert.equal((await look()).metadata?.resourceVersion, both.metadata?.resourceVersion)
  cluster.runtime.listed = []
  assert.equal(shown(await look()), undefined)
})
