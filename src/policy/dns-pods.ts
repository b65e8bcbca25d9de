import type { Served } from './peer.ts'
import { portsOf, union } from './traffic.ts'

/** The pods of the cluster's DNS as people's policies know them, wherever it runs: labels and ports as CoreDNS's have them. */
export const DNS_PODS = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  traffic: union(portsOf('UDP', 53, 53), portsOf('TCP', 53, 53)),
  ports: [
    { name: 'dns', protocol: 'UDP', port: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53 },
  ],
} as const satisfies Served
