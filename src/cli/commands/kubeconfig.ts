import { adminAccess } from '#cluster/up.ts'
import { type Command, nameFlag } from '../command.ts'
import { knownCluster } from '../known-cluster.ts'
import { kubeconfigOf } from '../kubeconfig.ts'

export const kubeconfig: Command = {
  name: 'kubeconfig',
  summary: 'a kubeconfig of one cluster, printed',
  description: 'Holds the administrator’s key: keep it as you keep a password.',
  flags: { name: nameFlag },
  examples: ['fairlead kubeconfig > ./kubeconfig', 'kubectl --kubeconfig <(fairlead kubeconfig) get nodes'],
  async run({ flags, io }) {
    io.out(kubeconfigOf(flags.name!, adminAccess(knownCluster(flags.name!))))
    return 0
  },
}
