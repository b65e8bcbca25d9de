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
