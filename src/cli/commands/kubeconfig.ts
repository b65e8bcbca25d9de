import { adminAccess } from '#cluster/state/admin-access.ts'
import { chosenCluster } from '../clusters/chosen-cluster.ts'
import { knownCluster } from '../clusters/known-cluster.ts'
import { type Command, nameArgument, shownNameFlag } from '../command.ts'
import { kubeconfigOf } from '../kubeconfig/kubeconfig.ts'

export const kubeconfig: Command = {
  name: 'kubeconfig',
  summary: 'a kubeconfig of one cluster, printed',
  description: 'Holds the administrator’s key: keep it as you keep a password.',
  argument: nameArgument,
  flags: { name: shownNameFlag },
  examples: ['fairlead kubeconfig > ./kubeconfig', 'kubectl --kubeconfig <(fairlead kubeconfig) get nodes'],
  async run({ flags, io }) {
    const config = knownCluster(chosenCluster(flags.name, io.environment))
    io.out(kubeconfigOf(config.name, adminAccess(config)))
    return 0
  },
}
