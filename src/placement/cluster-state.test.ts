import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { clusterState, clusterStates } from './cluster-state.ts'

const node = (name: string, cpu = '4'): Node =>
  ({ metadata: { name }, status: { allocatable: { cpu, pods: '110' } } }) as unknown as Node
const pod = (owner: string | undefined, more: object = {}): Pod =>
  ({
    metadata: { name: 'p', ...(owner && { ownerReferences: [{ controller: true, uid: owner }] }) },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
    status: { phase: 'Running' },
    ...more,
  }) as unknown as Pod
const NOBODY = () => undefined

test('of a node’s pods those count for their owner that neither end nor have ended', () => {
  const ending = pod('a', { metadata: { ...pod('a').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
  const ended = pod('a', { status: { phase: 'Succeeded' } })
  const state = clusterState([node('n')], () => [pod('a'), pod('a'), pod('b'), pod(undefined), ending, ended], NOBODY)
  assert.deepEqual(
    [...state.nodes[0]!.owned],
    [
      ['a', 2],
      ['b', 1],
    ],
  )
  assert.equal(state.nodes[0]!.pods.length, 5)
})

test('who asks again and again is told what who asks once is, whatever came, went or changed meanwhile', () => {
  const stateOf = clusterStates()
  const change = fc.record({
    at: fc.nat(2),
    place: fc.nat(4),
    owner: fc.constantFrom('a', 'b', undefined),
    kind: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const nodes = [node('n0'), node('n1'), node('n2')]
      const bound: Pod[][] = [[], [], []]
      for (const { at, place, owner, kind } of changes) {
        const pods = bound[at]!
        if (kind === 0) pods.splice(place, 1)
        else if (kind === 1 && place < pods.length) pods[place] = pod(owner, { status: { phase: 'Failed' } })
        else if (kind === 2) nodes[at] = node(`n${at}`, `${place + 1}`)
        else pods.splice(place, 0, pod(owner))
        const podsOn = (name: string) => [...bound[Number(name.slice(1))]!]
        assert.deepEqual(stateOf(nodes, podsOn, NOBODY), clusterState(nodes, podsOn, NOBODY))
        assert.equal(stateOf(nodes, podsOn, NOBODY).nodes[0], stateOf(nodes, podsOn, NOBODY).nodes[0])
      }
    }),
  )
})
