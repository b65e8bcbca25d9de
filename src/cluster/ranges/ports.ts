import { nodePortAddresses } from '#forwarding/node-facts.ts'
import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'
import { invalid } from './given-ranges.ts'

const API_PORT = 6443

/** Reads FROM-TO, both inclusive. Throws ClusterError RANGE_INVALID. */
export function planNodePorts(flag = '30000-32767'): { readonly from: number; readonly to: number } {
  const [from = 0, to = 0] = /^\d{1,5}-\d{1,5}$/.test(flag) ? flag.split('-').map(Number) : []
  if (from < 1 || to > 65535 || from > to)
    throw new ClusterError('RANGE_INVALID', `--node-port-range ${flag}: must be FROM-TO within 1-65535`, {
      hint: 'for example --node-port-range 30000-32767',
    })
  return { from, to }
}

/** A range that holds no address of any node would close all node ports: surely not what was meant. */
export function planNodePortAddresses(flag: string | undefined, nodes: readonly NodeConfig[]): readonly string[] {
  if (flag === undefined) return []
  return flag.split(',').map((part) => {
    const range = tryParseCidr(part.trim())
    if (range === undefined)
      throw invalid('nodeport-addresses', flag, 'must be ranges without host bits, one or more: 172.30.0.0/16')
    const text = formatCidr(range)
    if (nodes.every(({ addresses }) => nodePortAddresses(addresses, [text]).length === 0))
      throw invalid('nodeport-addresses', flag, `${text} holds no address of a node`)
    return text
  })
}

/**
 * 6443 where it is free, else the next free one; on the underlay the address is the cluster's own, so only a listener
 * on all addresses is in the way.
 */
export function planApiPorts(
  others: readonly ClusterConfig[],
  host: { readonly isPortFree: (address: string, port: number) => boolean },
): ClusterConfig['apiServer'] {
  const promised = new Set(others.map(({ apiServer }) => apiServer.hostPort))
  const find = (free: (port: number) => boolean): number => {
    for (let port = API_PORT; port < API_PORT + 1000; port++) if (free(port)) return port
    throw new ClusterError('PORT_EXHAUSTED', `no free TCP port from ${API_PORT} on for the API server`)
  }
  return {
    port: find((port) => host.isPortFree('127.0.0.2', port)),
    hostPort: find((port) => !promised.has(port) && host.isPortFree('127.0.0.1', port)),
  }
}
