import { isIP } from 'node:net'
import { FlagError } from '../flags.ts'

/** Where queries are sent on: tried in this order. */
interface Upstream {
  readonly host: string
  readonly port: number
}

/** What answers for a zone and all below it. */
export interface ServerBlock {
  /** Lower case, without the last dot; '' is the root. */
  readonly zone: string
  readonly port: number
  readonly does: { readonly type: 'whoami' } | { readonly type: 'forward'; readonly to: readonly Upstream[] }
  /** Each query is told of. */
  readonly log: boolean
}

const PORT = 53
const KNOWN = ['errors', 'forward', 'log', 'whoami']

const wrong = (line: number, what: string): FlagError => new FlagError(`Corefile:${line}: ${what}`)

const keyOf = (key: string, line: number): Pick<ServerBlock, 'zone' | 'port'> => {
  const [, zone, port] =
    /^(?:dns:\/\/)?([\w.-]+?)\.?(?::(\d{1,5}))?$/.exec(key) ?? /^(?:dns:\/\/)?()\.(?::(\d{1,5}))?$/.exec(key) ?? []
  const number = Number(port ?? PORT)
  if (zone === undefined || number < 1 || number > 65535) throw wrong(line, `"${key}" is no zone that is served here`)
  return { zone: zone.replace(/^\.$/, '').toLowerCase(), port: number }
}

const upstreamOf = (text: string, line: number): Upstream => {
  const [, bare, port] = /^\[?([^\]]+?)\]?(?::(\d{1,5}))?$/.exec(text) ?? []
  const [host, number] = isIP(text) > 0 ? [text, PORT] : [bare ?? '', Number(port ?? PORT)]
  if (isIP(host) === 0) throw wrong(line, `forward: "${text}" is no address`)
  return { host, port: number }
}

interface Draft {
  readonly line: number
  readonly keys: readonly string[]
  does?: ServerBlock['does']
  log: boolean
}

const readPlugin = (draft: Draft, words: readonly string[], line: number): void => {
  const [name = '', ...args] = words
  if (!KNOWN.includes(name)) throw wrong(line, `no plugin ${name} is here: known are ${KNOWN.join(', ')}`)
  if (name === 'log') draft.log = true
  if (name !== 'whoami' && name !== 'forward') return
  if (draft.does !== undefined) throw wrong(line, `${name}: another plugin answers already`)
  if (name === 'whoami') draft.does = { type: 'whoami' }
  else if (args[0] !== '.' || args.length < 2) throw wrong(line, 'forward: takes . and addresses')
  else draft.does = { type: 'forward', to: args.slice(1).map((one) => upstreamOf(one, line)) }
}

/**
 * The blocks of a Corefile, as CoreDNS has it: those plugins that are here, `errors`, `forward`, `log` and `whoami`, without blocks of
 * their own. Throws FlagError, with the line, for all else.
 */
export const readCorefile = (text: string): readonly ServerBlock[] => {
  const drafts: Draft[] = []
  let open: Draft | undefined
  for (const [at, raw] of text.split('\n').entries()) {
    const words = raw
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/[\s,]+/)
      .filter(Boolean)
    const line = at + 1
    if (words.length === 0) continue
    if (open === undefined) {
      if (words.at(-1) !== '{' || words.length < 2) throw wrong(line, 'a block begins with its zones and {')
      open = { line, keys: words.slice(0, -1), log: false }
      drafts.push(open)
    } else if (words[0] === '}') open = undefined
    else readPlugin(open, words, line)
  }
  if (open) throw wrong(open.line, 'the block has no end')
  return drafts.flatMap(({ line, keys, does, log }) => {
    if (does === undefined) throw wrong(line, 'nothing answers in this block: forward and whoami do')
    return keys.map((key) => ({ ...keyOf(key, line), does, log }))
  })
}

/** The block of the longest zone that a name is in. */
export const blockOf = (blocks: readonly ServerBlock[], name: string): ServerBlock | undefined =>
  blocks
    .filter(({ zone }) => zone === '' || name === zone || name.endsWith(`.${zone}`))
    .toSorted((one, other) => other.zone.length - one.zone.length)[0]
