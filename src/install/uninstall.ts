import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { Applier, type Manifest } from '#client/apply/applier.ts'
import { isNotFound } from '#client/client.ts'
import { sleep } from '#clock/clock.ts'
import { FIELD_MANAGER, type Hands, hasFailed } from './install.ts'
import { InstallError } from './install-error.ts'
import { runOnNodes } from './nodes/run-on-nodes.ts'
import { type Installation, NODE_NAME, PART_OF, podLabels } from './objects/installation.ts'
import { objectsOf } from './objects/objects.ts'
import { callBack, isAway } from './replace/kube-proxy.ts'
import { untilEverywhere } from './replace/rollout-state.ts'

const LOOK_MS = 250

/**
 * Takes away all that an installation is, from the API and from every node's kernel, and nothing else; what made room for it
 * comes back first, and its rules stand before ours go. Called again it does nothing. Throws InstallError, and what the API
 * server says.
 */
export const uninstall = async (installation: Installation, hands: Hands): Promise<'done' | 'nothing'> => {
  const { client, send, clock, signal, say } = hands
  const away = (await client.list(daemonSets)).items.filter(isAway)
  for (const one of away) {
    say(`${one.metadata?.name} comes back`)
    await callBack(client, one)
  }
  for (const one of away) await untilEverywhere(one, hands)
  const agents = await ownAgents(installation, hands)
  const applier = new Applier(send, { clock, signal, fieldManager: FIELD_MANAGER })
  if (agents === undefined) {
    // What an uninstall that was interrupted has left.
    return (await removeAll(applier, objectsOf(installation))) ? 'done' : 'nothing'
  }
  say('ending the agents')
  await applier.remove(agents as Manifest)
  await untilEnded(installation, hands)
  say('taking away what nodes’ kernels hold')
  const image = agents.spec?.template?.spec?.containers?.[0]?.image ?? installation.image
  const { items } = await client.list(nodes)
  const failed = (await runOnNodes(cleanupOf(installation, image, away.length > 0), items, hands)).filter(hasFailed)
  if (failed.length > 0)
    throw new InstallError(
      'INSTALL_LEFTOVERS',
      `some nodes hold rules of ours: ${failed.map(({ node, failed }) => `${node}: ${failed}`).join('; ')}`,
      'uninstall again once they are well; a node that is started anew holds none',
    )
  await removeAll(applier, objectsOf(installation))
  return 'done'
}

const ownAgents = async ({ namespace }: Installation, { client }: Hands): Promise<DaemonSet | undefined> => {
  try {
    const found = await client.get(daemonSets, NODE_NAME, { namespace })
    const [[key, value]] = Object.entries(PART_OF) as [[string, string]]
    if (found.metadata?.labels?.[key] === value) return found
    throw new InstallError(
      'INSTALL_FOREIGN',
      `DaemonSet ${namespace}/${NODE_NAME} is not of Fairlead: it has no label ${key}=${value}`,
      'name the namespace that Fairlead is in: --namespace',
    )
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** An agent that still runs would put its rules back. A node that is not there cannot hold this up for longer than asked. */
const untilEnded = async ({ namespace }: Installation, { client, clock, signal, timeoutMs }: Hands): Promise<void> => {
  const end = clock.now() + timeoutMs
  const labelSelector = Object.entries(podLabels(NODE_NAME))
    .map((label) => label.join('='))
    .join()
  while (clock.now() < end) {
    if ((await client.list(pods, { namespace, labelSelector })).items.length === 0) return
    await sleep(clock, LOOK_MS, signal)
    signal.throwIfAborted()
  }
}

/** What of ours is on a node goes by the image itself; where others come back, their rules are waited for first. */
const cleanupOf = ({ namespace }: Installation, image: string, othersComeBack: boolean) => ({
  name: 'cleanup',
  namespace,
  image,
  command: ['/usr/bin/node', '/opt/fairlead/cleanup.mjs', ...(othersComeBack ? ['--after-services-of-others'] : [])],
  volumes: [
    { name: 'run', hostPath: { path: '/run' } },
    { name: 'lib', hostPath: { path: '/var/lib' } },
  ],
  volumeMounts: [
    { name: 'run', mountPath: '/host/run', mountPropagation: 'Bidirectional' as const },
    { name: 'lib', mountPath: '/host/var/lib' },
  ],
})

/** The last first. Whether anything was there. */
const removeAll = async (applier: Applier, objects: readonly ApiObject[]): Promise<boolean> => {
  let found = false
  for (const object of objects.toReversed()) found = (await applier.remove(object as Manifest)) || found
  return found
}
