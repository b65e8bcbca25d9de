import { LEAVABLE, type LeftOut } from '#agent/left-out.ts'
import { type ClusterConfig, leaves } from '#cluster/config.ts'
import { CliError } from './cli-error.ts'

/** What `--without` and `--network` leave to others. `asked`: what of it was said in so many words. Throws CliError USAGE. */
export const leftOut = (
  verb: string,
  flags: Readonly<Record<string, string | undefined>>,
  asked: Readonly<Record<string, string>>,
): readonly LeftOut[] => {
  const named = (flags.without ?? '').split(',').flatMap((one) => one.trim() || [])
  const unknown = named.filter((one) => !LEAVABLE.some((known) => known === one))
  if (unknown.length > 0)
    throw new CliError('USAGE', `${verb}: --without names ${unknown.join(', ')}, which cannot be left out`, {
      hint: `it takes any of ${LEAVABLE.join(', ')}: --without proxy,dns`,
    })
  if (asked.network === 'routed' && named.includes('network'))
    throw new CliError('USAGE', `${verb}: --network routed and --without network say the opposite of one another`)
  return LEAVABLE.filter((one) => named.includes(one) || (one === 'network' && flags.network === 'none'))
}

/** `3 nodes Ready, DNS answers`, as far as that is ours to say. */
export const upText = (config: ClusterConfig, nodes: number): string => {
  const count = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
  const dns = leaves(config, 'dns') ? '' : ', DNS answers'
  return leaves(config, 'network')
    ? `${count}; as soon as CNI finds a network on them: Ready${dns}`
    : `${count} Ready${dns}`
}

/** Where a network is to be laid down, where that is others' to do. */
export const networkHint = (config: ClusterConfig): string =>
  leaves(config, 'network')
    ? `CNI looks for a network in each node's own /etc/cni/net.d: fairlead exec node/${config.nodes[0]?.name} -- ls /etc/cni/net.d\n`
    : ''
