import type { PlannedServer } from '../proxy-plan.ts'

/**
 * The configuration with the servers of its slots in it, for the file that a reload or a restart reads: a server that was
 * only told at run time is not in the next process.
 */
export function withServers(config: string, servers: ReadonlyMap<string, readonly PlannedServer[]>): string {
  const lines: string[] = []
  for (const line of config.split('\n')) {
    lines.push(line)
    if (!line.startsWith('backend ')) continue
    for (const server of servers.get(line.slice('backend '.length)) ?? []) lines.push(`  ${serverLine(server)}`)
  }
  return lines.join('\n')
}

function serverLine({ name, address, port, state, parameters }: PlannedServer): string {
  // `weight 0`: no new requests but of those who must come back, as in the state `drain`.
  return [`server ${name} ${serverAddress(address, port)}`, parameters, state === 'drain' ? 'weight 0' : '']
    .filter((word) => word !== '')
    .join(' ')
}

/** As commands and configuration have it: an address of IPv6 needs no brackets, since the last colon is the port's. */
const serverAddress = (address: string, port: number) => `${address}:${port}`
