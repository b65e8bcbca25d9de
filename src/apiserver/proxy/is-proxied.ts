import type { ResourceRequestInfo } from '../http/request-info.ts'

const PROXIED = new Set(['pods', 'services', 'nodes'])

/**
 * Whether the path is `pods/NAME/proxy`, `services/NAME/proxy` or `nodes/NAME/proxy`, or below it. What serves them is
 * loaded with the first of them.
 */
export const isProxied = ({ group, version, resource, subresource }: ResourceRequestInfo): boolean =>
  group === '' && version === 'v1' && subresource === 'proxy' && PROXIED.has(resource)
