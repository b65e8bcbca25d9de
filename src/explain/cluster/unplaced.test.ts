import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { claimOf, classNamed } from '#placement/testing/storage.ts'
import { facts, node, pod } from '../testing/cluster.ts'
import { placingState, unplacedOf } from './unplaced.ts'

const waiting = (spec: object = {}) => pod('web', 1, 9, { spec: { nodeName: undefined, ...spec } })
const sized = (number: number, cpu: string): Node => {
  const { status, ...rest } = node(number)
  return { ...rest, status: { ...status, allocatable: { cpu, memory: '1Gi', pods: '10' } } } as unknown as Node
}
const asking = (cpu: string) => ({ containers: [{ name: 'web', resources: { requests: { cpu } } }] })

test('why a pod has no node: its scheduler, its gates, what nodes refuse it for, or nothing', () => {
  const nodes = [sized(1, '2'), sized(2, '3')]
  const placed = pod('other', 2, 10, { spec: asking('2') })
  const given = facts({ nodes, pods: [placed, waiting()] })
  assert.deepEqual(unplacedOf(given, waiting({ schedulerName: 'mine' })), {
    code: 'other-scheduler',
    scheduler: 'mine',
  })
  assert.deepEqual(unplacedOf(given, waiting({ schedulingGates: [{ name: 'a.b/c' }] })), {
    code: 'gated',
    gates: ['a.b/c'],
  })
  assert.deepEqual(unplacedOf(given, waiting(asking('2'))), { code: 'waiting', nodes: ['node-1'] })
  const short = (name: string, free: number) => ({
    node: name,
    obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 4000, free }],
  })
  assert.deepEqual(
    unplacedOf(given, waiting(asking('4'))),
    { code: 'unschedulable', refused: [short('node-1', 2000), short('node-2', 1000)] },
    'what the pods of a node ask for is taken',
  )
})

test('the labels of a namespace count where a pod must be near those of others', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } }
  const near = (namespaceSelector: object) =>
    waiting({
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, namespaceSelector }] } },
    })
  const named = (number: number): Node => {
    const { metadata, ...rest } = sized(number, '2')
    return { ...rest, metadata: { ...metadata, labels: { 'kubernetes.io/hostname': `node-${number}` } } }
  }
  const db = pod('db', 2, 10, { namespace: 'shop', labels: { app: 'db' } })
  const given = facts({ nodes: [named(1), named(2)], pods: [db], namespaceLabels: { shop: { team: 'a' } } })
  assert.deepEqual(unplacedOf(given, near({ matchLabels: { team: 'a' } })), { code: 'waiting', nodes: ['node-2'] })
  assert.equal(unplacedOf(given, near({ matchLabels: { team: 'b' } })).code, 'unschedulable')
})

test('claims count where they are known, by the scheduler’s own rules', () => {
  const pods = [waiting({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] })]
  const nodes = [sized(1, '2'), sized(2, '2')]
  const given = (storage?: object) => facts({ nodes, pods, ...(storage && { storage }) } as never)
  assert.equal(unplacedOf(given(), pods[0]!).code, 'waiting')
  const none = { claims: [], volumes: [], classes: [] }
  const refused = unplacedOf(given(none), pods[0]!)
  assert.ok(refused.code === 'unschedulable')
  assert.deepEqual(refused.refused[0]?.obstacles, [{ code: 'claim-not-found', claim: 'data' }])
  const claim = claimOf('data', { spec: { storageClassName: 'late' } })
  assert.equal(unplacedOf(given({ ...none, claims: [claim], classes: [classNamed('late')] }), pods[0]!).code, 'waiting')
})

test('the state of a cluster is made of its facts once', () => {
  const given = facts()
  assert.equal(placingState(given), placingState(given))
})
