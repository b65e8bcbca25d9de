import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What pods of a node may have, and are kept from. */
export interface NodeSecurity {
  /** Where profiles lie that pods name by `seccompProfile.localhostProfile`. */
  readonly seccompDir: string
  /** Pods may have of the machine what they ask for: its folders, its processes, all rights; else they are held. */
  readonly hostAccess: boolean
  /** The kernel keeps programs within AppArmor's profiles. */
  readonly hasAppArmor: boolean
  /** Where a path of the node lies, for pods that name one: a node may have folders of its own. */
  readonly machinePath: (path: string) => string
}

/** Left out: `stateDir/seccomp`; pods have what they ask for, as with any kubelet; the kernel is asked. */
export type SecurityOptions = Partial<NodeSecurity>

const APP_ARMOR = '/sys/module/apparmor/parameters/enabled'

const isOn = (path: string): boolean => {
  try {
    return readFileSync(path, 'utf8').startsWith('Y')
  } catch {
    return false
  }
}

export const nodeSecurity = (options: SecurityOptions = {}, stateDir: string): NodeSecurity => ({
  seccompDir: options.seccompDir ?? join(stateDir, 'seccomp'),
  hostAccess: options.hostAccess ?? true,
  hasAppArmor: options.hasAppArmor ?? isOn(APP_ARMOR),
  machinePath: options.machinePath ?? ((path) => path),
})
