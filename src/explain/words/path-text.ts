import type { Claimed } from '../walk/node-view.ts'

const KIND_TEXT = {
  'cluster-ip': 'the ClusterIP',
  'external-ip': 'an external IP',
  'load-balancer': 'the load balancer address',
  'node-port': 'the node port',
} as const

/** `the node port of default/web, port http` */
export function frontendText({ service, port, frontend }: Claimed): string {
  const name = port.servicePort.slice(port.servicePort.indexOf(':') + 1)
  return `${KIND_TEXT[frontend.kind]} of ${service}, ${name ? `port ${name}` : 'its only port'}`
}
