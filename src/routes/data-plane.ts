/**
 * What who makes the pods of the gateways and what runs in them must agree on: the names of the objects, of what is in
 * the image, and the numbers of ports.
 */

/** Who serves a GatewayClass or an IngressClass that names it. */
export const GATEWAY_CONTROLLER = 'fairlead.dev/gateway-controller'
/** The same as a label's value, which may have no slash. */
export const GATEWAY_CONTROLLER_LABEL_VALUE = 'gateway-controller.fairlead.dev'

export const DATA_PLANE_NAMESPACE = 'kube-system'
/** Of the Deployment, its ServiceAccount, the ConfigMap in which pods say what they serve and refuse, and the Service of all Ingresses. */
export const DATA_PLANE_NAME = 'fairlead-gateway'
export const DATA_PLANE_IMAGE = 'fairlead/gateway'
/** On the pods, and what Services select them by. */
export const DATA_PLANE_LABELS: Readonly<Record<string, string>> = { 'app.kubernetes.io/name': DATA_PLANE_NAME }

/** On a Service of `DATA_PLANE_NAMESPACE`: whose addresses it has. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name'
export const GATEWAY_NAMESPACE_LABEL = 'gateway.networking.k8s.io/gateway-namespace'
/** A targetPort that no pod has: behind such a port of a Service are the endpoints of routes, without a proxy. */
export const KERNEL_TARGET_PORT = 'kernel'

/** What both containers of a pod see: configuration, maps, certificates and sockets. */
export const RUN_FOLDER = '/run/gateway'
/** HAProxy answers `GET /ready` here with 200 when it has its first configuration. */
export const HEALTH_PORT = 9080
/** The driver tells here how it is: `/readyz`, `/metrics`, `/table`. */
export const STATUS_PORT = 9081
/** The ports of the pods that listeners are bound to. */
export const FIRST_BIND = 10_000
export const LAST_BIND = 31_999
