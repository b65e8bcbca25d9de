import type { ProxyOptions } from '../proxy-options.ts'

const TABLE = 'sources'
/** Sources that are counted at once; the oldest ones go where there are more. */
const MOST = 100_000

/** The table of HAProxy in which connections are counted by where they come from. */
export const sourceTable = (): readonly string[] => [
  '',
  `backend ${TABLE} from base`,
  `  stick-table type ipv6 size ${MOST} expire 5m store conn_cur`,
]

/**
 * One source may have half of all connections: who does nothing with them, as TLS that is begun and not ended, keeps nobody
 * else out. With IPv6 a source is what one client may have all addresses of.
 */
export const sourceLines = ({ maxConnections }: ProxyOptions): readonly string[] => [
  `tcp-request connection track-sc1 src,ipmask(32,64) table ${TABLE}`,
  `tcp-request connection reject if { sc1_conn_cur gt ${Math.floor(maxConnections / 2)} }`,
]
