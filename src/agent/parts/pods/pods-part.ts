import { join } from 'node:path'
import { leases } from '#api/coordination/lease/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { pods as podResource } from '#api/core/pod/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { NodeFiles } from '#cni/node/node-files.ts'
import type { KubeletResources } from '#kubelet/context.ts'
import { type Kubelet, startKubelet } from '#kubelet/kubelet.ts'
import { LocalVolumes } from '#kubelet/local-volumes/local-volumes.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { network } from '../network/network-part.ts'
import { volumeMounter } from './volume-mounter.ts'

interface PodsPart extends Part {
  readonly kubelet: Kubelet
}

const resources: KubeletResources = {
  pods: podResource,
  nodes,
  events,
  serviceAccounts,
  leases,
  claims: persistentVolumeClaims,
  volumes: persistentVolumes,
  storageClasses,
}

/** The node itself, as the API knows it, and its pods. */
export const pods = nodePart({
  name: 'pods',
  needs: {
    parts: [network],
    sources: [
      'pods',
      'nodes',
      'serviceObjects',
      'runtimeClasses',
      'configMaps',
      'secrets',
      'claims',
      'volumes',
      'runtime',
    ],
  },
  carriesPods: false,
  start(node): PodsPart {
    const { sources, cluster } = node
    let isReady = false
    const kubelet = startKubelet({
      node,
      client: node.client,
      resources,
      pods: sources.pods,
      nodes: sources.nodes,
      services: sources.serviceObjects,
      runtimeClasses: sources.runtimeClasses,
      configMaps: sources.configMaps,
      secrets: sources.secrets,
      runtime: sources.runtime,
      mounter: volumeMounter,
      network: node.part(network).pods,
      dialer: node.kernel,
      stateDir: node.stateDir,
      ...(node.leaseSeconds !== undefined && { leaseSeconds: node.leaseSeconds }),
      clusterDns: cluster.clusterDns.slice(0, 1),
      clusterDomain: cluster.clusterDomain,
      security: {
        hostAccess: cluster.allowHostAccess === true,
        seccompDir: join(cluster.stateDir, 'seccomp'),
        // What a network of others lays down is for one node.
        ...(cluster.without?.includes('network') && {
          machinePath: (path: string) => new NodeFiles(node.stateDir).path(path),
        }),
      },
      clock: node.clock,
      ...(node.makeRoom && { makeRoom: node.makeRoom }),
      fault: () => node.podFault(),
      log: node.log,
    })
    const stopped = new AbortController()
    // Nobody waits for volumes at a start; what runs already has its own.
    void kubelet.synced.then(
      () => {
        if (stopped.signal.aborted) return
        new LocalVolumes({
          node: { name: node.name, stateDir: node.stateDir },
          client: node.client,
          resources,
          claims: sources.claims,
          volumes: sources.volumes,
          isUsed: (folder) => kubelet.usesFolder(folder),
          clock: node.clock,
          signal: stopped.signal,
          log: node.log,
        })
      },
      () => undefined,
    )
    const forget = node.onChange(() => kubelet.faultChanged())
    return {
      kubelet,
      ready: Promise.all([kubelet.registered, kubelet.synced]).then(() => {
        isReady = true
      }),
      status: () => ({ ready: isReady, faults: [] }),
      async stop() {
        forget()
        stopped.abort()
        await kubelet.stop()
      },
    }
  },
})
