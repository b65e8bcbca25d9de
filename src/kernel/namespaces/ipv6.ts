import { readSysctl } from './sysctl.ts'

/** Whether the kernel has IPv6 at all (it can be switched off at boot). */
export const hasIpv6 = (): boolean => readSysctl('ipv6/conf/all/disable_ipv6') !== undefined
