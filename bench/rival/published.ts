/** Figures of the real kube-proxy, which this bench cannot run. */
export const KUBE_PROXY = {
  source:
    'kube-proxy 1.36.3, nftables mode, against a real API server, measured once on the 2-core test machine: kernel 6.18, nft 1.0.6, three endpoints a Service',
  sizes: [
    { services: 1000, cold_s: 0.33, change_s: 0.2, peak_mb: 91 },
    { services: 10_000, cold_s: 16.4, change_s: 4.3, peak_mb: 341 },
  ],
} as const
