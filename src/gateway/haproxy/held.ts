import { entriesOf } from '#dataplane/haproxy/proxy-map.ts'
import type { CertificateListLine, PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'

/** A server as a worker has it. */
export interface HeldServer {
  readonly address: string
  readonly port: number
  /** `leaving`: it takes nothing new, and is deleted when its last connection has ended. */
  state: PlannedServer['state'] | 'leaving'
  /** Undefined where nobody knows them any more. */
  readonly parameters: string | undefined
}

/** By their names. */
export type HeldServers = Map<string, HeldServer>

/** What a worker has in memory, as far as we know: after each answer of its own. */
export interface Held {
  /** What its configuration is known by; '' where it is none of ours. */
  readonly config: string
  readonly maps: Map<string, Map<string, string>>
  /** Keys of files, and their PEM; undefined: another than the file's. */
  readonly certificates: Map<string, string | undefined>
  readonly certificateLists: Map<string, readonly CertificateListLine[]>
  readonly authorities: Map<string, string | undefined>
  /** By slot. */
  readonly servers: Map<string, HeldServers>
}

/** What a worker has that has read all files of a plan. */
export const heldFromFiles = (
  config: string,
  plan: ProxyPlan,
  servers: ReadonlyMap<string, readonly PlannedServer[]>,
): Held => ({
  config,
  maps: new Map([...plan.maps].map(([name, map]) => [name, new Map(entriesOf(map))])),
  certificates: new Map(plan.certificates),
  certificateLists: new Map(plan.certificateLists),
  authorities: new Map(plan.authorities),
  servers: new Map(
    [...servers].map(([slot, all]) => [slot, new Map(all.map(({ name, ...server }) => [name, { ...server }]))]),
  ),
})

/** Whether two lines of a list of certificates are one. */
export const isSameLine = (one: CertificateListLine, other: CertificateListLine): boolean =>
  one.certificate === other.certificate && one.names.join(' ') === other.names.join(' ')
