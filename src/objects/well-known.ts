// Labels, annotations and taints that have a meaning, by the name that Kubernetes' reference has them under ("Well-Known
// Labels, Annotations and Taints"). What stands in one controller alone stays there.

/** On a slice: the Service whose endpoints it holds. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
/** On a slice: which program keeps it. */
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by'
/** What the controllers of endpoints, and of those mirrored from Endpoints, write as MANAGED_BY_LABEL. */
export const ENDPOINTSLICE_CONTROLLER = 'endpointslice-controller.k8s.io'
export const ENDPOINTSLICE_MIRRORING_CONTROLLER = 'endpointslicemirroring-controller.k8s.io'
/** On a slice or an Endpoints: it is of a headless Service, and no proxy needs it. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless'
/** On a Service, and copied to its slices: another proxy than the cluster's serves it. */
export const SERVICE_PROXY_NAME_LABEL = 'service.kubernetes.io/service-proxy-name'
/** On an Endpoints: nobody makes slices of it. */
export const SKIP_MIRROR_LABEL = 'endpointslice.kubernetes.io/skip-mirror'
/** On slices and Endpoints: when that which changed them happened. */
export const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time'

/** On a slice: how many times each of its endpoints counts where one is chosen; absent: once. */
export const ENDPOINT_WEIGHT_ANNOTATION = 'fairlead.dev/endpoint-weight'

export const HOSTNAME_LABEL = 'kubernetes.io/hostname'
export const ZONE_LABEL = 'topology.kubernetes.io/zone'
export const REGION_LABEL = 'topology.kubernetes.io/region'
/** On a node: load balancers do not send to it. */
export const EXCLUDE_FROM_LOAD_BALANCERS_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'
export const NOT_READY_TAINT = 'node.kubernetes.io/not-ready'
export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable'
/** Put on by a person who knows that the node is down, and does not come back by itself. */
export const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service'
export const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable'

/** On a Service: the addresses that it asks the load balancer for, with commas between; before spec.loadBalancerIP. */
export const LOAD_BALANCER_IPS_ANNOTATION = 'fairlead.dev/load-balancer-ips'

/** On a namespace: its name, so that selectors can say it. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name'
/** What `kubectl apply` last sent. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'
/** On a pod: the container that `kubectl logs` and `kubectl exec` mean. */
export const DEFAULT_CONTAINER_ANNOTATION = 'kubectl.kubernetes.io/default-container'

/** A pod that a node made known which it runs by itself. */
export const MIRROR_POD_ANNOTATION = 'kubernetes.io/config.mirror'

/** On a Node: how packets get to its pods, `routed` or `vxlan`; see docs/pod-network.md. */
export const POD_NETWORK_MODE_ANNOTATION = 'fairlead.dev/pod-network-mode'

/** A Lease in an installation's namespace: while it counts, its agents are being ended for good, and not replaced. */
export const LEAVING_LEASE = 'fairlead-leaves'
