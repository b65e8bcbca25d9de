import { execFileSync } from 'node:child_process'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'

const SWITCH = 'fl-l2-switch'
const HOSTS = ['n1', 'n2', 'n3', 'client'] as const
export type Host = (typeof HOSTS)[number]

const ip = (namespace: string, lines: readonly string[]): void => {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], { input: lines.join('\n') })
}
const nameOf = (host: Host): string => `fl-l2-${host}`

export const pathOf = (host: Host): string => namespacePath(nameOf(host))
export const macOf = (host: Host): string => `02:00:00:00:02:0${HOSTS.indexOf(host) + 1}`

/** Three nodes and a client at one switch, of both families; links to pods hang on the nodes. */
export class L2Network {
  lay(): void {
    createNetworkNamespace(SWITCH)
    ip(SWITCH, ['link add lan type bridge', 'link set lan up'])
    for (const host of HOSTS) {
      createNetworkNamespace(nameOf(host))
      writeSysctls(pathOf(host), [
        ['ipv6/conf/all/accept_dad', '0'],
        ['ipv6/conf/default/accept_dad', '0'],
        ['ipv4/ip_forward', '1'],
      ])
      const number = HOSTS.indexOf(host) + 1
      ip(SWITCH, [
        `link add ${host} type veth peer name eth0 address ${macOf(host)} netns ${nameOf(host)}`,
        `link set ${host} master lan up`,
      ])
      ip(nameOf(host), [
        'link set lo up',
        'link set eth0 up',
        `address add 192.0.2.${number}/24 dev eth0`,
        `address add 2001:db8::${number}/64 dev eth0 nodad`,
        'link add pod0 type veth peer name pod1',
        'link set pod0 up',
        'link set pod1 up',
        `address add 10.1.${number}.1/32 dev pod0`,
      ])
    }
  }

  /** As a host whose power is cut: nothing comes from it any more, and nobody tells. */
  cut(host: Host): void {
    ip(SWITCH, [`link set ${host} down`])
  }

  plugIn(host: Host): void {
    ip(SWITCH, [`link set ${host} up`])
  }

  /** A link of a host goes, and comes again. */
  bounce(host: Host): void {
    ip(nameOf(host), ['link set eth0 down'])
    ip(nameOf(host), ['link set eth0 up'])
    const number = HOSTS.indexOf(host) + 1
    ip(nameOf(host), [`address replace 2001:db8::${number}/64 dev eth0 nodad`])
  }

  /** Whom the client takes for an address. */
  macAtClient(address: string): string | undefined {
    using netlink = Rtnetlink.open(pathOf('client'))
    return netlink.neighbours().find((one) => one.address === address)?.mac
  }

  /** The client forgets all that it has learnt. */
  forget(): void {
    ip(nameOf('client'), ['neigh flush dev eth0'])
  }

  remove(): void {
    for (const host of HOSTS) deleteNamespace(pathOf(host))
    deleteNamespace(namespacePath(SWITCH))
  }
}
