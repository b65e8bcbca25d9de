import type { ObjectMeta } from '#api/meta-v1.ts'
import type { Protocol } from '#net/port-protocol.ts'

/** `default/web` */
export const nameOf = ({ metadata }: { readonly metadata?: ObjectMeta }): string =>
  metadata?.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata?.name ?? '')

/** `10.96.0.1:80`, `[fd00::1]:80` */
export const socketText = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

export const withProtocol = (address: string, port: number, protocol: Protocol): string =>
  `${socketText(address, port)}/${protocol}`

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[], last = 'and'): string =>
  words.length < 2 ? (words[0] ?? 'none') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export const labelsText = (labels: { readonly [key: string]: string | null }): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
