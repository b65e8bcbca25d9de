import { DEFAULT_NAMESPACE } from '#install/objects/installation.ts'
import { uninstall as uninstallFrom } from '#install/uninstall.ts'
import type { Command } from '../command.ts'
import { withCluster } from '../installing/reach-cluster.ts'
import { clusterFlags } from '../policies/cluster-flags.ts'
import { secondsOf } from '../seconds.ts'

export const uninstall: Command = {
  name: 'uninstall',
  summary: 'take the parts of Fairlead away from a cluster again',
  description: `What made room for them comes back first; when its rules stand, every rule, route, link, file and object of ours goes, and nothing
else. Called again it does nothing. Nodes that cannot be reached are named, with status 1: what they hold goes with their power, or by
the same command later.`,
  flags: {
    ...clusterFlags,
    namespace: { value: 'NAMESPACE', short: 'n', default: DEFAULT_NAMESPACE, help: 'where it was put' },
    timeout: { value: 'TIME', default: '5m', help: 'how long each step may take' },
  },
  examples: ['fairlead uninstall --kubeconfig ~/.kube/config'],
  async run({ flags, io }) {
    const { name, kubeconfig, context, namespace } = flags
    const timeoutMs = 1000 * secondsOf('uninstall: --timeout', flags.timeout!)
    return await withCluster({ name, kubeconfig, context }, timeoutMs, io, async ({ hands }) => {
      const done = await uninstallFrom(namespace!, hands)
      io.out(done === 'done' ? 'nothing of Fairlead is left\n' : 'there is nothing of Fairlead\n')
      return 0
    })
  },
}
