import { socketText } from '../cluster/names.ts'
import type { Candidate } from '../explanation.ts'
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

/** `in   10.244.1.5:8080  pod default/web-1 on node-1: ready` */
export function candidateText({ address, port, pod, node, chosen, why }: Candidate): string {
  const where = address === undefined ? 'no address' : port === undefined ? address : socketText(address, port)
  return `${chosen ? 'in ' : 'out'}  ${where}  ${pod ? `pod ${pod}` : 'no pod'}${node ? ` on ${node}` : ''}: ${why}`
}
