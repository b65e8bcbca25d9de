import { CniError } from '../cni-error.ts'
import { type CniVersion, newestVersion, VERSION_RANGE } from './version.ts'

/** A network: plugins that are called one after the other. Plain data, since it is kept with what was attached by it. */
export interface NetworkList {
  readonly name: string
  readonly cniVersion: CniVersion
  readonly disableCheck: boolean
  readonly disableGC: boolean
  readonly plugins: readonly PluginConf[]
}

/** What one plugin is configured with, as it is written; `type` is its program's name. */
export interface PluginConf {
  readonly type: string
  readonly [field: string]: unknown
}

/** A file of a folder of configurations, by its path. */
export interface ConfFile {
  readonly path: string
  readonly text: string
}

type Fields = Readonly<Record<string, unknown>>

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/

const invalid = (path: string, what: string): CniError => new CniError('CNI_CONF_INVALID', `${path}: ${what}`)

const fieldsOf = ({ path, text }: ConfFile): Fields => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CniError('CNI_CONF_INVALID', `${path}: is no JSON: ${(cause as Error).message}`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'must be an object')
  return value as Fields
}

/** libcni reads `"true"` as it reads `true`. */
const switchOf = (path: string, fields: Fields, field: string): boolean => {
  const value = fields[field] ?? false
  if (typeof value === 'boolean') return value
  const found = ['true', 't', '1'].includes(String(value).toLowerCase())
  if (!found && !['false', 'f', '0'].includes(String(value).toLowerCase()))
    throw invalid(path, `${field} must be true or false`)
  return found
}

/** As written, or the newest of several that we speak (since 1.1.0). */
const versionOf = (path: string, { cniVersion = '', cniVersions = [] }: Fields): CniVersion => {
  if (typeof cniVersion !== 'string') throw invalid(path, 'cniVersion must be a text')
  if (!Array.isArray(cniVersions)) throw invalid(path, 'cniVersions must be a list of texts')
  const asked = [cniVersion, ...cniVersions.map(String)].filter((one) => one !== '')
  const version = newestVersion(asked)
  if (version !== undefined) return version
  const said = asked.length === 0 ? 'cniVersion is missing' : `cniVersion ${asked.join(', ')} is not supported`
  throw invalid(path, `${said}: ${VERSION_RANGE} are`)
}

const nameOf = (path: string, { name }: Fields): string => {
  if (typeof name !== 'string' || name === '') throw invalid(path, 'has no name')
  if (!NAME.test(name)) throw invalid(path, `name "${name}" must be of letters, digits, -, _ and .`)
  return name
}

const pluginOf = (path: string, value: unknown): PluginConf => {
  const type = (value as Fields | null)?.type
  if (typeof type !== 'string' || type === '') throw invalid(path, "a plugin has no 'type'")
  // It is looked for in folders, and nowhere else.
  if (type.includes('/') || type === '.' || type === '..') throw invalid(path, `invalid plugin name: ${type}`)
  return value as PluginConf
}

/** The network that a `.conf` or `.json` makes: one plugin. Throws CniError CNI_CONF_INVALID. */
const singlePlugin = (file: ConfFile): NetworkList => {
  const fields = fieldsOf(file)
  if (fields.type === undefined)
    throw invalid(file.path, 'network type not found: a list of plugins stands in a file that ends with .conflist')
  const plugin = pluginOf(file.path, fields)
  const head = { name: nameOf(file.path, fields), cniVersion: versionOf(file.path, fields) }
  return { ...head, disableCheck: false, disableGC: false, plugins: [plugin] }
}

/**
 * The network of one file. `beside`: the files of the folder NAME beside it, which a list takes more plugins from unless
 * it says `loadOnlyInlinedPlugins`. Throws CniError CNI_CONF_INVALID, which names the file.
 */
export const parseNetwork = (file: ConfFile, beside: (name: string) => readonly ConfFile[]): NetworkList => {
  if (!file.path.endsWith('.conflist')) return singlePlugin(file)
  const { path } = file
  const fields = fieldsOf(file)
  const name = nameOf(path, fields)
  const { plugins = [] } = fields
  if (!Array.isArray(plugins)) throw invalid(path, 'plugins must be a list')
  const inlined = plugins.map((plugin) => pluginOf(path, plugin))
  const others = switchOf(path, fields, 'loadOnlyInlinedPlugins')
    ? []
    : beside(name).map((one) => pluginOf(one.path, fieldsOf(one)))
  if (inlined.length + others.length === 0) throw invalid(path, 'no plugins are configured')
  return {
    name,
    cniVersion: versionOf(path, fields),
    disableCheck: switchOf(path, fields, 'disableCheck'),
    disableGC: switchOf(path, fields, 'disableGC'),
    plugins: [...inlined, ...others],
  }
}

/** Which of a folder's files are looked at, in their order: by name, as Go sorts. */
export const confFiles = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /\.(conflist|conf|json)$/.test(name)).sort((a, b) => (a < b ? -1 : 1))

/** Whether the network hands on what a pod asks for under this name. */
export const hasCapability = ({ plugins }: Pick<NetworkList, 'plugins'>, name: string): boolean =>
  plugins.some((plugin) => capabilitiesOf(plugin).includes(name))

/** What a plugin wants to be told of a pod: `portMappings`, `bandwidth`. */
export const capabilitiesOf = ({ capabilities }: PluginConf): readonly string[] =>
  Object.entries((capabilities ?? {}) as Fields).flatMap(([name, wanted]) => (wanted === true ? [name] : []))
