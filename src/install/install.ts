import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { Applier } from '#client/apply/applier.ts'
import type { Client } from '#client/client.ts'
import type { Send } from '#client/http-client.ts'
import type { Clock } from '#clock/clock.ts'
import { rollOut } from './apply/rollout.ts'
import type { ClusterObjects } from './found/found.ts'
import { InstallError } from './install-error.ts'
import { installedIn } from './installed.ts'
import { type NodeOutcome, runOnNodes } from './nodes/run-on-nodes.ts'
import { objectsOf } from './objects/objects.ts'
import type { InstallPlan } from './plan/plan.ts'
import { refuseFewer } from './plan/refuse-fewer.ts'
import { cleanupTask, isAway, sendAway } from './replace/kube-proxy.ts'
import { untilNowhere } from './replace/rollout-state.ts'

export const FIELD_MANAGER = 'fairlead-install'

/** How a cluster is reached, and how long it may take. */
export interface Hands {
  readonly client: Client
  readonly send: Send
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** A step that begins, in words. */
  readonly say: (text: string) => void
}

/**
 * Does what the plan says: applies, waits until every node's agent is ready, and only then has others make room. May be
 * called again at any time. Throws InstallError, and what the API server says.
 */
export const install = async (plan: InstallPlan, objects: ClusterObjects, hands: Hands): Promise<void> => {
  const { client, send, clock, signal, timeoutMs, say } = hands
  refuseFewer(await installedIn(plan.installation.namespace, client), plan.installation)
  const applier = new Applier(send, { clock, signal, fieldManager: FIELD_MANAGER })
  say('applying')
  await rollOut(applier, objectsOf(plan.installation), { timeoutMs, signal })
  for (const { namespace, object } of plan.replaced) {
    const found = objects.daemonSets.find(
      ({ metadata }) => metadata?.namespace === namespace && metadata.name === object,
    )
    if (found !== undefined) await makeRoom(found, objects, { client, clock, signal, timeoutMs, say })
  }
}

/** Its processes end first, which would write their rules again; then the rules go, on every node that can be reached. */
const makeRoom = async (daemonSet: DaemonSet, { nodes }: ClusterObjects, hands: Omit<Hands, 'send'>): Promise<void> => {
  const { client, say } = hands
  const task = cleanupTask(daemonSet)
  if (!isAway(daemonSet)) {
    say(`${daemonSet.metadata?.name} makes room`)
    await sendAway(client, daemonSet)
  }
  await untilNowhere(daemonSet, hands)
  say(`taking away the rules of ${daemonSet.metadata?.name}`)
  const failed = (await runOnNodes(task, nodes, hands)).filter(hasFailed)
  if (failed.length > 0)
    throw new InstallError(
      'INSTALL_LEFTOVERS',
      `rules of ${daemonSet.metadata?.name} are left: ${failed.map(({ node, failed }) => `${node}: ${failed}`).join('; ')}`,
      'ours go before them, so traffic goes on; install again once these nodes are well',
    )
}

export const hasFailed = (outcome: NodeOutcome): outcome is Required<NodeOutcome> => outcome.failed !== undefined
