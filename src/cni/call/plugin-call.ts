import { capabilitiesOf, type NetworkList, type PluginConf } from '../conf/network-list.ts'
import type { CapabilityData } from './capabilities.ts'
import type { CniResult } from './result.ts'

export type CniCommand = 'ADD' | 'DEL' | 'CHECK' | 'STATUS' | 'GC'

/** What of a pod a plugin is called for. */
export interface Sandbox {
  readonly containerId: string
  /** Path of its network namespace; empty where that is gone. */
  readonly netns: string
  readonly ifName: string
  readonly args: readonly (readonly [name: string, value: string])[]
  readonly capabilities: CapabilityData
}

/** A call of one plugin: its program's name, and what it gets. */
export interface PluginCall {
  readonly type: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
}

/** Who a pod is, in the words that plugins know since Kubernetes' dockershim. */
export const podArgs = (
  pod: { readonly namespace: string; readonly name: string; readonly uid: string },
  containerId: string,
): Sandbox['args'] => [
  ['IgnoreUnknown', '1'],
  ['K8S_POD_NAMESPACE', pod.namespace],
  ['K8S_POD_NAME', pod.name],
  ['K8S_POD_INFRA_CONTAINER_ID', containerId],
  ['K8S_POD_UID', pod.uid],
]

/** Its own configuration with what the list says for all, as the specification derives it. */
export const pluginInput = (
  { name, cniVersion }: NetworkList,
  plugin: PluginConf,
  more: {
    readonly capabilities?: CapabilityData
    readonly prevResult?: CniResult | undefined
    readonly [key: string]: unknown
  },
): string => {
  const { capabilities: _, ...conf } = plugin
  const { capabilities = {}, prevResult, ...rest } = more
  const asked = capabilitiesOf(plugin).filter((one) => capabilities[one] !== undefined)
  return JSON.stringify({
    ...conf,
    ...rest,
    name,
    cniVersion,
    ...(asked.length > 0 && { runtimeConfig: Object.fromEntries(asked.map((one) => [one, capabilities[one]])) }),
    ...(prevResult !== undefined && { prevResult }),
  })
}

/** What a plugin is told by its environment. `path`: the folders in which it may look for others. */
export const pluginEnv = (
  command: CniCommand,
  path: readonly string[],
  sandbox?: Sandbox,
): Readonly<Record<string, string>> => ({
  CNI_COMMAND: command,
  CNI_PATH: path.join(':'),
  ...(sandbox && {
    CNI_CONTAINERID: sandbox.containerId,
    CNI_NETNS: sandbox.netns,
    CNI_IFNAME: sandbox.ifName,
    CNI_ARGS: sandbox.args.map((pair) => pair.join('=')).join(';'),
  }),
})
