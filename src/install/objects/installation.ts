import type { ApiObject } from '#api/resource.ts'
import type { Settings } from '#incluster/settings/settings.ts'

/** What is to be installed, and how it is called. */
export interface Installation {
  /** Of all that is not the whole cluster's. */
  readonly namespace: string
  /** `fairlead:0.1.0`, or a registry's name of it. */
  readonly image: string
  readonly settings: Settings
  /** Kinds that are defined by others: `gateways.gateway.networking.k8s.io`. */
  readonly defined?: readonly string[]
  /** Where the cluster has no Service for its DNS: the addresses of the one that is made. */
  readonly dnsService?: readonly string[]
  /** Ingresses that name no class are ours. */
  readonly isDefaultIngress?: boolean
  /** How many nodes there are, where it is known. */
  readonly nodes?: number
}

export const DEFAULT_NAMESPACE = 'fairlead-system'
export const NODE_NAME = 'fairlead-node'
export const CONTROLLER_NAME = 'fairlead-controller'
export const SETTINGS_NAME = 'fairlead-settings'
/** Settings are read when a program starts: others are another template, and pods follow one after the other. */
export const SETTINGS_ANNOTATION = 'fairlead.dev/settings'

/** By this it is known whose an object is; Kubernetes' recommended labels. */
export const PART_OF = {
  'app.kubernetes.io/part-of': 'fairlead',
  'app.kubernetes.io/managed-by': 'fairlead-install',
} as const

/** Whether an object is one that `install` has made. */
export const isOurs = ({ metadata }: ApiObject): boolean =>
  Object.entries(PART_OF).every(([key, value]) => metadata?.labels?.[key] === value)

/** The labels of a workload's pods. */
export const podLabels = (name: string): Readonly<Record<string, string>> => ({ 'app.kubernetes.io/name': name })
