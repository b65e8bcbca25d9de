import type { Draft } from '#schema/defaulting.ts'
import type { Deployment } from './message.ts'

/** A report says nothing of labels. */
export const prepareDeploymentStatus = (deployment: Draft<Deployment>, old: Deployment): void => {
  deployment.metadata ??= {}
  const labels = old.metadata?.labels
  if (labels === undefined) delete deployment.metadata.labels
  else deployment.metadata.labels = { ...labels }
}
