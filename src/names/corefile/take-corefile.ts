import { foldName, labelsBelow } from '../dns-name.ts'
import { type Directive, parseCorefile, type ServerBlock } from './corefile.ts'
import { takeCache, takeForward, takeHosts, takeKubernetes } from './take-plugins.ts'
import type { Leave, TakenCorefile } from './taken-corefile.ts'
import { isServer, reverseZone } from './zone-key.ts'

/** Of these the effect is there anyway. */
const ALWAYS = new Set(['errors', 'loop', 'reload', 'log', 'cancel', 'minimal', 'lameduck'])
/** Of these it is elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  health: 'the agent says at its own port whether it lives (docs/metrics.md)',
  ready: 'the agent says at its own port whether it is ready (docs/metrics.md)',
  prometheus: 'these metrics are served with those of the agent, under the same names (docs/dns.md)',
  import: 'what it includes cannot be seen from here: put what shall hold into the Corefile itself',
  rewrite: 'names are not rewritten: whoever asks for the old one is told what there is of it',
}

const hasScheme = (key: string): string | undefined => /^([a-z]+):\/\//.exec(key)?.[1]
const zoneOf = (key: string): string | undefined => {
  const bare = key.replace(/^dns:\/\//, '')
  const reverse = reverseZone(bare)
  if (reverse !== undefined) return reverse
  if (bare.includes('/')) return undefined
  return foldName(bare.replace(/:\d+$/, '').replace(/\.$/, ''))
}

/**
 * What of a Corefile this server does too, and of the rest each line, with the reason. `files`: what else stands in its
 * ConfigMap, by name, since the plugin `hosts` may read it. Throws CorefileError where it cannot be read.
 */
export const takeCorefile = (text: string, files: Readonly<Record<string, string>> = {}): TakenCorefile => {
  const taken: TakenCorefile = { stubDomains: {}, hosts: [], left: [] }
  const leave = (line: number, words: string): void => void taken.left.push({ line, text: words })
  const blocks = parseCorefile(text)
  const zones = blocks.map((block) => ({ block, zones: block.keys.flatMap((key) => named(key, block, leave)) }))
  for (const { block, zones: own } of zones) if (own.includes('')) takeRoot(block, taken, leave, files)
  for (const { block, zones: own } of zones)
    for (const zone of own) if (zone !== '') takeStub(block, zone, taken, leave)
  taken.left.sort((a, b) => a.line - b.line)
  return taken
}

const named = (key: string, { line }: ServerBlock, leave: Leave): readonly string[] => {
  if (key.startsWith('(')) {
    leave(line, `the snippet ${key} is not read`)
    return []
  }
  const scheme = hasScheme(key)
  const zone = zoneOf(key)
  if (scheme !== undefined && scheme !== 'dns') leave(line, `${key}: only plain DNS is served`)
  else if (zone === undefined) leave(line, `${key}: a range whose prefix does not end at a label is no zone here`)
  else return [zone]
  return []
}

const takeRoot = (
  { plugins }: ServerBlock,
  taken: TakenCorefile,
  leave: Leave,
  files: Readonly<Record<string, string>>,
): void => {
  for (const plugin of plugins)
    switch (plugin.name) {
      case 'kubernetes':
        takeKubernetes(plugin, taken, leave)
        break
      case 'forward':
        takeForward(plugin, taken, leave)
        break
      case 'cache':
        takeCache(plugin, taken, leave)
        break
      case 'hosts':
        takeHosts(plugin, taken, leave, files)
        break
      default:
        passOver(plugin, leave)
    }
}

/** A server of its own for one zone: whom it forwards to is asked for that zone. */
const takeStub = ({ plugins, line }: ServerBlock, zone: string, taken: TakenCorefile, leave: Leave): void => {
  if (labelsBelow(zone, taken.domain ?? 'cluster.local') !== undefined) {
    leave(line, `${zone} lies in the cluster's domain, of which nothing is forwarded`)
    return
  }
  let isTaken = false
  for (const plugin of plugins)
    if (plugin.name === 'forward' && plugin.args[0] === '.') {
      const servers = plugin.args.slice(1).filter(isServer)
      for (const to of plugin.args.slice(1))
        if (!servers.includes(to))
          leave(plugin.line, `${to} is no nameserver that can be asked for ${zone}: an address is`)
      if (servers.length > 0) {
        taken.stubDomains[zone] = servers
        isTaken = true
      }
    } else if (plugin.name !== 'cache') passOver(plugin, leave)
  if (!isTaken) leave(line, `nobody is asked for ${zone}: it has no line \`forward . ADDRESS\``)
}

const passOver = ({ name, args, line }: Directive, leave: Leave): void => {
  if (ALWAYS.has(name)) return
  // Addresses of one name are turned for each client.
  if (name === 'loadbalance' && (args.length === 0 || args[0] === 'round_robin')) return
  leave(line, `${name}: ${ELSEWHERE[name] ?? 'this plugin is not there'}`)
}
