import { allVerbs, type CommandListEntry } from './command-entry.ts'

/** Every verb, in the order of the help. Loaded when it is asked for: `up` must not wait for the rest. */
export const commandList: readonly CommandListEntry[] = [
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
    name: 'install',
    summary: 'put the parts of Fairlead on a Kubernetes cluster of anybody',
    load: async () => (await import('./commands/install.ts')).install,
  },
  {
    name: 'uninstall',
    summary: 'take the parts of Fairlead away from a cluster again',
    load: async () => (await import('./commands/uninstall.ts')).uninstall,
  },
  {
    name: 'node',
    summary: 'nodes of a cluster that runs: one fails, comes back, joins, leaves',
    verbs: [
      {
        name: 'node list',
        summary: 'the nodes of a cluster, and whether they are up',
        load: async () => (await import('./commands/node/list.ts')).list,
      },
      {
        name: 'node stop',
        summary: 'take a node’s power: what runs there dies',
        load: async () => (await import('./commands/node/stop.ts')).stop,
      },
      {
        name: 'node start',
        summary: 'boot a node that was stopped, or undo a pause',
        load: async () => (await import('./commands/node/start.ts')).start,
      },
      {
        name: 'node pause',
        summary: 'cut a node off: what runs there runs on, unreached',
        load: async () => (await import('./commands/node/pause.ts')).pause,
      },
      {
        name: 'node unpause',
        summary: 'plug a node in again that was paused',
        load: async () => (await import('./commands/node/unpause.ts')).unpause,
      },
      {
        name: 'node add',
        summary: 'one node more',
        load: async () => (await import('./commands/node/add.ts')).add,
      },
      {
        name: 'node rm',
        summary: 'take a node away',
        load: async () => (await import('./commands/node/rm.ts')).rm,
      },
    ],
  },
  {
    name: 'exec',
    summary: 'run a command on a node, or a shell',
    load: async () => (await import('./commands/exec.ts')).exec,
  },
  {
    name: 'explain',
    summary: 'walk a packet, in words: who gets it, and if nobody does, why and what mends it',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'check',
    summary: 'does everything reach everything? Probes between pods, Services, names and nodes of a cluster',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'routes',
    summary: 'what the Gateways and Ingresses of a cluster serve, and what they do not',
    load: async () => (await import('./commands/routes.ts')).routes,
  },
  {
    name: 'policy',
    summary: 'what NetworkPolicies come to',
    verbs: [
      {
        name: 'policy check',
        summary: 'what is most likely not meant in the policies of a cluster, and what mends it',
        load: async () => (await import('./commands/policy/check.ts')).check,
      },
      {
        name: 'policy matrix',
        summary: 'who may begin a connection with whom, by the policies of a cluster',
        load: async () => (await import('./commands/policy/matrix.ts')).matrix,
      },
    ],
  },
  {
    name: 'image',
    summary: 'the images of this machine, which all its clusters share',
    verbs: [
      {
        name: 'image ls',
        summary: 'what is here',
        load: async () => (await import('./commands/image/ls.ts')).ls,
      },
      {
        name: 'image load',
        summary: 'take images from an archive: docker save, or OCI',
        load: async () => (await import('./commands/image/load.ts')).load,
      },
      {
        name: 'image add',
        summary: 'make an image of a folder',
        load: async () => (await import('./commands/image/add.ts')).add,
      },
      {
        name: 'image import',
        summary: 'take an image from Docker, Podman or containerd on this machine',
        load: async () => (await import('./commands/image/import.ts')).importImage,
      },
      {
        name: 'image pull',
        summary: 'fetch images from their registries',
        load: async () => (await import('./commands/image/pull.ts')).pull,
      },
      {
        name: 'image rm',
        summary: 'take images away',
        load: async () => (await import('./commands/image/rm.ts')).rm,
      },
      {
        name: 'image prune',
        summary: 'take away what no pod runs',
        load: async () => (await import('./commands/image/prune.ts')).prune,
      },
    ],
  },
  {
    name: 'registry',
    summary: 'a registry of images in a cluster, for docker push and skopeo copy',
    verbs: [
      {
        name: 'registry start',
        summary: 'start it, on this machine’s loopback and in the cluster’s network',
        load: async () => (await import('./commands/registry/start.ts')).start,
      },
      {
        name: 'registry stop',
        summary: 'end it; what was pushed is kept',
        load: async () => (await import('./commands/registry/stop.ts')).stop,
      },
    ],
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
    load: async () => (await import('./commands/completion.ts')).completionOf(allVerbs(commandList)),
  },
]
