import { sendBytes } from '../http/answer/respond.ts'
import type { Stage } from '../http/request/exchange.ts'

const DEFINITIONS = /^\/apis\/apiextensions\.k8s\.io\/(v1|v1beta1)\/customresourcedefinitions$/

/**
 * No custom resources are served, and this says so. For a kind that discovery does not know (`kind: Servise`,
 * `apiVersion: vl`), kubectl asks whether it is a custom resource; a 404 here is what it would then report ("failed to
 * list CRDs") instead of `no matches for kind "Servise"`.
 */
export const customResources: Stage = (exchange) => {
  const match = DEFINITIONS.exec(exchange.info.path)
  if (!match || exchange.info.verb !== 'list') return false
  const list = {
    kind: 'CustomResourceDefinitionList',
    apiVersion: `apiextensions.k8s.io/${match[1]}`,
    metadata: {},
    items: [],
  }
  return sendBytes(exchange, 200, 'application/json', `${JSON.stringify(list)}\n`)
}
