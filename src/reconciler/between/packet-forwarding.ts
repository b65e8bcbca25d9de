import { KernelError } from '#kernel/kernel-error.ts'
import { FORWARDING, readSysctl, writeForwarding } from '#kernel/namespaces/sysctl.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { EVERYWHERE } from '#net/per-family.ts'

/** linux/rtnetlink.h: routes that router advertisements have told of. */
const RTPROT_RA = 9

/** What settings were before we changed them, by their names; kept where it outlives us. */
export interface FormerSettings {
  read(): Readonly<Record<string, string>>
  write(former: Readonly<Record<string, string>>): void
}

/** Settings of the machine that keep packets from being passed on, in words. */
export const forwardingDifferences = (namespace: string, families: readonly IpFamily[]): readonly string[] =>
  families.flatMap((family) => {
    const value = readSysctl(FORWARDING[family], namespace)
    return value === undefined || value === '1' ? [] : [`${FORWARDING[family]} is ${value}, not 1`]
  })

/**
 * Has the machine pass packets of these families on; what was so before stays unwritten, the rest is noted first. Throws
 * KernelError FORWARDING_LOSES_ROUTE where the machine would lose its own way out by it: nothing is changed then.
 */
export function forwardPackets(
  rtnetlink: Rtnetlink,
  namespace: string,
  families: readonly IpFamily[],
  settings: FormerSettings,
): void {
  for (const family of families) {
    const name = FORWARDING[family]
    const value = readSysctl(name, namespace)
    if (value === undefined || value === '1') continue
    if (family === 'IPv6') mustKeepWayOut(rtnetlink, namespace)
    const former = settings.read()
    if (former[name] === undefined) settings.write({ ...former, [name]: value })
    writeForwarding(namespace, family, '1')
  }
}

/** Undoes it, where nobody has written anything else since. */
export function unforwardPackets(namespace: string, settings: FormerSettings): void {
  const former = settings.read()
  for (const family of ['IPv4', 'IPv6'] as const) {
    const before = former[FORWARDING[family]]
    if (before !== undefined && readSysctl(FORWARDING[family], namespace) === '1')
      writeForwarding(namespace, family, before)
  }
  settings.write({})
}

/** A machine that passes packets on takes no default route from advertisements, unless it is told to all the same. */
function mustKeepWayOut(rtnetlink: Rtnetlink, namespace: string): void {
  const links = new Map(rtnetlink.links().map(({ index, name }) => [index, name]))
  const told = rtnetlink.routesOf(RTPROT_RA).filter(({ destination }) => destination === EVERYWHERE.IPv6)
  for (const { nextHops } of told)
    for (const { link } of nextHops) {
      const name = links.get(link ?? 0) ?? ''
      if (readSysctl(`ipv6/conf/${name}/accept_ra`, namespace) === '2') continue
      throw new KernelError('FORWARDING_LOSES_ROUTE', {
        operation: 'write',
        object: FORWARDING.IPv6,
        message: `the machine has its default route of IPv6 from router advertisements on ${name}, which it would lose; sysctl -w net.ipv6.conf.${name}.accept_ra=2, for good in /etc/sysctl.d`,
      })
    }
}
