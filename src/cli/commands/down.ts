import { down as stopCluster } from '#cluster/down.ts'
import { CliError } from '../cli-error.ts'
import { type Command, nameFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'
import { kubeconfigOfCluster, leaveKubeconfig } from '../kubeconfig-entry.ts'

export const down: Command = {
  name: 'down',
  summary: 'stop a cluster and leave nothing behind',
  description: `Ends its processes and containers, removes its namespaces, links, routes, rules, mounts, cgroups and files, takes it out of the
kubeconfig and makes the former context current again. Works also when all its processes were killed, or its state folder deleted.`,
  flags: { name: nameFlag },
  examples: ['fairlead down', 'fairlead down --name ci'],
  async run({ flags, io }) {
    const started = performance.now()
    const name = flags.name!
    // Half a cluster is of no use to anybody: it goes on to the end, which is near.
    using _interrupts = takeInterrupts()
    const kubeconfig = kubeconfigOfCluster(name, io.environment)
    const found = await stopCluster(name)
    // Last: a kubeconfig that cannot be mended must not keep the cluster up.
    const entered = await leaveKubeconfig(name, kubeconfig)
    if (!found && !entered)
      throw new CliError('CLUSTER_UNKNOWN', `there is no cluster named ${name}`, {
        hint: 'fairlead list shows those that are there',
      })
    if (io.terminal) io.err(`cluster ${name} is down (${Math.round(performance.now() - started)} ms)\n`)
    return 0
  },
}
