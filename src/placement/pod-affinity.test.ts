import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodAffinityTerm } from '#api/core/pod/spec/affinity.ts'
import { nodeWith, placeOn } from './testing/placing.ts'

const HOST = 'kubernetes.io/hostname'
type Affinity = NonNullable<Pod['spec']>['affinity']

const pod = (name: string, labels: Record<string, string> = {}, affinity?: Affinity, namespace = 'default'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: name, labels },
  spec: { containers: [{ name: 'main', image: 'x' }], ...(affinity && { affinity }) },
})
const on = (name: string, ...pods: Pod[]) => nodeWith(name, pods, { metadata: { labels: { zone: name[0]! } } })
const to = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: HOST,
  labelSelector: { matchLabels: { app } },
  ...more,
})
const near = (weight: number, podAffinityTerm: PodAffinityTerm): Affinity => ({
  podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
})
const far = (weight: number, podAffinityTerm: PodAffinityTerm): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
})
const nodeOf = (...[one, nodes, pick, labelsOf]: Parameters<typeof placeOn>): string | undefined => {
  const placement = placeOn(one, nodes, pick, labelsOf)
  return placement.kind === 'node' ? placement.name : undefined
}

test('preferred pod affinity draws a pod to the domain of those that it asks for, and to where they are more', () => {
  const cache = (name: string) => pod(name, { app: 'cache' })
  const asking = pod('p', {}, near(10, to('cache')))
  assert.equal(nodeOf(asking, [on('a'), on('b', cache('c1')), on('c')], 0), 'b')
  assert.equal(nodeOf(asking, [on('a', cache('c1')), on('b', cache('c2'), cache('c3'))], 0), 'b')
  assert.equal(nodeOf(asking, [on('a', cache('c1'), cache('c2')), on('b', cache('c3'))], 0), 'a')
  const zonal = pod('p', {}, near(10, to('cache', { topologyKey: 'zone' })))
  assert.equal(nodeOf(zonal, [on('a1', cache('c1')), on('b1'), on('a2')], 0), 'a2', 'the same zone, and emptier')
})

test('preferred anti-affinity keeps a pod off without refusing it', () => {
  const web = (name: string) => pod(name, { app: 'web' })
  const asking = pod('p', { app: 'web' }, far(100, to('web')))
  assert.equal(nodeOf(asking, [on('a', web('w1')), on('b', pod('x'), pod('y'))], 0), 'b')
  assert.equal(nodeOf(asking, [on('a', web('w1'))], 0), 'a')
  const slightly = pod('p', { app: 'web' }, far(1, to('web')))
  assert.equal(nodeOf(slightly, [on('a', web('w1')), on('b', pod('x'), pod('y'))], 0), 'b')
})

test('pods are kept apart within a domain, not between two, nor where a node stands in none', () => {
  const alone: Affinity = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [to('web', { topologyKey: 'zone' })] },
  }
  const asking = pod('p', {}, alone)
  const web = pod('w', { app: 'web' })
  assert.equal(nodeOf(asking, [on('a1', web), on('a2'), on('b')], 0), 'b')
  assert.equal(nodeOf(asking, [on('a1', web), on('a2')], 0), undefined)
  assert.equal(nodeOf(asking, [nodeWith('c', [web])], 0), 'c')
})

test('a node without the label stands in no domain, not in the one that has no name', () => {
  const nameless = nodeWith('a', [pod('c', { app: 'cache' })], { metadata: { labels: { zone: '' } } })
  const asking = pod('p', {}, near(10, to('cache', { topologyKey: 'zone' })))
  assert.equal(nodeOf(asking, [nodeWith('b'), nameless], 0), 'a')
})

test('what pods that are there prefer counts for a new one, and so does what they require', () => {
  const shy = pod('s', {}, far(5, to('noisy')))
  assert.equal(nodeOf(pod('p', { app: 'noisy' }), [on('a', shy), on('b', pod('x'), pod('y'))], 0), 'b')
  const fond = pod('f', {}, { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [to('friend')] } })
  assert.equal(nodeOf(pod('p', { app: 'friend' }), [on('a'), on('b', fond)], 0), 'b')
  const keen = pod('k', {}, near(2, to('friend')))
  assert.equal(nodeOf(pod('p', { app: 'friend' }), [on('a', fond), on('b', keen)], 0), 'b', 'what it requires weighs 1')
})

test('a weight is set against a weight', () => {
  const both: Affinity = { ...near(10, to('cache')), ...far(20, to('noisy')) }
  const nodes = [
    on('a', pod('c', { app: 'cache' }), pod('n', { app: 'noisy' })),
    on('b'),
    on('c', pod('d', { app: 'cache' })),
  ]
  assert.equal(nodeOf(pod('p', {}, both), nodes.slice(0, 2), 0), 'b')
  assert.equal(nodeOf(pod('p', {}, both), nodes, 0), 'c')
})

test('namespaceSelector chooses namespaces by their labels, together with those that are named', () => {
  const labels: Record<string, Record<string, string>> = { shop: { team: 'a' }, bank: { team: 'b' } }
  const labelsOf = (name: string) => labels[name]
  const required = (more: Partial<PodAffinityTerm>): Affinity => ({
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [to('cache', more)] },
  })
  const nodes = [
    on('a', pod('c1', { app: 'cache' }, undefined, 'shop')),
    on('b', pod('c2', { app: 'cache' }, undefined, 'bank')),
    on('c'),
  ]
  const where = (more: Partial<PodAffinityTerm>) => nodeOf(pod('p', {}, required(more)), nodes, 0, labelsOf)
  assert.equal(where({ namespaceSelector: { matchLabels: { team: 'b' } } }), 'b')
  assert.equal(where({ namespaceSelector: { matchLabels: { team: 'a' } } }), 'a')
  assert.equal(where({ namespaceSelector: { matchLabels: { team: 'x' } }, namespaces: ['bank'] }), 'b')
  assert.equal(where({ namespaceSelector: { matchLabels: { team: 'x' } } }), undefined)
  assert.equal(where({}), undefined, 'neither: the namespace of the pod itself')
  assert.equal(where({ namespaceSelector: {} }), 'a', 'the empty selector is for all')
})
