import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import { podResolver } from '#names/pod-resolver.ts'
import { formatResolvConf } from '#names/resolv-conf.ts'
import { withContainerUmask } from '#runtime/container-umask.ts'
import type { KubeletContext } from '../context.ts'
import { hostsFile } from './hosts-file.ts'
import { kernelHostname } from './pod-hostname.ts'

const NAMES = ['hosts', 'hostname', 'resolv.conf'] as const

/** Where a pod's files of /etc lie: its containers may write to `hosts` and `resolv.conf`. */
export const etcFiles = (podDir: string): readonly string[] => NAMES.map((name) => join(podDir, name))

/**
 * Writes the files that every container of the pod sees in /etc: `hosts`, `hostname` and `resolv.conf` of the pod's
 * folder.
 */
export const writeEtcFiles = (
  context: Pick<KubeletContext, 'node' | 'dns' | 'hostsFile'>,
  pod: Pod,
  podDir: string,
  podIPs: readonly string[],
): void => {
  const { dns, node } = context
  const files: Readonly<Record<(typeof NAMES)[number], string>> = {
    hosts: hostsFile(pod, podIPs, dns.clusterDomain, context.hostsFile),
    hostname: `${kernelHostname(pod, node.name, dns.clusterDomain)}\n`,
    'resolv.conf': formatResolvConf(podResolver(pod.spec ?? {}, pod.metadata?.namespace ?? '', dns)),
  }
  withContainerUmask(() => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(podDir, name), text)
  })
}
