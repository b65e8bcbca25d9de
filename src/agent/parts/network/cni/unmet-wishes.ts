import type { PodWishes } from '#cni/call/capabilities.ts'
import { hasCapability, type NetworkList } from '#cni/conf/network-list.ts'

/** What a pod asks for and no plugin of its network is told, in words. */
export const unmetWishes = ({ portMappings = [], bandwidth }: PodWishes, list: NetworkList): readonly string[] => {
  const lacks = (capability: string): boolean => !hasCapability(list, capability)
  const who = (capability: string): string => `no plugin of the network ${list.name} has the capability ${capability}`
  return [
    ...(lacks('portMappings')
      ? portMappings.map(({ hostPort }) => `hostPort ${hostPort} leads nowhere: ${who('portMappings')}`)
      : []),
    ...(lacks('bandwidth') && bandwidth ? [`its bandwidth is not limited: ${who('bandwidth')}`] : []),
  ]
}
