import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { familiesOf } from '#net/per-family.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { hostLinkHasIpv6 } from '../machines/host-link.ts'

/** Programs and libraries that a cluster is made with, and the Debian package of each. */
const PROGRAMS = [
  ['runc', 'runc'],
  ['conmon', 'conmon'],
] as const
const LIBRARY = ['libnftables.so.1', 'libnftables1'] as const
const LIBRARY_FOLDERS = ['/usr/lib', '/lib', '/usr/lib64', '/usr/local/lib']

const onPath = (program: string, path: string): boolean =>
  path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))

const inLibraryFolders = (library: string): boolean =>
  LIBRARY_FOLDERS.some((folder) => {
    if (!existsSync(folder)) return false
    // Debian keeps libraries one folder deeper, by architecture.
    return (
      existsSync(join(folder, library)) ||
      readdirSync(folder, { withFileTypes: true }).some(
        (entry) =>
          entry.isDirectory() && entry.name.includes('-linux-') && existsSync(join(folder, entry.name, library)),
      )
    )
  })

/**
 * Whether our root is less than that of our mount namespace: it is no mount point, or another than that of process 1 in
 * the same namespace. (One that is a mount point, with a process 1 that is in it too, cannot be told apart.)
 */
export const isChroot = (proc = '/proc'): boolean => {
  const roots = readFileSync(join(proc, 'self/mountinfo'), 'latin1')
    .split('\n')
    .filter((line) => line.split(' ')[4] === '/')
  if (roots.length === 0) return true
  try {
    const namespaceOf = (who: string): string => readlinkSync(join(proc, who, 'ns/mnt'))
    if (namespaceOf('1') !== namespaceOf('self')) return false
    const [own, first] = ['self', '1'].map((who) => statSync(join(proc, who, 'root')))
    return own!.dev !== first!.dev || own!.ino !== first!.ino
  } catch {
    // Another user's process 1 is not ours to look at.
    return false
  }
}

/**
 * Throws ClusterError NOT_ROOT or MISSING_PACKAGES, which say what is needed and the command that brings it, or
 * IN_CHROOT: runc leads what is run in a container later, as by `kubectl exec`, to the root of the mount namespace,
 * past any chroot.
 */
export const checkPrerequisites = (options: {
  readonly uid: number
  readonly path: string
  readonly chroot: boolean
}): void => {
  if (options.uid !== 0)
    throw new ClusterError(
      'NOT_ROOT',
      'a cluster needs root: it makes network namespaces, nftables rules and containers',
      { hint: 'run it with sudo' },
    )
  if (options.chroot)
    throw new ClusterError('IN_CHROOT', 'a cluster cannot be in a chroot: kubectl exec would lead out of it', {
      hint: 'use a container or a virtual machine; systemd-nspawn takes the same folder',
    })
  const missing: string[] = PROGRAMS.filter(([program]) => !onPath(program, options.path)).map(([, name]) => name)
  if (!inLibraryFolders(LIBRARY[0])) missing.push(LIBRARY[1])
  if (missing.length > 0)
    throw new ClusterError('MISSING_PACKAGES', `not installed: ${missing.join(', ')}`, {
      hint: `apt-get install --no-install-recommends ${missing.join(' ')}`,
    })
}

/**
 * What a cluster of IPv6 alone asks of the machine, and one of both families does without: that new links have it (throws
 * ClusterError IPV6_MISSING), and with `--egress` that it forwards already (EGRESS_FAILED), since a machine that is made to
 * may lose its own way out.
 */
export const checkIpv6 = (
  config: Pick<ClusterConfig, 'nodeCidr' | 'clusterCidr' | 'egress' | 'host'>,
  machine: { readonly has: boolean; readonly forwards: boolean } = {
    has: hostLinkHasIpv6(config),
    forwards: readSysctl('ipv6/conf/all/forwarding') === '1',
  },
): void => {
  if (familiesOf(config.nodeCidr).includes('IPv4')) return
  if (machine.has && config.egress && !machine.forwards)
    throw new ClusterError(
      'EGRESS_FAILED',
      'a cluster of IPv6 alone with --egress, and this machine does not forward IPv6',
      {
        hint:
          'start without --egress; or sysctl net.ipv6.conf.all.forwarding=1, and where the machine has its default route by ' +
          'router advertisements accept_ra=2 of that link before',
      },
    )
  if (machine.has) return
  throw new ClusterError(
    'IPV6_MISSING',
    `a cluster of IPv6 alone (${config.clusterCidr}), and this machine has IPv6 off`,
    {
      hint: 'switch it on for new links: sysctl net.ipv6.conf.default.disable_ipv6=0; or give ranges of IPv4',
    },
  )
}

/** Descriptors that the agents need at the least: of their own, of each node (sockets, caches of the kernel), and of its pods. */
const OPEN_FILES = { own: 64, node: 32 } as const

/**
 * Throws ClusterError LIMIT_TOO_LOW where a process of a cluster of so many nodes could not open what it needs: `limits`
 * is the text of /proc/self/limits. Only the hard limit counts, since Node.js raises its own to that.
 */
export const checkOpenFiles = (nodes: number, limits = readFileSync('/proc/self/limits', 'latin1')): void => {
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1]
  const needed = OPEN_FILES.own + OPEN_FILES.node * nodes
  if (hard === undefined || Number(hard) >= needed) return
  throw new ClusterError(
    'LIMIT_TOO_LOW',
    `a process may have ${hard} files open, and ${nodes} ${nodes === 1 ? 'node needs' : 'nodes need'} ${needed}`,
    {
      hint: `raise the limit: ulimit -n ${Math.max(65536, needed)}`,
    },
  )
}
