import type { CommandEntry } from './command-entry.ts'

/** Every verb, in the order of the help. Loaded when it is asked for: `up` must not wait for the rest. */
export const commandList: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'start a cluster and make it kubectl’s current context',
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    name: 'down',
    summary: 'take a cluster down and leave nothing behind',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    name: 'stop',
    summary: 'end a cluster’s processes and keep its state',
    load: async () => (await import('./commands/stop.ts')).stop,
  },
  {
    name: 'list',
    summary: 'the clusters of this machine',
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'status',
    summary: 'nodes, addresses, pods and what each kernel has',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'walk a packet, in words: who gets it, and if nobody does, why and what mends it',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'logs',
    summary: 'what the cluster’s own processes say',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'kubeconfig',
    summary: 'a kubeconfig of one cluster, printed',
    load: async () => (await import('./commands/kubeconfig.ts')).kubeconfig,
  },
  {
    name: 'version',
    summary: 'the versions of Fairlead and of the Kubernetes API it serves',
    load: async () => (await import('./commands/version.ts')).version,
  },
  {
    name: 'completion',
    summary: 'completion for bash, zsh or fish, printed',
    load: async () => (await import('./commands/completion.ts')).completionOf(commandList),
  },
]
