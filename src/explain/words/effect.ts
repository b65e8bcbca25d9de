import type { Effect } from '../trace/effect.ts'
import { nameText } from './object.ts'
import { portText } from './walk/entry.ts'

/** What a cure does, as it stands before its command. */
export function effectText(effect: Effect): string {
  switch (effect.code) {
    case 'allow-source':
      return `allow ${effect.source} too`
    case 'ask-cluster-ip':
      return `ask its ClusterIP${CLUSTER_IP[effect.because ?? 'plain']}`
    case 'ask-declared-port':
      return 'ask a port that it declares'
    case 'ask-load-balancer':
      return 'ask its load balancer address'
    case 'ask-node':
      return effect.because === 'is-ready'
        ? `ask ${effect.node}, which is Ready`
        : effect.because === 'has-endpoint'
          ? `ask a node that has an endpoint: ${effect.node}`
          : `ask ${effect.node}`
    case 'ask-node-port':
      return `ask its node port${effect.because === 'no-guard' ? ', which has no guard' : ''}`
    case 'ask-node-port-of':
      return `ask the node port of ${nameText(effect.service)}`
    case 'ask-other-protocol':
      return `ask over the other protocol: ${portText(effect.port)}`
    case 'ask-over-family':
      return `ask over ${effect.family}`
    case 'ask-own-family':
      return 'ask over the family that it has'
    case 'ask-served-port':
      return `ask a port that it serves: ${portText(effect.port)}`
    case 'ask-service':
      return `ask Service ${nameText(effect.service)}`
    case 'free-claim':
      return `free it at ${nameText(effect.service)}`
    case 'give-family':
      return `give it an ${effect.family} address too`
    case 'give-node-port':
      return 'give it a node port'
    case 'if-service-is-meant':
      return `if ${nameText(effect.service)} is meant`
    case 'let-node-balance':
      return `let ${effect.node} take traffic of the load balancer again`
    case 'policy-cluster':
      return `let ${effect.at === 'every-node' ? 'every node' : 'the others'} send to all endpoints${effect.sees === 'node' ? ' (the pods then see the node’s address, not the client’s)' : ''}`
    case 'policy-cluster-masquerade':
      return 'let every node put its own address in place of the sender’s'
    case 'restore-node-port':
      return 'give it node ports again'
    case 'scale-to-one':
      return 'let it make one'
    case 'serve-port':
      return `let it serve ${effect.port} too`
    case 'show-description':
      return 'what is told of it'
    case 'show-node-labels':
      return 'the nodes'
    case 'show-pod-addresses':
      return 'the pods that have addresses'
    case 'show-services':
      return 'the Services and their addresses'
    case 'show-sockets':
      return 'its sockets (ports in hexadecimal; 0A is a listening one)'
    case 'show-status':
      return 'when it is tried again'
    case 'take-any-address':
      return `let it take any free address${effect.insteadOf ? ` instead of ${effect.insteadOf}` : ''}`
    case 'told':
      return effect.text
  }
}

const CLUSTER_IP = {
  plain: '',
  'no-guard': ', which has no guard',
  'own-node': ', which the own node translates',
} as const
