import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestCounter, type RequestLabels } from './request-counter.ts'

const LABELS: RequestLabels = {
  verb: 'GET',
  dryRun: '',
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  subresource: 'status',
  scope: 'resource',
}

const linesOf = (counter: RequestCounter, name: string): readonly string[] =>
  counter
    .render()
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))

test('requests are counted by each of their labels and by how they were answered', () => {
  const counter = new RequestCounter()
  const others = Object.keys(LABELS).map((name) => ({ ...LABELS, [name]: 'other' }))
  for (const labels of [LABELS, ...others, LABELS]) counter.count(labels, 200, 0.01)
  counter.count(LABELS, 404, 0.01)
  const counts = linesOf(counter, 'apiserver_request_total')
  const own =
    'component="apiserver",dry_run="",group="apps",resource="deployments",scope="resource",subresource="status"'
  assert.equal(counts.length, 2 + others.length)
  assert.ok(counts.includes(`apiserver_request_total{code="200",${own},verb="GET",version="v1"} 2`), counts.join('\n'))
  assert.ok(counts.includes(`apiserver_request_total{code="404",${own},verb="GET",version="v1"} 1`), counts.join('\n'))
  for (const name of ['dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'])
    assert.equal(counts.filter((line) => new RegExp(`[{,]${name}="other".* 1$`).test(line)).length, 1, name)
  const taken = linesOf(counter, 'apiserver_request_duration_seconds_count')
  assert.ok(taken.includes(`apiserver_request_duration_seconds_count{${own},verb="GET",version="v1"} 3`))
  assert.equal(taken.length, 1 + others.length)
})

test('requests of labels that read alike together are not counted together, and their seconds are', () => {
  const counter = new RequestCounter()
  for (const [group, version] of [
    ['a', 'bc'],
    ['ab', 'c'],
  ] as const)
    counter.count({ ...LABELS, group, version }, 200, 0.01)
  counter.count({ ...LABELS, group: 'a', version: 'bc' }, 200, 0.02)
  const counts = linesOf(counter, 'apiserver_request_total').map((line) => line.split(' ').at(-1))
  assert.deepEqual(counts.toSorted(), ['1', '2'])
  const [sum] = linesOf(counter, 'apiserver_request_duration_seconds_sum').filter((line) => line.includes('group="a"'))
  assert.ok(Math.abs(Number(sum?.split(' ').at(-1)) - 0.03) < 1e-9, sum)
})

test('what goes on is counted while it does, by its own labels and no others', () => {
  const counter = new RequestCounter()
  const ends = [counter.begin(LABELS), counter.begin(LABELS), counter.begin({ ...LABELS, resource: 'pods' })]
  ends[0]!()
  const line = (resource: string, count: number) =>
    `apiserver_longrunning_requests{component="apiserver",group="apps",resource="${resource}",scope="resource",subresource="status",verb="GET",version="v1"} ${count}`
  assert.deepEqual(linesOf(counter, 'apiserver_longrunning_requests').toSorted(), [
    line('deployments', 1),
    line('pods', 1),
  ])
})
