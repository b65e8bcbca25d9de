import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { SERVICE_CIDRS } from '../dataplane/services.ts'

/** The rules of Services, of which there are none: what a node has in any case, and by which connections are tracked. */
export const loadServiceRules = (path: string): void => {
  const kernel = { nftables: openNftables(path), conntrack: openConntrack(path) }
  const proxy = createServiceProxy({
    node: {
      name: 'node-0',
      zone: undefined,
      nodeAddresses: ['172.30.1.1', 'fd00:172:30:1::1'],
      podCidrs: ['10.244.0.0/16', 'fd00:10:244::/48'],
      serviceCidrs: SERVICE_CIDRS,
      ownPods: [{ cidr: '10.244.0.0/24', masqueradeAs: '172.30.1.1' }],
    },
    kernel,
  })
  proxy.flush()
  proxy.stop()
  kernel.nftables.close()
  kernel.conntrack.close()
}
