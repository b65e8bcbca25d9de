import type { PodSpec } from '#api/core/pod/spec/spec.ts'

export interface DnsSettings {
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** The machine's own resolv.conf, for dnsPolicy Default. */
  readonly hostResolvConf: string
}

interface Resolver {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly string[]
}

const parse = (text: string): Resolver => {
  const nameservers: string[] = []
  let searches: string[] = []
  let options: string[] = []
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'nameserver' && rest[0] !== undefined) nameservers.push(rest[0])
    else if (word === 'search') searches = rest
    else if (word === 'options') options = [...options, ...rest]
  }
  return { nameservers, searches, options }
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

/** Options of `over` win over those of the same name before: `ndots:2` replaces `ndots:5`. */
const mergeOptions = (under: readonly string[], over: readonly string[]): readonly string[] => {
  const byName = new Map(under.map((option) => [option.split(':')[0], option]))
  for (const option of over) byName.set(option.split(':')[0], option)
  return [...byName.values()]
}

const base = (spec: PodSpec, namespace: string, settings: DnsSettings): Resolver => {
  const policy = spec.dnsPolicy ?? 'ClusterFirst'
  const host = parse(settings.hostResolvConf)
  // On the host's network the node's names come first: ClusterFirst means Default there, unless asked for by its own
  // name.
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true)
  if (policy === 'None') return { nameservers: [], searches: [], options: [] }
  if (!cluster) return host
  const domain = settings.clusterDomain
  return {
    nameservers: settings.clusterDns,
    searches: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host.searches.filter((name) => name !== '.')],
    options: ['ndots:5'],
  }
}

/** The pod's /etc/resolv.conf, by dnsPolicy and dnsConfig. */
export const resolvConf = (spec: PodSpec, namespace: string, settings: DnsSettings): string => {
  const from = base(spec, namespace, settings)
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {}
  const texts = options.map(({ name, value }) =>
    value === undefined || value === '' ? (name ?? '') : `${name}:${value}`,
  )
  const allSearches = unique([...from.searches, ...searches])
  const allOptions = mergeOptions(from.options, texts)
  return [
    ...(allSearches.length > 0 ? [`search ${allSearches.join(' ')}`] : []),
    ...unique([...from.nameservers, ...nameservers]).map((address) => `nameserver ${address}`),
    ...(allOptions.length > 0 ? [`options ${allOptions.join(' ')}`] : []),
    '',
  ].join('\n')
}
