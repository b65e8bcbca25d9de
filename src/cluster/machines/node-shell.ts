import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NodeFiles } from '#cni/node/node-files.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { type ClusterConfig, leaves, type NodeConfig } from '../config.ts'
import { statePaths } from '../state/state.ts'

/**
 * Makes the machine's own files and name those of the node, as far as they tell of names, and then runs what follows.
 * Kernels refuse some of it in a container of another's: then the program runs without.
 */
const ENTER = `
name=$1 files=$2 table=$3; shift 3
printf %s "$name" >/proc/sys/kernel/hostname
mount -t sysfs sysfs /sys 2>/dev/null
if [ -n "$table" ]; then
  mount --all --fstab "$table"
else
  for file in resolv.conf hosts hostname; do
    [ -e "/etc/$file" ] && mount --bind "$files/$file" "/etc/$file"
  done
fi
case $1 in
  */*) ;;
  *) command -v "$1" >/dev/null || { echo "fairlead: '$1' is not found on node $name" >&2; exit 127; } ;;
esac
exec "$@"
`

/**
 * How a command is run on a node as a person does who has logged in there: in its network, under its name, with its
 * resolver, in a view of files and names of its own. The processes and the files are the machine's, but for the folders that a
 * node has of its own where others lay its network. Writes what the node has of its own in its folder. The programs are
 * util-linux', which every Debian has.
 */
export const nodeShell = (
  config: ClusterConfig,
  node: NodeConfig,
  command: readonly string[],
): { readonly program: string; readonly args: readonly string[] } => {
  const folder = join(statePaths(config.stateDir).pods, node.name, 'etc')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const files = filesOf(config, node)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o644 })
  const shown = Object.fromEntries(Object.keys(files).map((file) => [file, join(folder, file)]))
  const table = leaves(config, 'network') ? new NodeFiles(dirname(folder)).mountTable(shown) : ''
  const network = `--net=${namespacePath(node.namespace)}`
  const own = ['unshare', '--mount', '--uts', '--propagation', 'slave']
  return {
    program: 'nsenter',
    args: [network, ...own, 'sh', '-c', ENTER, 'fairlead', node.name, folder, table, ...command],
  }
}

const filesOf = ({ nodes, clusterDns, clusterDomain }: ClusterConfig, { name }: NodeConfig) => ({
  hostname: `${name}\n`,
  hosts: [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...nodes.flatMap((node) => node.addresses.map((address) => `${address} ${node.name}`)),
    '',
  ].join('\n'),
  'resolv.conf': `search svc.${clusterDomain} ${clusterDomain}\n${clusterDns.map((address) => `nameserver ${address}\n`).join('')}options ndots:5\n`,
})
