import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { checkPolicies } from '#explain/diagnose/policies/check/check.ts'
import { printCheck } from '#explain/words/policies/check.ts'
import { gatherApiFacts } from '#facts/api/api-facts.ts'
import { gatherFacts } from '#facts/local/local-facts.ts'
import { CliError } from '../../cli-error.ts'
import { explainTarget } from '../../clusters/explain-target.ts'
import { type Command, type Invocation, outputFlag } from '../../command.ts'
import { clusterFlags } from '../../policies/cluster-flags.ts'
import { answered, apiTrouble, noSuchNamespace } from '../../policies/trouble.ts'
import { tellWhoseTheyAre } from '../../policies/whose-policies.ts'

export const check: Command = {
  name: 'policy check',
  summary: 'what is most likely not meant in the policies of a cluster, and what mends it',
  description: `Looks through NetworkPolicies and ClusterNetworkPolicies for slips: Services that nobody may ask, egress that forgot DNS, selectors and peers that
mean nothing that is there, ports by a name that no pod has, pods of their node's network, priorities that two have, and what cannot be read. What people
do on purpose, such as to isolate a whole namespace, is none. Each cure is a command that can be run as it stands.
Exit status 0: nothing was found. 1: something was. 2: the question cannot be asked, as there is no such namespace. 3: it could not be found out.`,
  flags: {
    ...clusterFlags,
    namespace: { value: 'NAMESPACE', short: 'n', help: 'policies and Services of that namespace alone; else of all' },
    output: outputFlag,
  },
  examples: ['fairlead policy check', 'fairlead policy check -n shop -o json'],
  run: (invocation) => answered(() => found(invocation)),
}

const found = async ({ flags, io }: Invocation): Promise<number> => {
  const { name, kubeconfig, context, namespace } = flags
  const target = explainTarget({ name, kubeconfig, context }, io.environment)
  const isLocal = target.kind === 'local'
  const client = createHttpClient(isLocal ? unixTransport(target.config.sockets.api) : httpsTransport(target.access))
  try {
    const facts = isLocal
      ? await gatherFacts(client, target.config)
      : await gatherApiFacts(client, { server: target.access.server, clusterDomain: 'cluster.local' })
    if (namespace !== undefined && !facts.namespaces.includes(namespace))
      throw noSuchNamespace(namespace, facts.namespaces)
    if (facts.policies === undefined)
      throw new CliError('POLICIES_UNSEEN', 'policy check: the policies of this cluster cannot be seen', {
        hint: 'it lists namespaces, networkpolicies and clusternetworkpolicies: kubectl auth can-i list networkpolicies -A',
      })
    tellWhoseTheyAre(target, io)
    const told = checkPolicies(facts, namespace, target.flags)
    const text = printCheck(told)
    io.out(flags.output === 'json' ? `${JSON.stringify({ ...told, text })}\n` : text)
    return told.findings.length === 0 ? 0 : 1
  } catch (error) {
    throw apiTrouble(target, error)
  } finally {
    client.close()
  }
}
