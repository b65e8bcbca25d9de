import { formatAddress, tryParseAddress } from '#net/ip-address.ts'
import type { HeldQuery } from '../tables/read-held.ts'

/** What is asked of a kernel, in the query of `/kernel`. */
export interface KernelQuery {
  readonly held: HeldQuery
  /** Canonical: routes to them, and what policies say of them. */
  readonly addresses: readonly string[]
  /** Flows of anybody with one of these addresses at an end, or where the connection began. */
  readonly flows: readonly string[]
  readonly mostFlows: number
  readonly strangers: boolean
}

/** A query that asks for what there is not. */
export class KernelQueryError extends Error {
  override readonly name = 'KernelQueryError'
  readonly code = 'KERNEL_QUERY'
}

const FLOWS = 20
const MOST_FLOWS = 1000
/** An answer for some Services is small; the whole of a cluster is not what this is for. */
const MOST_NAMES = 200
const KNOWN = ['service', 'frontend', 'address', 'flow', 'flows', 'strangers']
const FRONTEND = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:]*)):(?<port>\d{1,5})(?:\/(?<protocol>tcp|udp|sctp))?$/i

/**
 * `?service=shop/web`, `?frontend=10.96.0.10:53/udp`, `?frontend=:30080` (a node port), `?address=10.244.1.2`, `?flow=10.244.1.2`,
 * each as often as needed; `&flows=N` at most; `&strangers=true`. Throws KernelQueryError.
 */
export const parseKernelQuery = (query: URLSearchParams): KernelQuery => {
  const strange = [...query.keys()].find((name) => !KNOWN.includes(name))
  if (strange !== undefined) throw new KernelQueryError(`${strange} is not asked here: there are ${KNOWN.join(', ')}`)
  if (query.size > MOST_NAMES) throw new KernelQueryError(`of ${query.size} things at once; ${MOST_NAMES} are the most`)
  const flows = Number(query.get('flows') ?? FLOWS)
  if (!Number.isInteger(flows) || flows < 0 || flows > MOST_FLOWS)
    throw new KernelQueryError(`flows is a number to ${MOST_FLOWS}, not ${query.get('flows')}`)
  return {
    held: { frontends: query.getAll('frontend').map(frontendOf), services: query.getAll('service') },
    addresses: query.getAll('address').map(addressOf),
    flows: query.getAll('flow').map(addressOf),
    mostFlows: flows,
    strangers: query.get('strangers') === 'true',
  }
}

const addressOf = (text: string): string => {
  const address = tryParseAddress(text)
  if (address === undefined) throw new KernelQueryError(`${JSON.stringify(text)} is no address`)
  return formatAddress(address)
}

const frontendOf = (text: string): HeldQuery['frontends'][number] => {
  const { six, four, port, protocol } = FRONTEND.exec(text)?.groups ?? {}
  if (port === undefined || Number(port) > 65535)
    throw new KernelQueryError(`${JSON.stringify(text)} is no frontend: write ADDRESS:PORT/PROTOCOL`)
  const address = six ?? four
  return {
    ...(address && { address: addressOf(address) }),
    ...(protocol && { protocol: protocol.toLowerCase() }),
    port: Number(port),
  }
}
