import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoutingTable } from '#routes/table/table.ts'
import { ruleCounters } from './rule-counters.ts'

const ruleOf = (name: string, index: number) => ({
  rule: { id: `HTTPRoute shop/${name} ${index}`, origin: { kind: 'HTTPRoute', namespace: 'shop', name }, index },
})
const entries = [ruleOf('web', 0), ruleOf('web', 1), ruleOf('api', 0)]
const table = { sites: [{ ports: [{ listeners: [{ entries }] }] }] } as unknown as RoutingTable

/** Name and index of each rule with code and count. */
const counted = (...lines: readonly string[]) =>
  Array.from(
    ruleCounters(lines.join('\n'), table).matchAll(
      /^fairlead_gateway_requests_total\{route_kind="HTTPRoute",route_namespace="shop",route_name="(.*)",rule="(\d)",code="(...)"\} (\d+)$/gm,
    ),
    ([, ...words]) => words.join(' '),
  )
const line = (where: string, rule: string, counts: string) =>
  `0x7f1c2a3b: key=${where};HTTPRoute\\ shop/${rule.replace(' ', '\\ ')} use=0 exp=0 shard=0 ${counts}`

test('answers of servers count by their class, those that have no server as faults', () => {
  const all = 'gpc0=2 gpc1=3 gpc2=10 http_err_cnt=4 http_fail_cnt=5'
  assert.deepEqual(counted('# table: rules, type: string', line('http-3', 'web 0', all)), [
    'web 0 2xx 2',
    'web 0 3xx 3',
    'web 0 4xx 4',
    'web 0 5xx 15',
  ])
})

test('a rule has one count of a class, however many slots it sends to, and with what is answered for it', () => {
  const found = counted(
    line('http-3', 'web 0', 'gpc0=2 gpc1=0 gpc2=0 http_err_cnt=0 http_fail_cnt=1'),
    line('http-4', 'web 0', 'gpc0=5 gpc1=0 gpc2=0 http_err_cnt=0 http_fail_cnt=0'),
    line('http-3', 'web 1', 'gpc0=1 gpc1=0 gpc2=0 http_err_cnt=0 http_fail_cnt=0'),
    line('3', 'web 1', 'gpc0=0 gpc1=0 gpc2=7 http_err_cnt=0 http_fail_cnt=0'),
    line('5', 'web 0', 'gpc0=0 gpc1=0 gpc2=9 http_err_cnt=0 http_fail_cnt=0'),
    line('http-3', 'api 0', 'gpc0=0 gpc1=0 gpc2=0 http_err_cnt=0 http_fail_cnt=0'),
  )
  assert.deepEqual(found, ['web 0 2xx 7', 'web 0 5xx 10', 'web 1 2xx 1', 'web 1 3xx 7'])
})

test('rules that are gone are not told, and what HAProxy does not say is none', () => {
  assert.deepEqual(counted(line('http-3', 'gone 0', 'gpc0=2'), '', line('http-3', 'api 0', 'gpc0=1 http_fail_cnt=1')), [
    'api 0 2xx 1',
    'api 0 5xx 1',
  ])
})
