import { deleteLink } from '#kernel/rtnetlink/link.ts'
import { BETWEEN_PROTOCOL, deleteRouteOf } from '#kernel/rtnetlink/route.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { readEntries } from './between-entries.ts'
import { type FormerSettings, unforwardPackets } from './packet-forwarding.ts'
import { foundVxlanLinks } from './vxlan-links.ts'

/**
 * Takes away what leads to other nodes' pods in the namespace at that path: routes and links of ours, with what lies over
 * them; settings are again what they were. Nothing there: nothing is done. Throws KernelError.
 */
export function removeBetween(namespace: string, settings: FormerSettings): void {
  using rtnetlink = Rtnetlink.open(namespace)
  for (const name of foundVxlanLinks(rtnetlink)) rtnetlink.apply([deleteLink(name)])
  const routes = [...readEntries(rtnetlink).values()].flatMap((entry) =>
    entry.kind === 'route' ? [deleteRouteOf(BETWEEN_PROTOCOL, entry.destination)] : [],
  )
  rtnetlink.apply(routes)
  unforwardPackets(namespace, settings)
}
