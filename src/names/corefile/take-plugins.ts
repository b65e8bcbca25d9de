import { canonicalAddress, tryParseAddress } from '#net/ip-address.ts'
import { foldName, labelsBelow } from '../dns-name.ts'
import { PODS_MODES, type PodsMode } from '../settings/zone-settings.ts'
import type { Directive } from './corefile.ts'
import type { Leave, TakenCorefile } from './taken-corefile.ts'
import { isServer } from './zone-key.ts'

const isReverse = (zone: string): boolean =>
  ['in-addr.arpa', 'ip6.arpa'].some((root) => labelsBelow(foldName(zone.replace(/\.$/, '')), root) !== undefined)
const bare = (zone: string): string => foldName(zone.replace(/\.$/, ''))

/** `30`, `90s`, `1h30m`: seconds, as Go reads a duration; undefined where it is none. */
const secondsOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  if (!/^(\d+(h|ms|m|s))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+)(h|ms|m|s)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
}

/** Names of pods and how long answers hold. */
export const takeKubernetes = ({ args, body, line }: Directive, taken: TakenCorefile, leave: Leave): void => {
  const [domain, ...others] = args.map(bare).filter((zone) => !isReverse(zone))
  if (domain !== undefined) taken.domain = domain
  for (const other of others) leave(line, `kubernetes: ${other}: the cluster has one domain here, ${domain}`)
  // CoreDNS's own, where it is not told.
  taken.pods = 'disabled'
  for (const { name, args: given, line: at } of body)
    switch (name) {
      case 'pods':
        if (PODS_MODES.includes(given[0] as PodsMode)) taken.pods = given[0] as PodsMode
        else leave(at, `pods ${given[0] ?? ''}: modes are ${PODS_MODES.join(', ')}`)
        break
      case 'ttl':
        taken.ttl = Number(given[0])
        break
      case 'fallthrough':
        if (given.length === 0 || !given.every(isReverse))
          leave(
            at,
            `fallthrough ${given.join(' ')}: names of the cluster's domain are never forwarded; reverse names of others are`,
          )
        break
      default:
        leave(at, `kubernetes: ${name}: the zone is that of the whole cluster, as the agent reads it`)
    }
}

/** Of properties of `forward` what changes how, and not whom. */
const TUNING: Readonly<Record<string, string>> = {
  max_fails: 'a server that fails twice in a row is left out, for 1 s at first and 30 s at most',
  expire: 'no connection is kept',
  health_check: 'a server is known by how it answers questions',
  prefer_udp: '',
}

export const takeForward = ({ args, body, line }: Directive, taken: TakenCorefile, leave: Leave): void => {
  const [from = '.', ...to] = args
  const zone = bare(from)
  const servers = to.filter(isServer)
  const files = to.filter((text) => text.startsWith('/'))
  for (const text of to)
    if (!servers.includes(text) && !files.includes(text))
      leave(line, `forward ${from} ${text}: it is no address of a nameserver for plain DNS`)
  if (zone !== '') {
    if (servers.length > 0) taken.stubDomains[zone] = servers
    for (const file of files) leave(line, `forward ${from} ${file}: nameservers of a file are asked for all names`)
  } else {
    if (servers.length > 0) taken.servers = servers
    if (files[0] !== undefined) taken.resolvConf = files[0]
    if (servers.length > 0 && files.length > 0)
      leave(line, `forward . ${files.join(' ')}: the addresses beside it are asked, and not the file's`)
  }
  for (const { name, args: given, line: at } of body)
    switch (name) {
      case 'policy':
        if (given[0] === 'random' || given[0] === 'round_robin' || given[0] === 'sequential') taken.policy = given[0]
        else leave(at, `policy ${given[0] ?? ''}: it is random, round_robin or sequential`)
        break
      case 'max_concurrent':
        taken.maxConcurrent = Number(given[0])
        break
      case 'prefer_udp':
        break
      default:
        leave(at, `forward: ${name}: ${TUNING[name] ?? 'it is not there'}`)
    }
}

export const takeCache = ({ args, body }: Directive, taken: TakenCorefile, leave: Leave): void => {
  const cache: NonNullable<TakenCorefile['cache']> = {}
  const ttl = secondsOf(args[0])
  // CoreDNS's own, where it is not told.
  cache.maxTtl = ttl ?? 3600
  cache.maxDenialTtl = ttl ?? 1800
  taken.cache = cache
  for (const { name, args: given, line } of body)
    switch (name) {
      case 'success':
      case 'denial': {
        const most = secondsOf(given[1])
        if (most !== undefined && name === 'success') cache.maxTtl = most
        if (most !== undefined && name === 'denial') cache.maxDenialTtl = most
        if (given[0] !== undefined)
          leave(line, `cache: ${name} ${given[0]}: what is kept is bound in octets (cacheBytes)`)
        if (given[2] !== undefined) leave(line, `cache: ${name}: no answer is kept for longer than its TTL says`)
        break
      }
      case 'prefetch':
        cache.prefetchHits = Math.max(1, Number(given[0] ?? 1))
        if (given.length > 1) leave(line, 'cache: prefetch: it is in the last tenth of the time, whatever came before')
        break
      case 'serve_stale':
        cache.staleSeconds = secondsOf(given[0]) ?? 3600
        break
      case 'disable':
        // The cluster's own names are not kept anyway: they are known.
        if (given.length < 2 || given.slice(1).some((zone) => bare(zone) !== (taken.domain ?? 'cluster.local')))
          leave(line, `cache: disable ${given.join(' ')}: what is forwarded is kept, whatever its name`)
        break
      default:
        leave(line, `cache: ${name}: it is not there`)
    }
}

export const takeHosts = (
  { args, body, line }: Directive,
  taken: TakenCorefile,
  leave: Leave,
  files: Readonly<Record<string, string>>,
): void => {
  const add = (address: string, names: readonly string[], at: number): void => {
    if (tryParseAddress(address) === undefined) leave(at, `hosts: ${address}: it is not there`)
    else if (names.length > 0) taken.hosts.push({ address: canonicalAddress(address), names: names.map(bare) })
  }
  taken.hostsTtl = 3600
  const [file] = args
  if (file?.startsWith('/')) {
    const text = files[file.slice(file.lastIndexOf('/') + 1)]
    if (text === undefined) leave(line, `hosts ${file}: a file in a container of CoreDNS cannot be read from here`)
    for (const entry of (text ?? '').split('\n')) {
      const [address, ...names] = entry.replace(/#.*/, '').trim().split(/\s+/)
      if (address !== undefined && tryParseAddress(address) !== undefined) add(address, names, line)
    }
  }
  for (const { name, args: given, line: at } of body) {
    if (name === 'ttl') taken.hostsTtl = Number(given[0])
    else if (name !== 'fallthrough' && name !== 'reload') add(name, given, at)
  }
}
