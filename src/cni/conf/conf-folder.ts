import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfFile, confFiles, type NetworkList, parseNetwork } from './network-list.ts'

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/**
 * The network that a folder configures: that of its first file by name, as containerd takes it; undefined where there is
 * none. `shown`: the folder's name in messages. Throws CniError CNI_CONF_INVALID where that file is no configuration.
 */
export const readNetwork = (folder: string, shown: string): NetworkList | undefined => {
  const name = confFiles(namesIn(folder)).find((one) => isFile(join(folder, one)))
  if (name === undefined) return undefined
  const read = (below: string): ConfFile => ({
    path: join(shown, below),
    text: readFileSync(join(folder, below), 'utf8'),
  })
  return parseNetwork(read(name), (network) =>
    [...namesIn(join(folder, network))]
      .filter((one) => one.endsWith('.conf') && isFile(join(folder, network, one)))
      .sort()
      .map((one) => read(join(network, one))),
  )
}
