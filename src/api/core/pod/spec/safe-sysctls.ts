const IPV4 = 'net.ipv4.'

/** Settings of the kernel that reach no further than a pod, by the minor version of Kubernetes that counts them so. */
export const SAFE_SYSCTLS: readonly (readonly [since: number, names: readonly string[]])[] = [
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
