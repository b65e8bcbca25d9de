import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** A device in the words of the OCI runtime specification. */
export interface OciDevice {
  readonly path: string
  readonly type: 'c' | 'b'
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
}

/** Each container has these of its own, or they lead into another's. */
const LEFT_OUT = new Set(['pts', 'shm', 'fd', 'mqueue', 'console', 'ptmx', '.lxc', '.lxd-mounts', '.udev'])

/** sys/sysmacros.h: both numbers are in two pieces. */
const numbers = (rdev: number): Pick<OciDevice, 'major' | 'minor'> => {
  const device = BigInt(rdev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n)
  return { major: Number(major), minor: Number(minor) }
}

/** The machine's devices, for who is privileged; links and what is no device are left out. */
export function machineDevices(folder = '/dev'): readonly OciDevice[] {
  const devices: OciDevice[] = []
  for (const name of readdirSync(folder)) {
    if (LEFT_OUT.has(name)) continue
    const path = join(folder, name)
    let stat: Stats
    try {
      stat = lstatSync(path)
    } catch {
      // Gone meanwhile.
      continue
    }
    if (stat.isDirectory()) devices.push(...machineDevices(path))
    else if (stat.isCharacterDevice() || stat.isBlockDevice()) {
      const { mode, uid, gid } = stat
      const type = stat.isBlockDevice() ? 'b' : 'c'
      devices.push({ path, type, ...numbers(stat.rdev), fileMode: mode & 0o7777, uid, gid })
    }
  }
  return devices
}
