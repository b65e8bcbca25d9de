import type { AgentNode } from '#agent/runner/agent-node.ts'
import { readList, SettingsError } from './read-field.ts'

export type PodNetworkSettings = NonNullable<AgentNode['cluster']['podNetwork']>

type Fields = Readonly<Record<string, unknown>>

/** What a field may be, in words, and whether it is that. */
const isAmong = (...values: readonly string[]) => ({
  words: values.join(', '),
  is: (value: unknown) => typeof value === 'string' && values.includes(value),
})
const isWithin = (first: number, last: number) => ({
  words: `a number from ${first} to ${last}`,
  is: (value: unknown) => Number.isInteger(value) && (value as number) >= first && (value as number) <= last,
})

const FIELDS = {
  mode: isAmong('auto', 'routed', 'vxlan'),
  // What every link carries that carries IPv6 (RFC 8200, 5), to the largest packet of IPv4.
  mtu: isWithin(1280, 65535),
  vxlanId: isWithin(1, 2 ** 24 - 1),
  vxlanPort: isWithin(1, 65535),
  masquerade: { words: 'true or false', is: (value: unknown) => typeof value === 'boolean' },
  masqueradeIpv6: isAmong('auto', 'always', 'never'),
} as const satisfies Partial<Record<keyof PodNetworkSettings, { readonly words: string; is(value: unknown): boolean }>>

const LIST = 'nonMasqueradeCidrs'

/** How pods get from node to node; what is left out is as by default. Throws SettingsError, which names the field. */
export const readPodNetwork = (value: unknown): PodNetworkSettings => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SettingsError('podNetwork', 'is no JSON object')
  const fields = value as Fields
  for (const [name, given] of Object.entries(fields)) {
    if (name === LIST) continue
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS] : undefined
    if (field === undefined)
      throw new SettingsError(
        `podNetwork.${name}`,
        `is not known; fields are ${[...Object.keys(FIELDS), LIST].join(', ')}`,
      )
    if (!field.is(given))
      throw new SettingsError(`podNetwork.${name}`, `is ${JSON.stringify(given)}, and has to be ${field.words}`)
  }
  if (Object.hasOwn(fields, LIST)) readList(fields, LIST, 'cidr')
  return fields as PodNetworkSettings
}
