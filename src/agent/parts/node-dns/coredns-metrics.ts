import { DURATIONS, PROGRAMMED } from '#dns/dns-counts.ts'
import { upstreamSlots } from '#dns/forward/outside.ts'
import { type Reading, Registry } from '#metrics/registry.ts'
import type { NameServer } from '../../sources/sources.ts'

/** As CoreDNS labels what one server block for all zones does. */
const SERVER = { server: 'dns://:53' } as const
const ZONE = { ...SERVER, zone: '.', view: '' } as const
const CACHE = { ...SERVER, zones: '.', view: '' } as const
const PROXY = 'forward'

/** What the node's DNS counts, under the names that CoreDNS has for it. */
export const corednsMetrics = (server: NameServer): Registry => {
  const metrics = new Registry()
  const counter = (name: string, help: string, read: () => Reading): void =>
    metrics.read('counter', { name: `coredns_${name}`, help }, read)
  const slots = () => upstreamSlots(server.beside.outside ?? { servers: [] })

  counter('dns_requests_total', 'DNS queries that came, by transport, family (1: IPv4, 2: IPv6) and type.', () =>
    [...server.counts().requests()].map(({ value, ...labels }) => ({ labels: { ...ZONE, ...labels }, value })),
  )
  counter('dns_responses_total', 'DNS answers, by rcode and by what they were made from.', () =>
    [...server.counts().responses()].map(({ value, ...labels }) => ({ labels: { ...ZONE, ...labels }, value })),
  )
  metrics.readHistogram(
    {
      name: 'coredns_dns_request_duration_seconds',
      help: 'Time from a query to its answer; those that lie ready are in the lowest bucket, and no clock is read for them.',
    },
    DURATIONS,
    () => [{ labels: ZONE, ...server.counts().durations() }],
  )
  metrics.read('gauge', { name: 'coredns_cache_entries', help: 'Answers of upstreams that are kept.' }, () => [
    { labels: { ...CACHE, type: 'success' }, value: server.counts().cached('entriesSuccess') },
    { labels: { ...CACHE, type: 'denial' }, value: server.counts().cached('entriesDenial') },
  ])
  counter('cache_hits_total', 'Questions for names outside that were answered from the cache.', () => [
    { labels: { ...CACHE, type: 'success' }, value: server.counts().cached('hitsSuccess') },
    { labels: { ...CACHE, type: 'denial' }, value: server.counts().cached('hitsDenial') },
  ])
  const one = (name: string, help: string, what: Parameters<ReturnType<NameServer['counts']>['cached']>[0]): void =>
    counter(name, help, () => [{ labels: CACHE, value: server.counts().cached(what) }])
  one('cache_misses_total', 'Questions for names outside that the cache had no answer to.', 'misses')
  one('cache_prefetch_total', 'Answers that were asked for again before they ended.', 'prefetched')
  one('cache_served_stale_total', 'Questions answered by what was behind its time, as no upstream answered.', 'stale')
  one('cache_evictions_total', 'Answers that made room for others.', 'evictions')
  counter(
    'forward_max_concurrent_rejects_total',
    'Questions that were not forwarded, as too many were under way.',
    () => server.counts().cached('rejected'),
  )
  metrics.readHistogram(
    { name: 'coredns_proxy_request_duration_seconds', help: 'Time that an upstream took to answer, by its rcode.' },
    DURATIONS,
    () =>
      slots().flatMap(({ server: to }, slot) =>
        [...server.counts().upstreams(slot)].map(({ rcode, ...timed }) => ({
          labels: { proxy_name: PROXY, to, rcode },
          ...timed,
        })),
      ),
  )
  counter('proxy_healthcheck_failures_total', 'Questions that an upstream left without an answer.', () =>
    slots().map(({ server: to }, slot) => ({
      labels: { proxy_name: PROXY, to },
      value: server.counts().failures(slot),
    })),
  )
  metrics.readHistogram(
    {
      name: 'coredns_kubernetes_dns_programming_duration_seconds',
      help: 'Time from a change of endpoints of a headless Service until its names lead there.',
    },
    PROGRAMMED,
    () => [{ labels: { service_kind: 'headless_with_selector' }, ...server.counts().programmed() }],
  )
  return metrics
}
