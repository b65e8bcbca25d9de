import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONFLIST, PLUGIN_TYPE, takenBefore } from '#cni/plugin/conflist.ts'

/** Folders of the host, where they lie for us. */
export interface HostFolders {
  /** `/opt/cni/bin` */
  readonly programs: string
  /** `/etc/cni/net.d` */
  readonly configurations: string
}

const read = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole, for whoever reads it or runs it at this moment. Whether it had to be written. */
const replace = (folder: string, name: string, content: Buffer, mode: number): boolean => {
  const path = join(folder, name)
  if (read(path)?.equals(content)) return false
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  // Runtimes look at no name that ends so.
  const draft = join(folder, `.${name}.new`)
  rmSync(draft, { force: true })
  writeFileSync(draft, content, { mode })
  renameSync(draft, path)
  return true
}

/** Puts the plugin's program where runtimes look for it; `program`: where it lies for us. Whether it had to be written. */
export const installProgram = ({ programs }: HostFolders, program: string): boolean => {
  const mask = process.umask(0)
  try {
    return replace(programs, PLUGIN_TYPE, readFileSync(program), 0o755)
  } finally {
    process.umask(mask)
  }
}

/** Makes ours the host's network: from here on its runtime attaches pods. Whether it had to be written. */
export const installConfiguration = ({ configurations }: HostFolders, text: string): boolean =>
  replace(configurations, CONFLIST, Buffer.from(text), 0o600)

/** The configuration first: nobody is to call a program that is not there. No error where nothing is there. */
export const uninstallDoor = ({ configurations, programs }: HostFolders): void => {
  for (const path of [join(configurations, CONFLIST), join(programs, PLUGIN_TYPE)]) rmSync(path, { force: true })
}

/** Why the host's runtime does not call us though our configuration is there, in words. */
export const foreignNetwork = ({ configurations }: HostFolders): string | undefined => {
  const before = takenBefore(readdirSync(configurations))
  return before === undefined
    ? undefined
    : `the runtime takes ${before} of /etc/cni/net.d, which comes before ${CONFLIST}: pods get that network; move it away`
}
