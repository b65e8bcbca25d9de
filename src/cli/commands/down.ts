import { readClaim } from '#cluster/claims/claim.ts'
import { down as takeDownCluster } from '#cluster/up/down.ts'
import { CliError } from '../cli-error.ts'
import { needsRoot, unknownCluster } from '../clusters/known-cluster.ts'
import { type Command, nameArgument, nameFlag, quietFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'
import { kubeconfigOfCluster, leaveKubeconfig } from '../kubeconfig/kubeconfig-entry.ts'

export const down: Command = {
  name: 'down',
  summary: 'take a cluster down and leave nothing behind',
  description: `Ends its processes and containers, removes its namespaces, links, routes, rules, mounts, cgroups and files, takes it out of the
kubeconfig and makes the former context current again. Works also when all its processes were killed, or its state folder deleted.
Takes the cluster of that name, wherever its state lies; kubectl’s context does not choose it.`,
  argument: nameArgument,
  flags: { name: nameFlag, quiet: quietFlag },
  examples: ['fairlead down', 'fairlead down ci'],
  async run({ flags, switches, io }) {
    const started = performance.now()
    const name = flags.name!
    // Half a cluster is of no use to anybody: it goes on to the end, which is near.
    using _interrupts = takeInterrupts()
    if (process.getuid!() !== 0) throw readClaim(name) === undefined ? unknownCluster(name) : needsRoot(name)
    let kubeconfig = kubeconfigOfCluster(name, io.environment)
    const found = await takeDownCluster(name, () => {
      // Again: an `up` that was at its end may have noted another file meanwhile.
      kubeconfig = kubeconfigOfCluster(name, io.environment)
    })
    // Last: a kubeconfig that cannot be mended must not keep the cluster up.
    const entered = await leaveKubeconfig(name, kubeconfig).catch((error: unknown) => {
      throw found ? entryStays(name, kubeconfig, error) : error
    })
    if (!found && !entered) throw unknownCluster(name)
    if (!switches.quiet) io.err(`cluster ${name} is down (${Math.round(performance.now() - started)} ms)\n`)
    return 0
  },
}

/** What is left to do: the cluster's own note of the file went with its state. */
const entryStays = (name: string, path: string, error: unknown): unknown => {
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  if (typeof code !== 'string') return error
  return new CliError(code, `cluster ${name} is down, but its entry stays: ${message}`, {
    hint: `mend the file, then: KUBECONFIG=${path} fairlead down ${name}`,
    cause: error,
  })
}
