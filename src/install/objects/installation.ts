import type { Settings } from '#incluster/settings/settings.ts'

/** What is to be installed, and how it is called. */
export interface Installation {
  /** Of all that is not the whole cluster's. */
  readonly namespace: string
  /** `fairlead:0.1.0`, or a registry's name of it. */
  readonly image: string
  readonly settings: Settings
}

export const DEFAULT_NAMESPACE = 'fairlead-system'
export const NODE_NAME = 'fairlead-node'
export const SETTINGS_NAME = 'fairlead-settings'

/** By this it is known whose an object is; Kubernetes' recommended labels. */
export const PART_OF = {
  'app.kubernetes.io/part-of': 'fairlead',
  'app.kubernetes.io/managed-by': 'fairlead-install',
} as const

/** The labels of a workload's pods. */
export const podLabels = (name: string): Readonly<Record<string, string>> => ({ 'app.kubernetes.io/name': name })
