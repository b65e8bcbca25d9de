import type { PodsMode } from '#names/settings/zone-settings.ts'

/** DNS of a node of a cluster that is not ours. All of it may be left out; what is given goes before the Corefile. */
export interface NodeDnsOptions {
  /** The Service whose addresses are answered on the node, `kube-system/kube-dns`. */
  readonly service?: string
  /** Where the node's server listens, on the node's own addresses: 10053; 53 where policies are kept here. */
  readonly port?: number
  /** ConfigMap with the Corefile that CoreDNS has, `kube-system/coredns`; none: no Corefile is read. */
  readonly corefile?: string
  /** The file with the nameservers of the machine, `/etc/resolv.conf`. */
  readonly resolvConf?: string
  /** Nameservers in place of the machine's: `192.0.2.1`, `[2001:db8::1]:5353`. */
  readonly servers?: readonly string[]
  readonly stubDomains?: Readonly<Record<string, readonly string[]>>
  readonly policy?: 'random' | 'round_robin' | 'sequential'
  /** Seconds: no answer from outside is kept for longer. 30. */
  readonly maxTtl?: number
  readonly cacheBytes?: number
  /** Seconds that an answer still serves behind its time, while no upstream answers. 0. */
  readonly serveStaleSeconds?: number
  readonly pods?: PodsMode
  /** Of the cluster's records, seconds. */
  readonly ttl?: number
}
