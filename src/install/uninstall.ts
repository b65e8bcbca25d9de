import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import type { Lease } from '#api/coordination/lease/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { Applier, type Manifest } from '#client/apply/applier.ts'
import { isNotFound } from '#client/client.ts'
import { CNI_FOLDERS } from '#incluster/paths.ts'
import { nodePartsOf } from '#incluster/settings/settings.ts'
import { LEAVING_LEASE } from '#objects/well-known.ts'
import { DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { gatewayClass, ingressClass } from '#routes/own-classes.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { FIELD_MANAGER, type Hands, hasFailed } from './install.ts'
import { InstallError } from './install-error.ts'
import { installedIn } from './installed.ts'
import { runOnNodes } from './nodes/run-on-nodes.ts'
import { controllerDeployment } from './objects/controller-deployment.ts'
import { DNS_SERVICE } from './objects/dns-service.ts'
import { type Installation, isOurs, NODE_NAME, podLabels } from './objects/installation.ts'
import { nodeDaemonSet } from './objects/node-daemonset.ts'
import { objectsOf } from './objects/objects.ts'
import { poll } from './poll.ts'
import { callBack, isAway } from './replace/kube-proxy.ts'
import { untilEverywhere } from './replace/rollout-state.ts'

/**
 * Takes away all that an installation is, from the API and from every node's kernel, and nothing else; what made room for it
 * comes back first, and its rules stand before ours go. The note of what is installed goes last, so that the same again goes on
 * where it was interrupted; after that it does nothing. Throws InstallError, and what the API server says.
 */
export const uninstall = async (namespace: string, hands: Hands): Promise<'done' | 'nothing'> => {
  const { client, send, clock, signal, say } = hands
  const installation = await installedIn(namespace, client)
  if (installation === undefined) return 'nothing'
  const away = (await client.list(daemonSets)).items.filter(isAway)
  for (const one of away) {
    say(`${one.metadata?.name} comes back`)
    await callBack(client, one)
  }
  for (const one of away) await untilEverywhere(one, hands)
  const applier = new Applier(send, { clock, signal, fieldManager: FIELD_MANAGER })
  if (installation.settings.parts.includes('gateway')) {
    say('ending the gateways')
    for (const one of [gatewayClass, ingressClass(false)]) await applier.remove(one as Manifest)
    await untilNoGateway(hands)
  }
  if (installation.settings.parts.includes('balancer'))
    await applier.apply(leavingLease(namespace, clock.now()) as Manifest)
  say('ending the agents')
  await applier.remove(controllerDeployment(installation) as Manifest)
  await applier.remove(nodeDaemonSet(installation) as Manifest)
  await untilEnded(installation, hands)
  if (nodePartsOf(installation.settings).length > 0) await cleanNodes(installation, away.length > 0, hands)
  // With a definition would go what people have made of its kind: Gateways and policies.
  const removed = objectsOf(installation).filter(({ kind }) => kind !== 'CustomResourceDefinition')
  for (const object of removed.toReversed()) await applier.remove(object as Manifest)
  await removeDns(hands)
  return 'done'
}

/** The Service of the cluster's DNS, where it is one that `install` has made. */
const removeDns = async ({ client }: Hands): Promise<void> => {
  const system = { namespace: 'kube-system' }
  const found = await client.get(services, DNS_SERVICE, system).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
  })
  if (found && isOurs(found)) await client.delete(services, DNS_SERVICE, system)
}

/** For so long agents that end know that nobody comes after them, seconds: an installation that is made meanwhile knows it too. */
const LEAVING_SECONDS = 300

/** BGP routers keep the routes of an agent that ends for the next one, unless it knows that there is none. */
const leavingLease = (namespace: string, now: number): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: LEAVING_LEASE, namespace },
  spec: { renewTime: new Date(now).toISOString().replace('Z', '000Z'), leaseDurationSeconds: LEAVING_SECONDS },
})

/** Takes what is ours out of every node's kernel. Throws InstallError INSTALL_LEFTOVERS. */
const cleanNodes = async (installation: Installation, othersComeBack: boolean, hands: Hands): Promise<void> => {
  hands.say('taking away what nodes’ kernels hold')
  const { items } = await hands.client.list(nodes)
  const failed = (await runOnNodes(cleanupOf(installation, othersComeBack), items, hands)).filter(hasFailed)
  if (failed.length > 0)
    throw new InstallError(
      'INSTALL_LEFTOVERS',
      `some nodes hold rules of ours: ${failed.map(({ node, failed }) => `${node}: ${failed}`).join('; ')}`,
      'uninstall again once they are well, or once their Nodes are deleted; a node that is started anew holds none',
    )
}

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map((label) => label.join('='))
    .join()

/** The controller takes the gateways' pods and Services away when nothing is of its classes any more. */
const untilNoGateway = async (hands: Hands): Promise<void> => {
  const { client } = hands
  const ofGateways = { namespace: DATA_PLANE_NAMESPACE, labelSelector: selectorOf(MANAGED_LABELS) }
  const gone = await poll(async () => {
    const left = await Promise.all([client.list(deployments, ofGateways), client.list(services, ofGateways)])
    return left.every(({ items }) => items.length === 0) || undefined
  }, hands)
  if (gone === undefined)
    throw new InstallError(
      'INSTALL_NOT_READY',
      'the controller does not take the gateways away that it has made',
      'kubectl -n fairlead-system logs deploy/fairlead-controller says why; the same command again goes on from here',
    )
}

/** An agent that still runs would put its rules back. A node that is not there cannot hold this up for longer than asked. */
const untilEnded = ({ namespace }: Installation, hands: Hands): Promise<unknown> =>
  poll(async () => {
    const { items } = await hands.client.list(pods, { namespace, labelSelector: selectorOf(podLabels(NODE_NAME)) })
    return items.length === 0 || undefined
  }, hands)

/** What of ours is on a node goes by the image itself; where others come back, their rules are waited for first. */
const cleanupOf = ({ namespace, image }: Installation, othersComeBack: boolean) => ({
  name: 'cleanup',
  namespace,
  image,
  command: ['/usr/bin/node', '/opt/fairlead/cleanup.mjs', ...(othersComeBack ? ['--after-services-of-others'] : [])],
  volumes: [
    { name: 'run', hostPath: { path: '/run' } },
    { name: 'lib', hostPath: { path: '/var/lib' } },
    { name: 'cni-programs', hostPath: { path: '/opt/cni/bin', type: 'DirectoryOrCreate' as const } },
    { name: 'cni-configurations', hostPath: { path: '/etc/cni/net.d', type: 'DirectoryOrCreate' as const } },
  ],
  volumeMounts: [
    { name: 'run', mountPath: '/host/run' },
    { name: 'lib', mountPath: '/host/var/lib' },
    { name: 'cni-programs', mountPath: CNI_FOLDERS.programs },
    { name: 'cni-configurations', mountPath: CNI_FOLDERS.configurations },
  ],
})
