import { socketText } from '#net/port-protocol.ts'
import type { CertificateNote, Deed, PassedOver, RequestEndpoint, RequestStep } from '../../trace/request/step.ts'
import { ingressOfNobody, routeNotAttached } from '../findings/request.ts'
import { nameText, objectText } from '../object.ts'
import { listed, plural } from '../text.ts'
import type { StepText } from '../walk/step-text.ts'
import { listenerText, matchText, nearText, ruleText } from './rule.ts'

/** What a gateway does with a request, a step. `who` asks. */
export function requestStepText(step: RequestStep, who: string): StepText {
  const at = nameText(step.gateway)
  switch (step.code) {
    case 'name-of-gateway': {
      const { name, gateway, addresses } = step
      const there = addresses.length > 0 ? ` at ${listed(addresses, 'or')}` : ', which has no address'
      return {
        at: who,
        text: `${name} is no name of the cluster’s DNS; ${objectText(gateway)} serves it${there}`,
        details: [
          `whoever asks must find that address by the name: in a DNS outside, in /etc/hosts, by curl --resolve`,
        ],
      }
    }
    case 'listener': {
      const { listener, serverName, path } = step
      return {
        at,
        text: `the listener ${listenerText(listener)} takes it${serverName === undefined ? '' : `, since ${serverName} is asked for by TLS`}`,
        details: [
          ...(listener.certificates.length > 0
            ? [`TLS ends here, with the certificate of ${listed(listener.certificates.map(objectText), 'or')}`]
            : listener.protocol === 'TLS'
              ? ['TLS passes through to the backend, which shows its own certificate']
              : []),
          ...(step.notes ?? []).map(noteText),
          ...(path === undefined ? [] : [`the path is read as ${path}, and goes on so`]),
        ],
      }
    }
    case 'rule':
      return {
        at,
        text: `${ruleText(step.rule)} decides: ${matchText(step.rule.match)}`,
        details: [...step.nearly.map((one) => `not ${nearText(one)}`), ...(step.passedOver ?? []).map(passedText)],
      }
    case 'no-rule':
      return { at, text: 'no rule takes it', details: step.nearly.map((one) => `nearly ${nearText(one)}`) }
    case 'filters':
      return { at, text: 'on its way', details: step.done.map(deedText) }
    case 'redirect':
      return { at, text: `answers ${step.status}, with the location ${step.location}` }
    case 'answer': {
      const { status, weight, of } = step
      const share = weight === undefined || weight === of ? '' : ` to ${weight} of ${of} requests`
      return { at, text: `answers ${status} by itself${share}` }
    }
    case 'backend': {
      const { weight, of, service, port, protocol, tls, refused = [], endpoints } = step
      const share = weight === of ? '' : `, ${weight} of ${of} requests`
      const how = [
        ...(protocol === 'h2c' ? ['by HTTP/2'] : []),
        ...(tls === undefined ? [] : [tls === '' ? 'by TLS' : `by TLS, as ${tls}`]),
      ]
      return {
        at,
        text: `sends to ${objectText(service)}, port ${port}${how.length > 0 ? `, ${how.join(' ')}` : ''}${share}: ${plural(endpoints.length, 'endpoint')}, each request to one of them`,
        details: [
          ...refused.map(
            ({ policy, because, message }) => `${objectText(policy)} is not in force (${because}): ${message}`,
          ),
          ...endpoints.map(endpointText),
        ],
      }
    }
  }
}

const noteText = (note: CertificateNote): string =>
  note.code === 'for-others'
    ? `no certificate there is for ${note.host}, but for ${note.names.length > 0 ? listed(note.names) : 'no name'}: who looks at it refuses it`
    : `by https there is none: ${objectText(note.ingress)} has no certificate for ${note.host} that could be shown (${note.message})`

const passedText = (one: PassedOver): string => {
  switch (one.reason) {
    case 'route-not-attached':
      return `not asked: ${routeNotAttached(one).message}`
    case 'ingress-of-nobody':
      return `not asked: ${ingressOfNobody(one).message}`
    case 'ingress-left-out':
      return `not asked: ${objectText(one.ingress)} (${one.because}): ${one.message}`
  }
}

const endpointText = ({ address, port, pod, node }: RequestEndpoint): string =>
  `${socketText(address, port)}${pod ? `  ${objectText(pod)}` : ''}${node ? ` on ${node}` : ''}`

/** What a rule does, in words. */
export const deedText = (deed: Deed): string => {
  switch (deed.code) {
    case 'path':
      return `the path ${deed.from} becomes ${deed.to}`
    case 'hostname':
      return `the host ${deed.from} becomes ${deed.to}`
    case 'request-headers':
      return `headers of the request: ${headersText(deed)}`
    case 'response-headers':
      return `headers of the answer: ${headersText(deed)}`
    case 'mirror': {
      const { to, numerator, denominator } = deed
      const share = numerator === denominator ? 'a copy' : `a copy of ${numerator} in ${denominator}`
      return to === undefined
        ? `${share} would go to a backend that is not there`
        : `${share} goes to ${to}, whose answer nobody waits for`
    }
    case 'cors':
      return `pages of ${listed(deed.origins, 'or')} may ask`
    case 'request-timeout':
      return `an answer must have begun after ${deed.ms} ms, or it is 504`
    case 'backend-timeout':
      return `the backend must begin to answer within ${deed.ms} ms, or it is 504`
    case 'persistence':
      return `who was sent to an endpoint stays there, by the ${deed.by.toLowerCase()} ${deed.name}`
    case 'sources':
      return `senders in ${listed(deed.ranges, 'or')} may ask`
    case 'refused-sources':
      return `senders in ${listed(deed.ranges, 'or')} may not ask`
    case 'body-limit':
      return `a body of more than ${deed.octets} octets is 413`
  }
}

const headersText = ({
  set,
  add,
  remove,
}: {
  readonly set: readonly string[]
  readonly add: readonly string[]
  readonly remove: readonly string[]
}): string =>
  [
    ...set.map((one) => `set ${one}`),
    ...add.map((one) => `add ${one}`),
    ...(remove.length > 0 ? [`without ${remove.join(', ')}`] : []),
  ].join('; ')
