import type { Check } from './check.ts'

const IPV4 = 'net.ipv4.'

/** What reaches no further than the pod, by the minor version from which it counts so. */
const SAFE: readonly (readonly [number, readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      `${IPV4}ip_local_port_range`,
      `${IPV4}tcp_syncookies`,
      `${IPV4}ping_group_range`,
      `${IPV4}ip_unprivileged_port_start`,
    ],
  ],
  [27, [`${IPV4}ip_local_reserved_ports`]],
  [
    29,
    [
      `${IPV4}tcp_keepalive_time`,
      `${IPV4}tcp_fin_timeout`,
      `${IPV4}tcp_keepalive_intvl`,
      `${IPV4}tcp_keepalive_probes`,
    ],
  ],
  [32, [`${IPV4}tcp_rmem`, `${IPV4}tcp_wmem`]],
]

/** As of a minor version. */
export const sysctls = (minor: number): Check => {
  const safe = new Set(SAFE.flatMap(([since, names]) => (since <= minor ? names : [])))
  return ({ spec }) => {
    const names = (spec?.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name))
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
  }
}
