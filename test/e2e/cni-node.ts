import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FAIRLEAD, type Outcome, run } from './harness.ts'

/** Where Debian's containernetworking-plugins are: installed, or unpacked by `script/setup --tests`. */
const PLACES = ['/usr/lib/cni', join(import.meta.dirname, '..', '..', '.debian', 'usr', 'lib', 'cni')]
const plugins = PLACES.find((folder) => existsSync(join(folder, 'bridge')))

/** Why plugins cannot be tried here. */
export const whyNoPlugins: string | undefined =
  plugins === undefined
    ? 'containernetworking-plugins is neither installed nor in .debian/: script/setup --tests brings it'
    : undefined

/** A shell on a node, in its own files. */
export const shellOn =
  (kubeconfig: string, cluster: string) =>
  (node: string, script: string, input = ''): Promise<Outcome> =>
    run(FAIRLEAD, ['exec', `node/${node}`, '--name', cluster, '--', 'sh', '-c', script], {
      env: { KUBECONFIG: kubeconfig },
      input,
    })

/** Gives the node plugins of its own, where the machine has none. */
export const PLUGINS_SCRIPT = existsSync(join(PLACES[0]!, 'bridge')) ? ':' : `cp ${plugins}/* /opt/cni/bin/`

/** A bridge a node, addresses of the node's own ranges, host ports and limits. */
export const bridged = (more: readonly object[] = [], name = 'pods'): string =>
  JSON.stringify({
    name,
    cniVersion: '1.0.0',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        capabilities: { ipRanges: true },
        ipam: { type: 'host-local', routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'bandwidth', capabilities: { bandwidth: true } },
      ...more,
    ],
  })
