import { down as stopCluster } from '#cluster/down.ts'
import { type Command, nameFlag } from '../command.ts'
import { leaveKubeconfig } from '../kubeconfig-entry.ts'

export const down: Command = {
  name: 'down',
  summary: 'stop a cluster and leave nothing behind',
  description: `Ends its processes and containers, removes its namespaces, links, routes, rules, mounts, cgroups and files, takes it out of the
kubeconfig and makes the former context current again. Works also when all its processes were killed.`,
  flags: { name: nameFlag },
  examples: ['fairlead down', 'fairlead down --name ci'],
  async run({ flags, io }) {
    const started = performance.now()
    await leaveKubeconfig(flags.name!)
    await stopCluster(flags.name!)
    if (io.terminal) io.out(`cluster ${flags.name} is down (${Math.round(performance.now() - started)} ms)\n`)
    return 0
  },
}
