import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { KernelError } from '../kernel-error.ts'
import { inForeignNamespace } from './home-namespace.ts'
import { withNamespace } from './namespace.ts'
import { openSettings } from './settings-view.ts'

const ROOT = '/proc/sys/net'
/** Settings of a link of ours, which are ours on the host too. */
const OF_OWN_LINK = /^ipv[46]\/conf\/(?:fl-[^/]+|fairlead-vxlan6?)\/[a-z_\d]+\??$/
/** Whether the machine passes packets on, by family: of the host's own, too, whoever leads packets may have to ask. */
export const FORWARDING = { IPv4: 'ipv4/ip_forward', IPv6: 'ipv6/conf/all/forwarding' } as const

/** Folders of ROOT, open: what lies in them is found by way of the descriptor, so that each is looked up once. */
class Folders {
  readonly #open = new Map<string, number>()

  path(name: string): string {
    const [folder = '', ...rest] = name.split('/')
    if (rest.length === 0) return `${ROOT}/${name}`
    let fd = this.#open.get(folder)
    if (fd === undefined) {
      fd = openSettings(folder)
      this.#open.set(folder, fd)
    }
    return `/proc/self/fd/${fd}/${rest.join('/')}`
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) closeSync(fd)
  }
}

/**
 * Writes settings below /proc/sys/net of the namespace at `path`, in order: `ipv4/ip_forward` → `1`. In the namespace that
 * the process was born in, only those of our own link are ours; others are refused. A setting that the kernel does not have is
 * an error, unless its name ends in `?`. Throws KernelError SYSCTL_FAILED, SYSCTL_OF_HOST.
 */
export function writeSysctls(path: string, settings: Iterable<readonly [name: string, value: string]>): void {
  withNamespace(path, () => {
    // Files of /proc/sys/net are those of the namespace of the thread that opens them: synchronous calls only.
    if (!inForeignNamespace() && ![...settings].every(([name]) => OF_OWN_LINK.test(name))) {
      throw new KernelError('SYSCTL_OF_HOST', {
        operation: 'write',
        object: path,
        message: "this is the host's own namespace",
      })
    }
    writeAll(settings)
  })
}

/** Has the machine at `path`, the host too, pass packets of a family on, or not: `1` or `0`. Throws KernelError SYSCTL_FAILED. */
export function writeForwarding(path: string, family: keyof typeof FORWARDING, value: string): void {
  withNamespace(path, () => writeAll([[FORWARDING[family], value]]))
}

function writeAll(settings: Iterable<readonly [name: string, value: string]>): void {
  using folders = new Folders()
  for (const [name, value] of settings) {
    const bare = name.replace(/\?$/, '')
    const file = `${ROOT}/${bare}`
    try {
      writeFileSync(folders.path(bare), value, { flag: 'r+' })
    } catch (cause) {
      const { code, errno = 0 } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT' && name.endsWith('?')) continue
      throw new KernelError('SYSCTL_FAILED', { operation: 'write', errno: -errno, object: file, cause })
    }
  }
}

/** Reads one setting of the namespace at `path`, or of the present one; undefined where the kernel does not have it. */
export function readSysctl(name: string, path?: string): string | undefined {
  const read = () => {
    try {
      return readFileSync(`${ROOT}/${name}`, 'utf8').trim()
    } catch (cause) {
      const { code, errno = 0 } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      throw new KernelError('SYSCTL_FAILED', { operation: 'read', errno: -errno, object: name, cause })
    }
  }
  return path === undefined ? read() : withNamespace(path, read)
}
