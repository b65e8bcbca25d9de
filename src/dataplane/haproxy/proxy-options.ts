/** What a pod's HAProxy is given beside the routing table. */
export interface ProxyOptions {
  /** Path of the Lua program, `lua/gateway.lua` with its parts beside it: files of the image. */
  readonly program: string
  readonly threads: number
  /** What the pod has addresses of: each has a socket of its own, so that clients' addresses are written as they are. */
  readonly families: readonly ('IPv4' | 'IPv6')[]
  /** Connections of clients at once; each may need two descriptors, and some more are needed. */
  readonly maxConnections: number
  /** Where `/metrics` and `/ready` are answered: `:9101`. */
  readonly metricsBind: string
  /** After a reload the old process serves its connections for so long. */
  readonly hardStopAfterMs: number
}
