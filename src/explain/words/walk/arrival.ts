import type { Arrival, ArrivalEnd, DeclaredPort, Home } from '../../trace/walk/arrival.ts'
import { nameText } from '../object.ts'
import { listed } from '../text.ts'

/** `10.244.2.3 is on node-2, by way of 172.30.0.3; pod default/web listens on 8080/TCP (container web): delivered` */
export function arrivalText({ address, port, protocol, home, end, denied }: Arrival): string {
  const way = home === undefined ? address : `${address} is ${homeText(home)}`
  const what = `${port}/${protocol}`
  if (denied) return `${way}; policies drop it before${'pod' in end ? ` pod ${nameText(end.pod)} gets it` : ''}`
  switch (end.code) {
    case 'pod':
      return `${way}; pod ${nameText(end.pod)} ${podEnd(end, what)}`
    case 'pod-told-otherwise':
      return `${way}; nothing translates ${what} for a headless Service, and pod ${nameText(end.pod)} is told to listen on ${listed(end.told.map(String))} (${whoDeclares(end)})`
    case 'no-pod':
      return `${way}; no pod has that address: unreachable`
    case 'leaves':
      return leavingText(address, end.by)
    default:
      return `${end.onHost ? `${address} is the host, over the fabric` : way}; ${programEnd(end, what)}`
  }
}

function homeText({ node, from, via = 'its address' }: Home): string {
  if (from === 'here') return 'on this node'
  return `on ${node}, by way of ${via}${from === 'either' ? ', or on this node already' : ''}`
}

type PodEnd = ArrivalEnd & { readonly code: 'pod' }

function podEnd(end: PodEnd, what: string): string {
  const who = whoDeclares(end)
  switch (end.listens) {
    case 'yes':
      // What is declared says nothing more of a port that answers.
      return `listens on ${what}${end.declared === undefined ? '' : ` (${who})`}: delivered`
    case 'unknown':
      return `gets it at ${what} (${who}); whether it listens is not known`
    case 'loopback-only':
      return `listens on ${what} at its loopback address only: refused`
    case 'no':
      return `does not listen on ${what} (${who}): refused`
  }
}

/** `container web, port http` */
function whoDeclares({ declared, others }: Pick<PodEnd, 'declared' | 'others'>): string {
  if (declared !== undefined) return `container ${declared.container}${declared.name ? `, port ${declared.name}` : ''}`
  const text = ({ port, name }: DeclaredPort) => `${port}${name ? ` (${name})` : ''}`
  return `declared by no container${others.length > 0 ? `, which declare ${listed(others.map(text))}` : ''}`
}

function programEnd(
  end: ArrivalEnd & { readonly code: 'program' | 'health-check' | 'node-port-of-nobody' },
  what: string,
): string {
  switch (end.code) {
    case 'health-check':
      return `the node’s proxy answers: the health check port of ${nameText(end.service)}`
    case 'node-port-of-nobody':
      return `no Service has the node port ${what}, and other programs keep out of that range`
    case 'program':
      if (end.listens === 'unknown') return `whether ${what} is open there is not known`
      return end.listens === 'yes'
        ? `a program of its own listens on ${what}: delivered`
        : `nothing listens on ${what} there: refused`
  }
}

/** Of an address that lies outside of the cluster. */
export function leavingText(address: string, by: 'host' | 'routes' | 'nothing'): string {
  switch (by) {
    case 'host':
      return `${address} lies outside of the cluster: it leaves by way of the host`
    case 'routes':
      return `${address} is no pod and no node: it goes the way that the node’s own routes lead`
    case 'nothing':
      return `${address} lies outside of the cluster, and nothing is let out: unreachable`
  }
}
