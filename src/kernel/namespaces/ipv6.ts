import { readSysctl } from './sysctl.ts'

let known: boolean | undefined

/** Whether the kernel has IPv6 at all (it can be switched off at boot). Asked once: with a thousand namespaces that is dear. */
export const hasIpv6 = (): boolean => {
  known ??= readSysctl('ipv6/conf/all/disable_ipv6') !== undefined
  return known
}
