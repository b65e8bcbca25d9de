import type { Service } from '#api/core/service/message.ts'
import { PART_OF } from './installation.ts'

export const DNS_SERVICE = 'kube-dns'

/**
 * The Service by whose address pods ask for names, where a cluster has none: nodes answer for it, so that it selects no pod.
 * Name, labels and ports are those of CoreDNS's manifest, which people and programs look for.
 */
export const dnsService = (addresses: readonly string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: DNS_SERVICE,
    namespace: 'kube-system',
    labels: {
      ...PART_OF,
      'k8s-app': 'kube-dns',
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': 'CoreDNS',
    },
  },
  spec: {
    clusterIP: addresses[0]!,
    clusterIPs: addresses,
    ipFamilyPolicy: addresses.length > 1 ? 'RequireDualStack' : 'SingleStack',
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
})
