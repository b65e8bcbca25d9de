import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { type InterfaceAddress, newAddress } from '#kernel/rtnetlink/address.ts'
import { changeLink, deleteLink, type Link } from '#kernel/rtnetlink/link.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { newVxlan, readVxlan } from '#kernel/rtnetlink/vxlan.ts'
import type { VxlanLink } from '#podnetwork/between/entries.ts'
import { VXLAN_LINKS } from '#podnetwork/between/vxlan.ts'

const NAMES = Object.values(VXLAN_LINKS)

/** What tells whoever meets such a link whose it is. */
const ALIAS = 'Fairlead: pods of other nodes'

/** No address but ours, none waited for, none learnt: nobody speaks on it but by what is written down. */
const settingsOf = (name: string): readonly (readonly [string, string])[] => [
  [`ipv6/conf/${name}/disable_ipv6?`, '0'],
  [`ipv6/conf/${name}/addr_gen_mode?`, '1'],
  [`ipv6/conf/${name}/accept_dad?`, '0'],
  [`ipv6/conf/${name}/accept_ra?`, '0'],
  [`ipv6/conf/${name}/accept_redirects?`, '0'],
]

interface Found {
  readonly links: readonly Link[]
  readonly addresses: readonly InterfaceAddress[]
}

const addressesOf = ({ index }: Pick<Link, 'index'>, { addresses }: Found): readonly string[] =>
  addresses.filter(({ link }) => link === index).map(({ address }) => address)

/** Whether a link is what it can only be made as, without an address that we do not know. */
function isAsMade(found: Link, wanted: VxlanLink, there: readonly string[]): boolean {
  const made = readVxlan(found)
  const { id, port, local } = wanted
  return (
    made !== undefined &&
    made.id === id &&
    made.port === port &&
    made.local === local &&
    there.every((address) => wanted.addresses.includes(address))
  )
}

/** What differs from these links, in words. */
export function vxlanDifferences(wanted: readonly VxlanLink[], found: Found): readonly string[] {
  const stray = found.links.filter(({ name }) => NAMES.includes(name) && !wanted.some((one) => one.name === name))
  return [
    ...stray.map(({ name }) => `link ${name} is not wanted`),
    ...wanted.flatMap((one) => {
      const link = found.links.find(({ name }) => name === one.name)
      if (link === undefined) return [`link ${one.name} is missing`]
      const there = addressesOf(link, found)
      if (!isAsMade(link, one, there)) return [`link ${one.name} is another`]
      return [
        ...(link.up ? [] : [`link ${one.name} is down`]),
        ...(link.mtu === one.mtu ? [] : [`link ${one.name} has MTU ${link.mtu}, not ${one.mtu}`]),
        ...(link.mac === one.mac ? [] : [`link ${one.name} has MAC ${link.mac}, not ${one.mac}`]),
        ...one.addresses
          .filter((address) => !there.includes(address))
          .map((address) => `address ${address} is missing`),
      ]
    }),
  ]
}

/**
 * Makes these links of ours what they shall be, and takes away those that are not among them. What was laid over a link that
 * had to be made anew is gone with it. Throws KernelError.
 */
export function layVxlanLinks(rtnetlink: Rtnetlink, namespace: string, wanted: readonly VxlanLink[]): void {
  const found = { links: rtnetlink.links(), addresses: rtnetlink.addresses() }
  if (vxlanDifferences(wanted, found).length === 0) return
  for (const name of NAMES) {
    const there = found.links.find((link) => link.name === name)
    const one = wanted.find((link) => link.name === name)
    const stays = there !== undefined && one !== undefined && isAsMade(there, one, addressesOf(there, found))
    if (there !== undefined && !stays) rtnetlink.apply([deleteLink(name)])
    if (one === undefined) continue
    const { mtu, mac } = one
    if (!stays) rtnetlink.apply([newVxlan({ name, mtu, mac }, one)])
    writeSysctls(namespace, settingsOf(name))
    const index = rtnetlink.linkIndex(name)
    const has = stays ? addressesOf(there, found) : []
    const missing = one.addresses.filter((address) => !has.includes(address))
    rtnetlink.apply([
      changeLink(index, { up: true, mtu, mac, alias: ALIAS }),
      ...missing.map((address) => newAddress(index, address)),
    ])
  }
}

/** Those that are there, by name. */
export const foundVxlanLinks = (rtnetlink: Rtnetlink): readonly string[] =>
  NAMES.filter((name) => rtnetlink.link(name) !== undefined)
