import { startAdmissionPolicyStatus } from './admission-policy-status/controller.ts'
import { startCertificateSigner } from './certificatesigningrequest/controller.ts'
import { startClusterRoleAggregation } from './clusterrole-aggregation/controller.ts'
import { startCronJobController } from './cronjob/controller.ts'
import { startDaemonSetController } from './daemonset/controller.ts'
import { startDeploymentController } from './deployment/controller.ts'
import { startDisruptionController } from './disruption/controller.ts'
import { startEndpointsController } from './endpoints/controller.ts'
import { startEndpointSliceController } from './endpointslice/controller.ts'
import { startEndpointSliceMirroringController } from './endpointslicemirroring/controller.ts'
import { startEphemeralVolumeController } from './ephemeral-volume/controller.ts'
import { startGarbageCollector } from './garbage-collector/controller.ts'
import { startGatewayController } from './gateway/controller.ts'
import { startJobController } from './job/controller.ts'
import { startKeptObjectsController } from './kept-objects/controller.ts'
import { startLoadBalancerController } from './load-balancer/controller.ts'
import { startNamespaceController } from './namespace/controller.ts'
import { startNetworkPolicyController } from './network-policies/controller.ts'
import { startNodeIpamController } from './node-ipam/controller.ts'
import { startNodeLifecycleController } from './node-lifecycle/controller.ts'
import { startPersistentVolumeBinder } from './persistentvolume-binder/controller.ts'
import { startPodGarbageCollector } from './pod-garbage-collector/controller.ts'
import { startReplicaSetController } from './replicaset/controller.ts'
import { startReplicationControllerController } from './replicationcontroller/controller.ts'
import { startResourceQuotaController } from './resourcequota/controller.ts'
import { startRootCaController } from './root-ca/controller.ts'
import type { ControllerEntry } from './run.ts'
import { startScheduler } from './scheduler/controller.ts'
import { startServiceAddressRepair } from './service-addresses/controller.ts'
import { startServiceCidrController } from './service-cidr/controller.ts'
import { startServiceAccountController } from './serviceaccount/controller.ts'
import { startServiceAccountTokenController } from './serviceaccount-token/controller.ts'
import { startStatefulSetController } from './statefulset/controller.ts'
import { startStorageProtection } from './storage-protection/controller.ts'
import { startTaintEvictionController } from './taint-eviction/controller.ts'
import { startTtlAfterFinishedController } from './ttl-after-finished/controller.ts'

/** All controllers, in the order in which they are started: first the way from `kubectl apply` to an answer. */
export const CONTROLLERS: readonly ControllerEntry[] = [
  // A pod is admitted only where its ServiceAccount is,
  { name: 'serviceaccount', start: startServiceAccountController },
  // and starts only when the CA that it mounts is there.
  { name: 'root-ca', start: startRootCaController },
  // A Deployment is only seen in its ReplicaSets,
  { name: 'deployment', start: startDeploymentController },
  // which make pods,
  { name: 'replicaset', start: startReplicaSetController },
  // which need a node to run on,
  { name: 'scheduler', start: startScheduler },
  // and are reached through slices,
  { name: 'endpointslice', start: startEndpointSliceController },
  // and from outside by an address of the pool.
  { name: 'load-balancer', start: startLoadBalancerController },
  // What leads there by names and paths.
  { name: 'gateway', start: startGatewayController },
  // The same endpoints for clients that do not know slices; after them, since no proxy waits for it.
  { name: 'endpoints', start: startEndpointsController },
  // Endpoints made by hand, the other way round.
  { name: 'endpointslicemirroring', start: startEndpointSliceMirroringController },
  // Where a node's pods live, where nobody else says so.
  { name: 'node-ipam', start: startNodeIpamController },
  // A node that fell silent takes its pods out of the endpoints.
  { name: 'node-lifecycle', start: startNodeLifecycleController },
  // and, once they have waited long enough, off the node.
  { name: 'taint-eviction', start: startTaintEvictionController },
  // What pods keep their data in: who places them waits for it.
  { name: 'ephemeral-volume', start: startEphemeralVolumeController },
  { name: 'persistentvolume-binder', start: startPersistentVolumeBinder },
  // What else makes pods; nothing of the cluster itself is made so.
  { name: 'replicationcontroller', start: startReplicationControllerController },
  { name: 'statefulset', start: startStatefulSetController },
  { name: 'daemonset', start: startDaemonSetController },
  { name: 'job', start: startJobController },
  { name: 'cronjob', start: startCronJobController },
  // How many pods may be evicted.
  { name: 'disruption', start: startDisruptionController },
  // Where ClusterIPs come from, and that each is told of.
  { name: 'service-cidr', start: startServiceCidrController },
  { name: 'service-addresses', start: startServiceAddressRepair },
  // What the cluster stands on comes back.
  { name: 'kept-objects', start: startKeptObjectsController },
  // Who has been given `view` or `edit` may what they gather.
  { name: 'clusterrole-aggregation', start: startClusterRoleAggregation },
  // A Secret for a token without an end gets it.
  { name: 'serviceaccount-token', start: startServiceAccountTokenController },
  // How much of a namespace's quotas is used.
  { name: 'resourcequota', start: startResourceQuotaController },
  // What a pod or a claim uses goes when it is let go.
  { name: 'storage-protection', start: startStorageProtection },
  // Who has been approved gets a certificate.
  { name: 'certificate-signer', start: startCertificateSigner },
  // Expressions of policies that do not fit.
  { name: 'admission-policy-status', start: startAdmissionPolicyStatus },
  // Policies of the network that do not do all that they say.
  { name: 'network-policies', start: startNetworkPolicyController },
  // What follows only removes, and nobody waits for it at boot: namespaces,
  { name: 'namespace', start: startNamespaceController },
  // Jobs that are over,
  { name: 'ttl-after-finished', start: startTtlAfterFinishedController },
  // what has lost its owner,
  { name: 'garbage-collector', start: startGarbageCollector },
  // and pods that no kubelet will finish.
  { name: 'pod-garbage-collector', start: startPodGarbageCollector },
]
