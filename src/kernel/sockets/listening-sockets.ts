import { readFileSync } from 'node:fs'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { inetText } from '../inet.ts'
import { withNamespace } from '../namespaces/namespace.ts'

/** A socket that takes connections (TCP) or datagrams (UDP). */
interface ListeningSocket {
  readonly protocol: 'TCP' | 'UDP'
  readonly address: string
  readonly port: number
}

const TABLES = [
  ['tcp', 'TCP'],
  ['tcp6', 'TCP'],
  ['udp', 'UDP'],
  ['udp6', 'UDP'],
] as const
// net/tcp_states.h; an unconnected UDP socket shows as closed (proc(5)).
const LISTEN = '0A'
const UNCONNECTED = '07'

/** What listens in the network namespace at `path`, as /proc/net tells it. Throws KernelError NAMESPACE_UNKNOWN. */
export function listeningSockets(path: string): readonly ListeningSocket[] {
  return withNamespace(path, () =>
    TABLES.flatMap(([table, protocol]) => readTable(table, protocol === 'TCP' ? LISTEN : UNCONNECTED, protocol)),
  )
}

function readTable(table: string, state: string, protocol: ListeningSocket['protocol']): readonly ListeningSocket[] {
  let text: string
  try {
    text = readFileSync(`/proc/thread-self/net/${table}`, 'utf8')
  } catch {
    // A kernel without IPv6 has no such table.
    return []
  }
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , ownState] = line.trim().split(/\s+/)
      const [address = '', port = ''] = local.split(':')
      return ownState === state ? [{ protocol, address: addressOf(address), port: Number.parseInt(port, 16) }] : []
    })
}

/** Groups of 32 bits in the machine's byte order, in hexadecimal: 0100007F is 127.0.0.1. */
function addressOf(hex: string): string {
  const bytes = new Uint8Array(hex.length / 2)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length; at += 4)
    view.setUint32(at, Number.parseInt(hex.slice(at * 2, at * 2 + 8), 16), LITTLE_ENDIAN)
  return inetText(bytes)
}
