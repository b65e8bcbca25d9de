import { type NetworkPlan, type PlannedRoute, plannedFamilies } from './network-plan.ts'

/** What a network namespace holds, in the words of a plan. */
export interface FoundNetwork {
  readonly links: ReadonlyMap<string, FoundLink>
  /** Link name → addresses with their prefix length. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>
  /** `LINK ADDRESS` → MAC. */
  readonly neighbours: ReadonlyMap<string, string>
  /** By routeKey(). */
  readonly routes: ReadonlyMap<string, Omit<PlannedRoute, 'destination'>>
  /** `FAMILY MARK TABLE` */
  readonly rules: ReadonlySet<string>
  /** The settings of the plan; undefined where the kernel has none. */
  readonly sysctls: ReadonlyMap<string, string | undefined>
}

interface FoundLink {
  readonly up: boolean
  readonly mtu: number
  readonly master: string | undefined
}

/** `10.244.1.0/24`, and with another table than the main one `0.0.0.0/0 of table 1001`. */
export const routeKey = ({ destination, table }: Pick<PlannedRoute, 'destination' | 'table'>): string =>
  table === undefined ? destination : `${destination} of table ${table}`

/** What a plan asks for and the kernel does not have, in words; what is there beside the plan is none of ours. */
export const planDifferences = (plan: NetworkPlan, found: FoundNetwork): readonly string[] => [
  ...plan.sysctls.flatMap(([key, wanted]) => {
    const name = key.replace(/\?$/, '')
    const value = found.sysctls.get(name)
    return value === undefined || sameSetting(value, wanted) ? [] : [`${name} is ${value}, not ${wanted}`]
  }),
  ...plan.links.flatMap(({ name, addresses, mtu, master }) => {
    const link = found.links.get(name)
    if (link === undefined) return [`link ${name} is missing`]
    const there = found.addresses.get(name)
    return [
      ...(link.up ? [] : [`link ${name} is down`]),
      ...(mtu === undefined || link.mtu === mtu ? [] : [`link ${name} has MTU ${link.mtu}, not ${mtu}`]),
      ...(master === undefined || link.master === master ? [] : [`link ${name} is no port of ${master}`]),
      ...addresses.filter((address) => !there?.has(address)).map((address) => `address ${address} is missing`),
    ]
  }),
  ...plan.neighbours.flatMap(({ link, address, mac }) =>
    found.neighbours.get(`${link} ${address}`) === mac ? [] : [`neighbour ${address} is missing`],
  ),
  ...plan.routes.flatMap((route) => {
    const key = routeKey(route)
    const there = found.routes.get(key)
    if (there === undefined) return [`route ${key} is missing`]
    return wayOf(there) === wayOf(route) ? [] : [`route ${key} leads elsewhere`]
  }),
  ...(plan.rules ?? []).flatMap(({ mark, table }) =>
    plannedFamilies(plan)
      .filter((family) => !found.rules.has(`${family} ${mark} ${table}`))
      .map((family) => `${family} rule of mark ${mark} is missing`),
  ),
]

const sameSetting = (value: string, wanted: string): boolean => value.split(/\s+/).join(' ') === wanted

const wayOf = ({ nextHops, source }: Omit<PlannedRoute, 'destination'>): string =>
  JSON.stringify([source, ...nextHops.map(({ link, gateway }) => `${link} ${gateway}`).sort()])
