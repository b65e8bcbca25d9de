import { NODE_PARTS, type PartName } from './part-name.ts'
import { type PodNetworkSettings, readPodNetwork } from './pod-network.ts'
import { readList, readText, SettingsError } from './read-field.ts'

/**
 * What the programs in a cluster are told of it: `fairlead install` writes it as JSON into a ConfigMap, which both
 * workloads mount. Addresses and ranges are canonical text.
 */
export interface Settings {
  /** What Fairlead does here. */
  readonly parts: readonly PartName[]
  /**
   * URLs of API servers that can be reached before there are Services, tried in turn; none: the environment's, by a
   * Service's address that somebody else leads.
   */
  readonly apiServers: readonly string[]
  /** Where pods live. */
  readonly clusterCidrs: readonly string[]
  /** Where ClusterIPs live, for clusters that do not serve ServiceCIDRs. */
  readonly serviceCidrs: readonly string[]
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  /** CIDRs; NodePorts answer on a node's addresses within them, on all where there are none. */
  readonly nodePortAddresses: readonly string[]
  /** How pods get from node to node, where `network` is among the parts; absent: as by default. */
  readonly podNetwork?: PodNetworkSettings
  /** The controller gives nodes their ranges of pods out of these; absent: somebody else does. */
  readonly nodeIpam?: { readonly clusterCidrs: readonly string[] }
}

/** Reads the file of that text. Throws SettingsError, which names the field. */
export const readSettings = (text: string): Settings => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SettingsError('the file', `is no JSON: ${(cause as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SettingsError('the file', 'is no JSON object')
  const fields = value as Readonly<Record<string, unknown>>
  const settings: Settings = {
    parts: readList(fields, 'parts', 'part'),
    apiServers: readList(fields, 'apiServers', 'url'),
    clusterCidrs: readList(fields, 'clusterCidrs', 'cidr'),
    serviceCidrs: readList(fields, 'serviceCidrs', 'cidr'),
    clusterDns: readList(fields, 'clusterDns', 'address'),
    clusterDomain: readText(fields, 'clusterDomain'),
    nodePortAddresses: readList(fields, 'nodePortAddresses', 'cidr'),
    ...(fields.nodeIpam !== undefined && { nodeIpam: readNodeIpam(fields.nodeIpam) }),
    ...(fields.podNetwork !== undefined && { podNetwork: readPodNetwork(fields.podNetwork) }),
  }
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(settings, name))
  if (unknown !== undefined)
    throw new SettingsError(unknown, `is not known; fields are ${Object.keys(settings).join(', ')}`)
  return settings
}

const readNodeIpam = (value: unknown): NonNullable<Settings['nodeIpam']> => {
  if (typeof value !== 'object' || value === null) throw new SettingsError('nodeIpam', 'is no JSON object')
  return { clusterCidrs: readList(value as Readonly<Record<string, unknown>>, 'clusterCidrs', 'cidr') }
}

/** The parts of a node that these settings ask for, by the names of the agent's list. */
export const nodePartsOf = ({ parts }: Pick<Settings, 'parts'>): readonly string[] =>
  parts.flatMap((part) => NODE_PARTS[part])
