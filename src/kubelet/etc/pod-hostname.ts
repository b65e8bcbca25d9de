import type { Pod } from '#api/core/pod/message.ts'
import { serviceHost } from '#names/dns-name.ts'

// HOST_NAME_MAX of Linux is 64 with the final zero.
const LONGEST = 63

/** The pod's short name: `spec.hostname`, else its own name cut to 63 characters. */
export const podHostname = (pod: Pod): string => {
  const name = pod.spec?.hostname || pod.metadata?.name || ''
  return name.length <= LONGEST ? name : name.slice(0, LONGEST).replace(/[-.]+$/, '')
}

/** `web-0.web.default.svc.cluster.local`, where the pod has a subdomain. */
export const podFqdn = (pod: Pod, clusterDomain: string): string | undefined =>
  pod.spec?.subdomain
    ? `${podHostname(pod)}.${serviceHost(pod.metadata?.namespace ?? '', pod.spec.subdomain, clusterDomain)}`
    : undefined

/** What the kernel of the pod answers to `hostname`. */
export const kernelHostname = (pod: Pod, nodeName: string, clusterDomain: string): string => {
  if (pod.spec?.hostnameOverride) return pod.spec.hostnameOverride
  if (pod.spec?.hostNetwork) return nodeName
  return (pod.spec?.setHostnameAsFQDN ? podFqdn(pod, clusterDomain) : undefined) ?? podHostname(pod)
}
