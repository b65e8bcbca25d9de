/** Names as DNS compares them: ASCII letters fold, nothing else does (RFC 4343). */
export const foldName = (name: string): string =>
  /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name

/** The labels of `name` below `zone`, outermost last; undefined where `name` lies outside. Both folded. */
export const labelsBelow = (name: string, zone: string): readonly string[] | undefined => {
  if (name === zone) return []
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1).split('.') : undefined
}

/**
 * `10.244.1.5` → `10-244-1-5`, `fd00::1` → `fd00--1`: how an address stands in a pod's or an endpoint's name. A label
 * cannot end in a hyphen, so `fd00::` is `fd00--0`.
 */
export const dashedAddress = (address: string): string => address.replace(/[.:]/g, '-').replace(/-$/, '-0')

/** The whole name of a Service: `web.shop.svc.cluster.local`. */
export const serviceHost = (namespace: string, name: string, domain: string): string =>
  `${name}.${namespace}.svc.${domain}`

/** By what a Service can be asked for in its own namespace, the shortest first: `web`, `web.shop`, and so on. */
export const serviceHosts = (namespace: string, name: string, domain: string): readonly string[] => [
  name,
  `${name}.${namespace}`,
  `${name}.${namespace}.svc`,
  serviceHost(namespace, name, domain),
]

const REVERSE = [
  {
    zone: 'in-addr.arpa',
    depth: 4,
    isLabel: (label: string) => /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256,
  },
  { zone: 'ip6.arpa', depth: 32, isLabel: (label: string) => /^[0-9a-f]$/.test(label) },
] as const

/** Whether a name lies where addresses lead back to names; `prefix`: it stands for many addresses, not for one. */
export const reverseKind = (name: string): 'address' | 'prefix' | 'invalid' | undefined => {
  for (const { zone, depth, isLabel } of REVERSE) {
    const labels = labelsBelow(name, zone)
    if (!labels) continue
    if (labels.length > depth || !labels.every(isLabel)) return 'invalid'
    return labels.length === depth ? 'address' : 'prefix'
  }
  return undefined
}

/** The address that a PTR name asks for, as bytes: `5.1.244.10.in-addr.arpa`, 32 nibbles under `ip6.arpa`. */
export const reverseAddress = (name: string): Uint8Array | undefined => {
  if (reverseKind(name) !== 'address') return undefined
  const v4 = labelsBelow(name, 'in-addr.arpa')
  if (v4) return Uint8Array.from(v4.map(Number).reverse())
  const nibbles = (labelsBelow(name, 'ip6.arpa') ?? []).map((label) => Number.parseInt(label, 16)).reverse()
  return Uint8Array.from({ length: 16 }, (_, index) => nibbles[2 * index]! * 16 + nibbles[2 * index + 1]!)
}
