import { confFiles, type PluginConf } from '../conf/network-list.ts'

/** Our network, as others find it. */
const NETWORK_NAME = 'fairlead'
/** The plugin's name, which is its program's too. */
export const PLUGIN_TYPE = 'fairlead'
export const CONFLIST = '10-fairlead.conflist'

interface ConflistOptions {
  /** The first is what every runtime speaks with; those of 1.1.0 and later choose the newest that they know. */
  readonly versions: readonly [string, ...string[]]
  /** Where the program finds the agent, as the host sees it; absent: where it looks by itself. */
  readonly socket?: string
  /** Called after ours. */
  readonly more?: readonly PluginConf[]
}

/** The configuration that runtimes read. */
export const conflistText = ({ versions: [first, ...others], socket, more = [] }: ConflistOptions): string =>
  `${JSON.stringify(
    {
      name: NETWORK_NAME,
      cniVersion: first,
      ...(others.length > 0 && { cniVersions: [first, ...others] }),
      plugins: [{ type: PLUGIN_TYPE, ...(socket !== undefined && { socket }) }, ...more],
    },
    undefined,
    2,
  )}\n`

/** Of a folder's files, the one that runtimes take before ours; undefined: none. */
export const takenBefore = (names: readonly string[]): string | undefined =>
  confFiles([...new Set([...names, CONFLIST])])
    .slice(0, 1)
    .find((name) => name !== CONFLIST)
