import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { addressesOf, NODES } from '../../property/policy-plans.ts'
import { ip } from '../topology.ts'

/** So many pods a generated cluster has at most. */
const SLOTS = 9
const PREFIX = 'fl-policed-'
export const HERE = NODES[0]
const [NODE, OUTSIDE] = ['node', 'outside']
const OWN = ['172.30.0.1', 'fd00:30::1'] as const

/** By the namespace's name: what addresses it has. Everybody who is no pod of the node is outside. */
const PLACES = new Map<string, readonly string[]>([
  ...Array.from({ length: SLOTS }, (_, slot) => [`pod-${slot}`, addressesOf(slot, HERE)] as const),
  [
    OUTSIDE,
    [
      ...Array.from({ length: SLOTS }, (_, slot) => addressesOf(slot, NODES[1])).flat(),
      ...['172.30.0.2', 'fd00:30::2'],
      ...[0, 1, 2, 3, 4].flatMap((stranger) => [`192.0.2.${stranger}`, `2001:db8::${stranger}`]),
    ],
  ],
])

/** A node, its pods, and all others in one place beyond it: routed links, as pods have them. */
export class PolicedNetwork {
  readonly node = namespacePath(`${PREFIX}${NODE}`)
  /** By address, the path of the namespace that has it. */
  readonly paths = new Map<string, string>()

  static create(): PolicedNetwork {
    const network = new PolicedNetwork()
    try {
      network.#lay()
    } catch (error) {
      network.remove()
      throw error
    }
    return network
  }

  isOutside(address: string): boolean {
    return this.paths.get(address) === namespacePath(`${PREFIX}${OUTSIDE}`)
  }

  #lay(): void {
    for (const name of [NODE, ...PLACES.keys()]) {
      const path = createNetworkNamespace(`${PREFIX}${name}`)
      writeSysctls(path, [
        ...['all', 'default'].flatMap((device) => [
          [`ipv6/conf/${device}/accept_dad`, '0'] as const,
          [`ipv4/conf/${device}/rp_filter`, '0'] as const,
        ]),
        ['ipv6/conf/default/addr_gen_mode', '1'],
        ...(name === NODE
          ? ([
              ['ipv4/ip_forward', '1'],
              ['ipv6/conf/all/forwarding', '1'],
            ] as const)
          : []),
      ])
      for (const address of name === NODE ? OWN : (PLACES.get(name) ?? [])) this.paths.set(address, path)
    }
    ip(`${PREFIX}${NODE}`, [
      'link set lo up',
      ...OWN.map((address) => `address add ${host(address)} dev lo`),
      ...[...PLACES].flatMap(([name, addresses], index) => {
        const mac = `02:00:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`
        const routes = name === OUTSIDE ? ['default', '::/0'] : addresses.map(host)
        return [
          `link add v${index} address ${mac} type veth peer name eth0 address ${mac} netns ${PREFIX}${name}`,
          `link set v${index} arp off up`,
          ...routes.map((route) => `route add ${route} dev v${index}`),
        ]
      }),
    ])
    for (const [name, addresses] of PLACES)
      ip(`${PREFIX}${name}`, [
        'link set lo up',
        'link set eth0 arp off up',
        ...addresses.map((address) => `address add ${host(address)} dev eth0${address.includes(':') ? ' nodad' : ''}`),
        'route add default dev eth0',
        'route add ::/0 dev eth0',
      ])
  }

  remove(): void {
    for (const name of [NODE, ...PLACES.keys()]) deleteNamespace(namespacePath(`${PREFIX}${name}`))
  }
}

const host = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`
