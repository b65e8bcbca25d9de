import { type Protocol, socketText } from '#net/port-protocol.ts'
import type { TaintFacts } from '#placement/obstacle.ts'

/** `10.96.0.1:80/TCP`, `[fd00::1]:80/TCP` */
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

/** `gpu=yes:NoSchedule` */
export const taintText = ({ key, value, effect }: TaintFacts): string => `${key}${value ? `=${value}` : ''}:${effect}`
