import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Place } from '../topology.ts'
import { iptablesCleanup, iptablesLayout } from './iptables-layout.ts'
import { nftablesCleanup, nftablesLayout } from './nftables-layout.ts'
import type { StrangerNode, StrangerService } from './stranger-service.ts'

export type Layout = 'iptables' | 'nftables'

/** The rules of another service proxy on one node, in both families. */
interface Stranger {
  /** Writes them, as kube-proxy does when it starts. */
  write(): Promise<void>
  /** Takes them away, as `kube-proxy --cleanup` does. */
  remove(): Promise<void>
  /** All rules of the node but ours, without what packets change. */
  saved(): Promise<string>
}

interface Served {
  readonly node: StrangerNode
  readonly services: readonly StrangerService[]
}

export const strangerOn = (place: Place, layout: Layout, families: readonly Served[]): Stranger => {
  const inside = ['netns', 'exec', `fl-${place}`]
  const run = async (input: string, ...words: readonly string[]): Promise<void> => {
    const running = promisify(execFile)('ip', [...inside, ...words])
    running.child.stdin?.end(input)
    await running
  }
  const read = async (...words: readonly string[]): Promise<string> =>
    (await promisify(execFile)('ip', [...inside, ...words], { encoding: 'utf8', maxBuffer: 1 << 24 })).stdout
  const restore = ({ family }: StrangerNode): string =>
    family === 4 ? 'iptables-nft-restore' : 'ip6tables-nft-restore'
  const save = ({ family }: StrangerNode): string => (family === 4 ? 'iptables-nft-save' : 'ip6tables-nft-save')
  if (layout === 'nftables')
    return {
      async write() {
        for (const { node, services } of families) await run(nftablesLayout(node, services), 'nft', '-f', '-')
      },
      async remove() {
        for (const { node } of families) await run(nftablesCleanup(node), 'nft', '-f', '-')
      },
      saved: async () => withoutOurs(await read('nft', '-s', 'list', 'ruleset')),
    }
  return {
    async write() {
      for (const { node, services } of families) await run(iptablesLayout(node, services), restore(node), '--noflush')
    },
    async remove() {
      for (const { node } of families)
        for (const step of iptablesCleanup(await read(save(node)))) await run(step, restore(node), '--noflush')
    },
    async saved() {
      const texts = await Promise.all(families.map(({ node }) => read(save(node))))
      return texts.map((text) => text.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '[0:0]')).join('')
    },
  }
}

/** Which client keeps to which endpoint is written by packets. */
const withoutOurs = (ruleset: string): string =>
  ruleset
    .replace(/^(\t(?:set|map) affinity-[^}]*?)\n\t\telements = \{[^}]*\}/gm, '$1')
    .split(/^(?=table )/m)
    .filter((table) => !/^table ip6? fairlead/.test(table))
    .join('')

/** What a namespace's clients had to send again: connections whose first packet got lost. */
export const synsSentAgain = (place: Place): number => {
  const lines = execFileSync('ip', ['netns', 'exec', `fl-${place}`, 'cat', '/proc/net/netstat'], {
    encoding: 'utf8',
  }).split('\n')
  const [names = '', values = ''] = lines.filter((line) => line.startsWith('TcpExt:'))
  return Number(values.split(' ')[names.split(' ').indexOf('TCPSynRetrans')])
}
