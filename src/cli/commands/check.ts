import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import { AGENT_NAMESPACE } from '#facts/agents/agent-pods.ts'
import type { CheckPlan } from '#facts/check/check-objects.ts'
import { checkedNodes } from '#facts/check/node-facts.ts'
import { obstaclesOf } from '#facts/check/obstacles.ts'
import { missingOf, needsOf, needText } from '#facts/check/permissions.ts'
import { runCheck } from '#facts/check/run-check.ts'
import { checkText } from '../check-text.ts'
import { CliError } from '../cli-error.ts'
import { explainTarget } from '../clusters/explain-target.ts'
import { withClusterApi } from '../clusters/with-cluster-api.ts'
import { type Command, outputFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'
import { clusterFlags } from '../policies/cluster-flags.ts'

const START_S = 60
const PROBE_MS = 3_000
/** Of other nodes, each asks so many. */
const MOST = 8
const READS =
  'check makes a namespace with DaemonSets and Services for some seconds, and runs probes in their pods: it needs the rights of a cluster’s administrator, or a role with those that the message names'
/** Letters and digits that are not taken for one another, as Kubernetes has them for names that it makes up. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
/** Beside the node ports, and below the ports that kernels give away. */
const [FIRST_PORT, LAST_PORT] = [21_000, 29_000]

export const check: Command = {
  name: 'check',
  summary: 'does everything reach everything? Probes between pods, Services, names and nodes of a cluster',
  description: `Makes a namespace fairlead-check-XXXXX with a pod on each node, one in the node's network too, and lets each ask the others: pods by
their addresses, a Service by ClusterIP and node port, names, and nodes. Prints a matrix, what failed, and what is known to be in the way. All
of it is taken away again at the end, also after Ctrl-C. Exit status 0: all answered. 1: something did not. 2: it cannot be asked.`,
  flags: {
    ...clusterFlags,
    image: { value: 'IMAGE', help: 'Fairlead’s image; else that of the installed DaemonSet fairlead-node' },
    'agents-in': { value: 'NAMESPACE', help: 'where the agents are; else fairlead-system' },
    'no-host-network': { help: 'no pods in the network of nodes: where policies for pods forbid them' },
    'cluster-domain': { value: 'DOMAIN', help: 'of the cluster’s DNS; else cluster.local' },
    timeout: { value: 'SECONDS', help: `for the pods to start; ${START_S}` },
    output: outputFlag,
  },
  examples: ['fairlead check --kubeconfig prod.yaml', 'fairlead check --context prod --no-host-network -o json'],
  async run({ flags, switches, io }) {
    const { name, kubeconfig, context, 'agents-in': namespace = AGENT_NAMESPACE } = flags
    const seconds = Number(flags.timeout ?? START_S)
    if (!(seconds > 0)) throw new CliError('USAGE', `check: --timeout ${flags.timeout} is no number of seconds`)
    const target = explainTarget({ name, kubeconfig, context }, io.environment)
    using interrupts = takeInterrupts()
    const { signal } = interrupts
    return await withClusterApi(target, READS, async ({ client, transport }) => {
      const plan = await planOf(client, flags.image, namespace, !switches['no-host-network'])
      const missing = await missingOf(client, needsOf(plan.name))
      if (missing.length > 0)
        throw new CliError('CHECK_FORBIDDEN', `check may not ${missing.map(needText).join('; ')}`, { hint: READS })
      const result = await runCheck({
        client,
        transport,
        plan,
        clusterDomain: flags['cluster-domain'] ?? 'cluster.local',
        timeoutMs: PROBE_MS,
        startMs: seconds * 1000,
        most: MOST,
        signal,
        // It keeps the process alive, and an abort ends it: runCheck() looks at the signal next.
        sleep: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
        now: Date.now,
        tell: (text) => io.err(`${text}\n`),
      })
      const { nodes, serviceCidrs } = await checkedNodes(client, { transport, namespace, signal }, result.nodes)
      const obstacles = obstaclesOf(nodes, serviceCidrs)
      const { outcomes, absent } = result
      const healthy = outcomes.length > 0 && absent.length === 0 && outcomes.every(({ error }) => error === undefined)
      io.out(
        flags.output === 'json'
          ? `${JSON.stringify({ healthy, outcomes, absent, obstacles })}\n`
          : checkText(result, obstacles),
      )
      return healthy ? 0 : 1
    })
  },
}

const planOf = async (
  client: Client,
  asked: string | undefined,
  namespace: string,
  onNodes: boolean,
): Promise<CheckPlan> => {
  const letters = Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const made = { name: `fairlead-check-${letters}`, nodePort: randomInt(FIRST_PORT, LAST_PORT), onNodes }
  if (asked !== undefined) return { ...made, image: asked }
  const installed = await client.get(daemonSets, 'fairlead-node', { namespace }).catch((error: unknown) => {
    if (error instanceof ApiError && (error.status.code === 404 || error.status.code === 403)) return undefined
    throw error
  })
  const { containers = [], imagePullSecrets } = installed?.spec?.template?.spec ?? {}
  const image = containers[0]?.image
  if (!image)
    throw new CliError(
      'CHECK_IMAGE_UNKNOWN',
      `check: namespace ${namespace} has no DaemonSet fairlead-node whose image could be taken`,
      {
        hint: 'name an image of Fairlead that the cluster’s nodes can fetch, with --image',
      },
    )
  return { ...made, image, ...(imagePullSecrets && { imagePullSecrets }) }
}
