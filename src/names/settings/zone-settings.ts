/**
 * Which names of pods there are, as CoreDNS's plugin `kubernetes` calls it. `verified`: those of pods that have the
 * address; `insecure`: of any address, in namespaces that there are; `disabled`: none.
 */
export const PODS_MODES = ['verified', 'insecure', 'disabled'] as const
export type PodsMode = (typeof PODS_MODES)[number]

/** What of a zone somebody may set. */
export interface ZoneSettings {
  /** Of the zone's own name server, `ns.dns.DOMAIN`. */
  readonly dnsAddresses: readonly string[]
  /** Of every record, seconds. */
  readonly ttl: number
  readonly pods: PodsMode
  /** CIDRs whose reverse names are the zone's, also where nobody has them. */
  readonly ranges: readonly string[]
}

/** Short, because endpoints come and go; CoreDNS ships the same. */
export const ZONE_SETTINGS: ZoneSettings = { dnsAddresses: [], ttl: 5, pods: 'verified', ranges: [] }
