import { VERSION } from '#client/version.ts'
import { PART_NAMES, type PartName } from '#incluster/settings/part-name.ts'
import { readCluster } from '#install/found/read-cluster.ts'
import { install as installInto } from '#install/install.ts'
import { DEFAULT_NAMESPACE } from '#install/objects/installation.ts'
import { manifestText } from '#install/objects/manifest-text.ts'
import { objectsOf } from '#install/objects/objects.ts'
import { planInstall, REPLACEABLE } from '#install/plan/plan.ts'
import { CliError } from '../cli-error.ts'
import { type Command, didYouMean, type Invocation } from '../command.ts'
import { withCluster } from '../installing/reach-cluster.ts'
import { clusterFlags } from '../policies/cluster-flags.ts'
import { secondsOf } from '../seconds.ts'

const list = (what: string) => ({ value: `${what},…`, help: '' })

export const install: Command = {
  name: 'install',
  summary: 'put the parts of Fairlead on a Kubernetes cluster of anybody',
  description: `Looks what is there, applies a DaemonSet of agents and what they need, and waits until every node does what was asked for. What
others do in the cluster is left alone, unless --replace names it: then theirs ends only when ours stands on every node, so that
no connection is lost, and it comes back by fairlead uninstall. Parts are proxy (Services and host ports), network (pods’ links,
addresses and routes, by CNI), policy (NetworkPolicies and ClusterNetworkPolicies), dns, balancer (addresses for LoadBalancers) and
gateway (Ingress and Gateway API); without --parts, all those that nobody else does. Install again with other flags to change it.`,
  flags: {
    ...clusterFlags,
    parts: { ...list('PART'), help: `any of ${PART_NAMES.join(', ')}; else all that nobody else does` },
    replace: {
      ...list('NAME'),
      default: '',
      help: `whose work is taken over while traffic goes on: ${REPLACEABLE.join(', ')}`,
    },
    image: {
      value: 'IMAGE',
      default: `fairlead:${VERSION}`,
      help: 'the image, as nodes can have it: script/image makes it',
    },
    namespace: { value: 'NAMESPACE', short: 'n', default: DEFAULT_NAMESPACE, help: 'where it is put' },
    'api-server': {
      ...list('URL'),
      default: '',
      help: 'API servers as nodes reach them without Services; else those that the API names',
    },
    'cluster-cidr': {
      ...list('CIDR'),
      default: '',
      help: 'where pods live; else as kube-proxy, kubeadm or the nodes say',
    },
    'service-cidr': { ...list('CIDR'), default: '', help: 'where Services live; else as the API or kubeadm says' },
    'cluster-dns': {
      ...list('ADDRESS'),
      default: '',
      help: 'the address that pods ask; else that of kube-system/kube-dns',
    },
    'cluster-domain': { value: 'DOMAIN', help: 'what names of Services end with; else as kubeadm or CoreDNS says' },
    'dry-run': { help: 'change nothing: say what would be done; with -o yaml print what would be applied' },
    timeout: { value: 'TIME', default: '5m', help: 'how long each step may take' },
    output: { value: 'FORMAT', short: 'o', help: 'with --dry-run: the objects', choices: ['yaml', 'json'] },
  },
  examples: [
    'fairlead install --kubeconfig ~/.kube/config --parts proxy,policy',
    'fairlead install --parts proxy --replace kube-proxy',
    'fairlead install --dry-run -o yaml > fairlead.yaml',
  ],
  async run(invocation) {
    const { flags, switches, io } = invocation
    if (flags.output !== undefined && !switches['dry-run'])
      throw new CliError('USAGE', 'install: -o goes with --dry-run, which prints what would be applied')
    const timeoutMs = 1000 * secondsOf('install: --timeout', flags.timeout!)
    return await withCluster(chosenOf(flags), timeoutMs, io, async ({ hands, server }) => {
      const objects = await readCluster(hands.client)
      const plan = planInstall(objects, { ...optionsOf(invocation), kubeconfigServer: server })
      for (const note of plan.notes) io.err(`note: ${note}\n`)
      if (switches['dry-run']) {
        if (flags.output !== undefined)
          io.out(manifestText(objectsOf(plan.installation), flags.output as 'yaml' | 'json'))
        else io.out(`would install ${plan.installation.settings.parts.join(', ')} into ${flags.namespace}\n`)
        return 0
      }
      await installInto(plan, objects, hands)
      io.out(`${plan.installation.settings.parts.join(', ')} on ${objects.nodes.length} nodes\n`)
      return 0
    })
  },
}

const chosenOf = ({ name, kubeconfig, context }: Invocation['flags']) => ({ name, kubeconfig, context })

const optionsOf = ({ flags }: Invocation) => {
  const words = (name: string): readonly string[] => (flags[name] ? flags[name].split(',') : [])
  return {
    namespace: flags.namespace!,
    image: flags.image!,
    parts: flags.parts === undefined ? undefined : flags.parts.split(',').map(partOf),
    replace: words('replace'),
    apiServers: words('api-server'),
    clusterCidrs: words('cluster-cidr'),
    serviceCidrs: words('service-cidr'),
    clusterDns: words('cluster-dns'),
    clusterDomain: flags['cluster-domain'],
  }
}

const partOf = (text: string): PartName => {
  const found = PART_NAMES.find((name) => name === text)
  if (found !== undefined) return found
  throw new CliError(
    'USAGE',
    `install: there is no part ${text}; parts are ${PART_NAMES.join(', ')}${didYouMean(text, PART_NAMES)}`,
  )
}
