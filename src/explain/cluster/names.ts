import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { Protocol } from '#net/port-protocol.ts'

/** `default/web` */
export const nameOf = ({ metadata }: { readonly metadata?: ObjectMeta }): string =>
  metadata?.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata?.name ?? '')

/** `10.96.0.1:80`, `[fd00::1]:80` */
export const socketText = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

export const withProtocol = (address: string, port: number, protocol: Protocol): string =>
  `${socketText(address, port)}/${protocol}`
