import type { Pod } from '#api/core/pod/message.ts'
import { podFqdn, podHostname } from './pod-hostname.ts'

/** The pod's /etc/hosts. A pod on the host's network has the host's own file, `hostFile`, and its aliases. */
export const hostsFile = (pod: Pod, addresses: readonly string[], clusterDomain: string, hostFile: string): string => {
  const name = pod.spec?.hostnameOverride || podHostname(pod)
  const fqdn = pod.spec?.hostnameOverride ? undefined : podFqdn(pod, clusterDomain)
  const names = fqdn === undefined ? name : `${fqdn}\t${name}`
  const lines = pod.spec?.hostNetwork
    ? ['# Kubernetes-managed hosts file (host network).', hostFile.trimEnd()]
    : [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        ...addresses.map((address) => `${address}\t${names}`),
      ]
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => [ip, ...hostnames].join('\t'))
  if (aliases.length > 0) lines.push('', '# Entries added by HostAliases.', ...aliases)
  return `${lines.join('\n')}\n`
}
