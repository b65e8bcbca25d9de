import { readFileSync } from 'node:fs'

/** Capability names by number, linux/capability.h. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  )
/** What a container has unless its security context says otherwise: containerd's and Docker's set. */
const DEFAULTS =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  )

/** The capabilities that this process may hand on, `CapBnd` of /proc/self/status, without the CAP_ prefix. */
export function heldCapabilities(status = readFileSync('/proc/self/status', 'utf8')): ReadonlySet<string> {
  const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return new Set(CAPABILITIES.filter((_, bit) => (mask >> BigInt(bit)) & 1n))
}

interface CapabilityWish {
  readonly add: readonly string[]
  readonly drop: readonly string[]
}

/**
 * The capabilities of a container, with the CAP_ prefix: the default set, or all where `privileged`, plus `add`, less
 * `drop`; `ALL` names all. As in Kubernetes an explicit add wins over `drop: [ALL]`. What this machine does not hold
 * cannot be given and is left out: the kernel refuses the whole container otherwise. Unknown names are returned apart.
 */
export function containerCapabilities(
  held: ReadonlySet<string>,
  wish: CapabilityWish | undefined,
  privileged: boolean,
): { readonly granted: readonly string[]; readonly unknown: readonly string[] } {
  const names = (list: readonly string[]): string[] => list.map((name) => name.toUpperCase().replace(/^CAP_/, ''))
  const add = names(wish?.add ?? [])
  const drop = names(wish?.drop ?? [])
  const unknown = [...add, ...drop].filter((name) => name !== 'ALL' && !CAPABILITIES.includes(name))
  const chosen = new Set(privileged || add.includes('ALL') ? CAPABILITIES : drop.includes('ALL') ? [] : DEFAULTS)
  for (const name of drop) chosen.delete(name)
  for (const name of add) if (name !== 'ALL') chosen.add(name)
  return {
    granted: CAPABILITIES.filter((name) => chosen.has(name) && held.has(name)).map((name) => `CAP_${name}`),
    unknown,
  }
}
