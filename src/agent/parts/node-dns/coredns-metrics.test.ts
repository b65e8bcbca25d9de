import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DnsCounts } from '#dns/dns-counts.ts'
import { Rcode, RecordType } from '#names/record.ts'
import type { NameServer } from '../../sources/sources.ts'
import { corednsMetrics } from './coredns-metrics.ts'

test('what is counted stands under CoreDNS’s names, with its labels', () => {
  const counts = new DnsCounts()
  const outside = { servers: ['192.0.2.1'], stubDomains: { 'corp.example': ['[2001:db8::1]:5353'] } }
  const server = { counts: () => counts, beside: { outside, hosts: [], hostsTtl: 0 } } as unknown as NameServer
  counts.request(RecordType.A, 0)
  counts.request(RecordType.A, 0)
  counts.request(RecordType.AAAA, 3)
  counts.request(99, 1)
  counts.request(65_000, 1)
  counts.response(0, Rcode.NOERROR)
  counts.response(1, Rcode.NXDOMAIN)
  counts.response(2, 9)
  counts.instant()
  counts.duration(0.0003)
  counts.duration(100)
  counts.cache('hitsDenial', 3)
  counts.setCache('entriesSuccess', 7)
  counts.cache('stale')
  counts.upstream(1, Rcode.SERVFAIL, 0.5)
  counts.upstream(1, 9, 0.5)
  counts.upstreamFailed(0)
  counts.programmedAfter(0.0015)
  const lines = corednsMetrics(server).render().split('\n')
  const zone = 'server="dns://:53",zone=".",view=""'
  const cache = 'server="dns://:53",zones=".",view=""'
  for (const line of [
    `coredns_dns_requests_total{${zone},proto="udp",family="1",type="A"} 2`,
    `coredns_dns_requests_total{${zone},proto="tcp",family="2",type="AAAA"} 1`,
    `coredns_dns_requests_total{${zone},proto="udp",family="2",type="other"} 2`,
    `coredns_dns_responses_total{${zone},plugin="kubernetes",rcode="NOERROR"} 1`,
    `coredns_dns_responses_total{${zone},plugin="forward",rcode="NXDOMAIN"} 1`,
    `coredns_dns_responses_total{${zone},plugin="cache",rcode="9"} 1`,
    `coredns_dns_request_duration_seconds_bucket{${zone},le="0.00025"} 1`,
    `coredns_dns_request_duration_seconds_bucket{${zone},le="0.0005"} 2`,
    `coredns_dns_request_duration_seconds_bucket{${zone},le="8.192"} 2`,
    `coredns_dns_request_duration_seconds_bucket{${zone},le="+Inf"} 3`,
    `coredns_dns_request_duration_seconds_count{${zone}} 3`,
    `coredns_cache_entries{${cache},type="success"} 7`,
    `coredns_cache_hits_total{${cache},type="denial"} 3`,
    `coredns_cache_served_stale_total{${cache}} 1`,
    'coredns_forward_max_concurrent_rejects_total 0',
    'coredns_proxy_request_duration_seconds_count{proxy_name="forward",to="[2001:db8::1]:5353",rcode="SERVFAIL"} 1',
    'coredns_proxy_request_duration_seconds_sum{proxy_name="forward",to="[2001:db8::1]:5353",rcode="other"} 0.5',
    'coredns_proxy_healthcheck_failures_total{proxy_name="forward",to="192.0.2.1:53"} 1',
    'coredns_kubernetes_dns_programming_duration_seconds_bucket{service_kind="headless_with_selector",le="0.002"} 1',
  ])
    assert.ok(lines.includes(line), line)
  counts.forgetUpstreams()
  assert.doesNotMatch(corednsMetrics(server).render(), /proxy_request_duration_seconds_count/)
})

test('counts of threads are added number by number', () => {
  const all = new DnsCounts()
  for (const rcode of [Rcode.NOERROR, Rcode.NOERROR, Rcode.BADVERS]) {
    const one = new DnsCounts()
    one.response(0, rcode)
    all.add(one)
  }
  assert.deepEqual(
    [...all.byRcode()],
    [
      ['NOERROR', 2],
      ['BADVERS', 1],
    ],
  )
})
