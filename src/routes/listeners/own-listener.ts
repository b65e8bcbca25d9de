import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { FoundAuthorities, FoundCertificate } from '../references/certificates.ts'
import type { Origin } from '../table/origin.ts'
import type { ClientValidation } from '../table/table.ts'
import type { Fault } from '../values/fault.ts'

/** A listener of a Gateway or of a ListenerSet, read and checked. */
export interface OwnListener {
  readonly owner: Origin & { readonly namespace: string }
  readonly spec: Listener
  /** In lower case, '' for all. */
  readonly hostname: string
  /** Kinds of the routes that it takes. */
  readonly kinds: readonly string[]
  /** Why it is not accepted. */
  readonly refused?: Fault
  /** Which of its references leads nowhere. */
  readonly unresolved?: Fault
  /** With which others it cannot stand. */
  readonly conflict?: Fault
  /** Others at its port whose clients might be taken for its own, as they share the name that a client asks for. */
  readonly overlaps?: string
  readonly certificates: readonly FoundCertificate[]
  readonly clients?: ListenerClients
  /** Whether there is enough of it to listen. */
  readonly isServed: boolean
}

/** Who must show a certificate. */
export interface ListenerClients {
  readonly mode: ClientValidation['mode']
  readonly authorities: readonly FoundAuthorities[]
}

/** One of its kind among all listeners: what refusals of a proxy name. */
export const listenerId = (owner: Origin, name: string): string =>
  `${owner.kind} ${owner.namespace}/${owner.name} ${name}`

/** Routes by the protocol of a listener; of others there are none. */
export const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['HTTP', ['HTTPRoute', 'GRPCRoute']],
  ['HTTPS', ['HTTPRoute', 'GRPCRoute']],
  ['TLS', ['TLSRoute']],
  ['TCP', ['TCPRoute']],
  ['UDP', ['UDPRoute']],
])

/** What is told apart at one port: the names that clients of TLS ask for lead to HTTPS and TLS listeners alike. */
export type Family = 'http' | 'tls' | 'tcp' | 'udp'
const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['HTTP', 'http'],
  ['HTTPS', 'tls'],
  ['TLS', 'tls'],
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
])

/** undefined: a protocol that is not known. */
export const familyOf = ({ protocol }: Listener): Family | undefined => FAMILIES.get(protocol)

/** Where TLS ends; undefined where there is none. */
export const tlsModeOf = ({ protocol, tls }: Listener): 'Terminate' | 'Passthrough' | undefined =>
  protocol === 'HTTPS' || protocol === 'TLS' ? (tls?.mode ?? 'Terminate') : undefined
