/** What a pod's HAProxy is given beside the routing table. */
export interface ProxyOptions {
  /** Where files and sockets are: `/run/gateway`. Maps are in `maps/`, and so on, by their names in the plan. */
  readonly folder: string
  /** The Lua program, a file of the image. */
  readonly program: string
  readonly threads: number
  /** Connections of clients at once; each may need two descriptors, and some more are needed. */
  readonly maxConnections: number
  /** Where `/metrics` and `/healthz` are answered: `:9101`. */
  readonly metricsBind: string
  /** A line of JSON on standard output for each request. */
  readonly accessLog: boolean
  /** Ranges of those whose `X-Forwarded-…` is believed. */
  readonly trusted: readonly string[]
  /** After a reload the old process serves its connections for so long. */
  readonly hardStopAfterMs: number
}

/** Where a plan's maps, certificates, lists of them, and authorities are. */
export const mapFile = (options: ProxyOptions, name: string) => `${options.folder}/maps/${name}`
export const certificateFile = (options: ProxyOptions, name: string) => `${options.folder}/certificates/${name}`
export const certificateListFile = (options: ProxyOptions, name: string) => `${options.folder}/lists/${name}`
export const authorityFile = (options: ProxyOptions, name: string) => `${options.folder}/authorities/${name}`
