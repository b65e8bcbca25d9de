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

/** Control characters, and those that turn the direction of writing or cannot be seen. */
const UNSEEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * One line that says what it holds. Who runs a pod writes its last words and its conditions: none of them shall move a
 * reader's cursor, colour the terminal or stand as a line of ours.
 */
export const plain = (line: string): string =>
  line.replace(UNSEEN, (found) => SHORT[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
