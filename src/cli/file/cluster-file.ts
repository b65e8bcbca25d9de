import type { NodeTaint } from '#cluster/config.ts'
import type { NodeSettings } from '#cluster/ranges/node-plan.ts'
import { flag, list, mapping, type Place, text, texts, within, wrong } from './field.ts'

/** What a file says of a cluster: flags of `up` by their names, and what no flag says. */
export interface ClusterFile {
  readonly flags: Readonly<Record<string, string>>
  readonly switches: Readonly<Record<string, boolean>>
  /** Of the first node, the second and so on; absent: their number is a flag. */
  readonly nodes?: readonly NodeSettings[]
  /** Files and folders of manifests, as they are written. */
  readonly manifests: readonly string[]
  /** How long what they make may take to be ready, as text; absent: nobody waits. */
  readonly wait?: string
  readonly images: readonly string[]
}

/** What the file says it is. */
const API_VERSION = 'fairlead/v1'
const KIND = 'Cluster'

/** Each field that is a flag of `up` with a value, and how it is read. */
const VALUES: Readonly<Record<string, (place: Place) => string>> = {
  name: text,
  kubeconfig: text,
  loadBalancer: (place) => oneOf(place, ['pool', 'none']),
  network: (place) => oneOf(place, ['routed', 'none']),
  without: (place) => joined(place, 'any of proxy, dns, network, policies, gateway'),
  clusterCidr: (place) => joined(place, 'ranges'),
  serviceCidr: (place) => joined(place, 'ranges'),
  clusterDns: (place) => joined(place, 'addresses'),
  nodeCidr: (place) => joined(place, 'ranges'),
  loadBalancerCidr: (place) => joined(place, 'ranges'),
  nodePortAddresses: (place) => joined(place, 'ranges'),
  nodePortRange: text,
  nodeMonitorGracePeriod: text,
  registryMirror: (place) => joined(place, 'mirrors, REGISTRY=URL'),
  insecureRegistry: (place) => joined(place, 'registries'),
}
const SWITCHES = ['egress', 'ephemeral', 'audit', 'allowHostAccess', 'setAside'] as const
const REST = ['apiVersion', 'kind', 'nodes', 'manifests', 'wait', 'images'] as const
const FIELDS = [...REST.slice(0, 2), ...Object.keys(VALUES), ...SWITCHES, ...REST.slice(2)]

/** `nodePortRange` is `--node-port-range`, and `nodePortAddresses` is `--nodeport-addresses`. */
const flagOf = (field: string): string =>
  field === 'nodePortAddresses' ? 'nodeport-addresses' : field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Reads what a file holds; `file` is its name. Throws CliError CONFIG_INVALID, which names the field by its path. */
export const parseClusterFile = (value: unknown, file: string): ClusterFile => {
  const top: Place = { file, path: '', value }
  const fields = mapping(top, FIELDS)
  for (const [field, wanted] of [
    ['apiVersion', API_VERSION],
    ['kind', KIND],
  ] as const)
    if (fields[field] !== wanted)
      throw wrong(
        within(top, field),
        `must be ${wanted}`,
        `the file begins with: apiVersion: ${API_VERSION}, kind: ${KIND}`,
      )
  const has = (field: string): boolean => fields[field] !== undefined && fields[field] !== null
  const { nodes, count } = has('nodes') ? nodesOf(within(top, 'nodes')) : {}
  return {
    flags: {
      ...Object.fromEntries(
        Object.entries(VALUES).flatMap(([field, read]) =>
          has(field) ? [[flagOf(field), read(within(top, field))]] : [],
        ),
      ),
      ...(count !== undefined && { nodes: String(count) }),
    },
    switches: Object.fromEntries(
      SWITCHES.flatMap((field) => (has(field) ? [[flagOf(field), flag(within(top, field))]] : [])),
    ),
    ...(nodes && { nodes }),
    manifests: has('manifests') ? list(within(top, 'manifests'), 'files and folders').map(text) : [],
    ...(has('wait') && { wait: text(within(top, 'wait')) }),
    images: has('images') ? list(within(top, 'images'), 'names of images and paths of archives').map(imageOrPath) : [],
  }
}

const oneOf = (place: Place, words: readonly string[]): string => {
  const found = words.find((word) => word === place.value)
  if (found === undefined) throw wrong(place, `must be one of: ${words.join(', ')}`)
  return found
}

/** One text with commas, or a list of texts. */
const joined = (place: Place, what: string): string =>
  Array.isArray(place.value) ? list(place, what).map(text).join(',') : text(place)

const imageOrPath = (place: Place): string => {
  const name = text(place)
  if (!/^\.{0,2}\//.test(name) && /[\s\p{Cc}]/u.test(name))
    throw wrong(
      place,
      'must be the name of an image, or the path of an archive',
      'for example registry.k8s.io/pause:3.10, or ./app.tar',
    )
  return name
}

/** A number, or what each of them is. */
const nodesOf = (place: Place): { readonly count: number; readonly nodes?: readonly NodeSettings[] } => {
  if (typeof place.value === 'number') return { count: place.value }
  if (!Array.isArray(place.value)) throw wrong(place, 'must be a number, or a list of nodes')
  const nodes = list(place, 'nodes').map(nodeOf)
  if (nodes.length === 0) throw wrong(place, 'must name at least one node')
  const names = nodes.map(({ name }, index) => name ?? `node-${index + 1}`)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      throw wrong(place, `has two nodes ${name}`, 'one without a name is called by its place: node-1, node-2')
  return { count: nodes.length, nodes }
}

const nodeOf = (place: Place): NodeSettings => {
  const fields = mapping({ ...place, value: place.value ?? {} }, ['name', 'zone', 'labels', 'taints'])
  return {
    ...(fields.name !== undefined && { name: text(within(place, 'name')) }),
    ...(fields.zone !== undefined && { zone: text(within(place, 'zone')) }),
    ...(fields.labels !== undefined && { labels: texts(within(place, 'labels')) }),
    ...(fields.taints !== undefined && { taints: list(within(place, 'taints'), 'taints').map(taintOf) }),
  }
}

const EFFECTS: readonly NodeTaint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const taintOf = (place: Place): NodeTaint => {
  const fields = mapping(place, ['key', 'value', 'effect'])
  const effect = EFFECTS.find((one) => one === fields.effect)
  if (effect === undefined) throw wrong(within(place, 'effect'), `must be one of: ${EFFECTS.join(', ')}`)
  const { value } = fields
  if (value !== undefined && typeof value !== 'string')
    throw wrong(within(place, 'value'), 'must be a text', 'write it in quotes')
  return { key: text(within(place, 'key')), ...(value !== undefined && { value }), effect }
}
