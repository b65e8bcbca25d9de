import type { Effect, MeantPeer } from '../trace/effect.ts'
import { nameText, objectText } from './object.ts'
import { peerText } from './policies/word.ts'
import { ruleText } from './request/rule.ts'
import { labelsText, listed, taintText } from './text.ts'
import { portText } from './walk/entry.ts'

/** What a cure does, as it stands before its command. */
export function effectText(effect: Effect): string {
  switch (effect.code) {
    case 'accept-before':
      return `accept ${meantText(effect)} before ${effect.rule} of ${nameText(effect.policy)} denies it`
    case 'allow-source':
      return `allow ${effect.source} too`
    case 'allow-body':
      return `take bodies of ${effect.octets} octets too`
    case 'allow-origin':
      return `let pages of ${effect.origin} ask too`
    case 'bring-certificate':
      return `make ${objectText(effect.secret)} of your certificate and its key, tls.crt and tls.key`
    case 'open-to-all':
      return 'serve it to everybody, without what restricts who may ask'
    case 'add-listener':
      return `let ${nameText(effect.gateway)} listen for ${effect.hostname} too`
    case 'ask-as-rule':
      return `ask as ${ruleText(effect.rule)} wants it`
    case 'ask-gateway-port':
      return `ask by ${effect.scheme} at port ${effect.port}`
    case 'ask-host':
      return `ask ${effect.host}`
    case 'attach-here':
      return `attach ${objectText(effect.route)} to the listener ${effect.listener} too`
    case 'attach-listeners':
      return `attach ${objectText(effect.listenerSet)} to ${objectText(effect.gateway)}`
    case 'attach-route':
      return `attach it to ${objectText(effect.gateway)}`
    case 'attach-to-listener':
      return `attach it to the listener ${effect.listener} alone`
    case 'give-class':
      return `give it the class ${effect.className}`
    case 'grant-reference':
      return `permit ${effect.from.kind}s of ${effect.from.namespace} to refer to ${objectText(effect.to)}`
    case 'let-kind-attach':
      return `let ${effect.kind}s attach to the listener ${effect.listener}`
    case 'let-listeners-in':
      return `let ListenerSets of ${effect.namespace} add listeners to ${objectText(effect.gateway)}`
    case 'let-namespace-attach':
      return `let routes of the namespace ${effect.namespace} attach to the listener ${effect.listener}`
    case 'mean-listener':
      return `attach it to the listener ${effect.listener}`
    case 'mean-secret':
      return `name ${objectText(effect.secret)} there`
    case 'send-to-port':
      return `send to its port ${effect.port}`
    case 'send-to-service':
      return `send to ${objectText(effect.service)}`
    case 'serve-alone':
      return 'let it be nobody’s canary'
    case 'show-certificate':
      return `let ${objectText(effect.object)} show it for ${effect.host}`
    case 'show-gateway':
      return 'what the Gateway says of itself'
    case 'show-listener-set':
      return 'what the ListenerSet says of itself'
    case 'show-route':
      return 'what is said of the routes'
    case 'ask-address':
      return `ask its address${effect.asFound ? ', as explain finds it' : ''}`
    case 'ask-again':
      return 'ask again in a moment'
    case 'ask-cluster-ip':
      return `ask its ClusterIP${CLUSTER_IP[effect.because ?? 'plain']}`
    case 'ask-declared-port':
      return 'ask a port that it declares'
    case 'ask-listening-port':
      return 'ask where it listens'
    case 'ask-load-balancer':
      return 'ask its load balancer address'
    case 'ask-node':
      return effect.because === 'is-ready'
        ? `ask ${effect.node}, which is Ready`
        : effect.because === 'has-endpoint'
          ? `ask a node that has an endpoint: ${effect.node}`
          : `ask ${effect.node}`
    case 'ask-node-by-address':
      return 'ask the node by its address'
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
    case 'ask-pods-port':
      return 'ask the port that the pods listen on'
    case 'ask-served-port':
      return `ask a port that it serves: ${portText(effect.port)}`
    case 'ask-service':
      return `ask Service ${nameText(effect.service)}`
    case 'ask-service-by-name':
      return `ask ${nameText(effect.service)} by its name`
    case 'ask-that-service':
      return 'ask that Service itself'
    case 'ask-whole-name':
      return 'ask the whole name'
    case 'free-claim':
      return `free it at ${nameText(effect.service)}`
    case 'give-family':
      return `give it an ${effect.family} address too`
    case 'give-node-port':
      return 'give it a node port'
    case 'give-priority':
      return `let ${nameText(effect.policy)} be asked after it: priority ${effect.priority}`
    case 'if-service-is-meant':
      return `if ${nameText(effect.service)} is meant`
    case 'label-slice':
      return `let it be of ${nameText(effect.service)}`
    case 'lead-endpoint-to':
      return `lead it to pod ${nameText(effect.pod)}, which is at ${effect.address} now`
    case 'lead-port-to':
      return `let ${effect.port} lead to ${effect.target}`
    case 'lead-to':
      return `lead it to ${nameText(effect.service)}${effect.isHeadless ? ' (headless)' : ''}`
    case 'label-namespace':
      return `give namespace ${effect.object.name} the ${labelWord(effect.labels)}`
    case 'label-pod':
      return `give ${objectText(effect.object)} the ${labelWord(effect.labels)}${effect.object.kind === 'Pod' ? '' : '; new pods take the place of its own'}`
    case 'label-node': {
      const missing = Object.entries(effect.missing).map(([key, value]) => `${key}=${value}`)
      return `give a node the labels that its nodeSelector wants: ${listed(missing)}`
    }
    case 'let-ask':
      return `let ${effect.of.kind === 'Pod' ? objectText(effect.of) : `the pods of ${objectText(effect.of)}`} ask ${objectText(effect.service)}, by a policy of its own, ${nameText(effect.policy)}`
    case 'let-dns-pass':
      return `let DNS pass, by a policy of its own, ${nameText(effect.policy)}`
    case 'let-namespace-pass':
      return `let pods of ${effect.namespace} pass, by a policy of its own, ${nameText(effect.policy)}`
    case 'let-pass':
      return `let ${meantText(effect)} pass${effect.of === undefined ? '' : `, for all pods of ${effect.of}, of which one has no labels`}, by a policy of its own, ${nameText(effect.policy)}`
    case 'let-peer-pass':
      return `let ${effect.rule} of ${nameText(effect.policy)} mean ${meantText(effect)} too`
    case 'let-port-pass':
      return `let ${effect.rule} of ${nameText(effect.policy)} speak of that port too`
    case 'let-node-balance':
      return `let ${effect.node} take traffic of the load balancer again`
    case 'let-pods-ask-dns':
      return 'let its pods ask the cluster’s DNS; new ones take their place'
    case 'mean-behind':
      return `let ${effect.path} of ${nameText(effect.policy)} mean who is behind ${nameText(effect.service)}`
    case 'mean-both':
      return `let ${effect.path} of ${nameText(effect.policy)} mean those pods in those namespaces, by one peer`
    case 'mean-labels':
      return `let ${effect.path} mean ${labelsText(effect.labels)}`
    case 'mean-namespace':
      return `let ${effect.path} mean such pods of namespace ${effect.namespace}`
    case 'mean-one-rule':
      return `let ${effect.path} of ${nameText(effect.policy)} and the rule after it be one: these peers, at these ports alone`
    case 'mean-port':
      return `let ${effect.path} mean port ${effect.port}`
    case 'name-port':
      return `call that port as the Service does: ${effect.name || "''"}`
    case 'lower-request':
      return `ask for what ${effect.node} has`
    case 'make-empty':
      return 'make it, empty; what it holds is for you to say'
    case 'name-namespace':
      return `name its namespace: ${effect.namespace}`
    case 'policy-cluster':
      return `let ${effect.at === 'every-node' ? 'every node' : 'the others'} send to all endpoints${effect.sees === 'node' ? ' (the pods then see the node’s address, not the client’s)' : ''}`
    case 'policy-cluster-masquerade':
      return 'let every node put its own address in place of the sender’s'
    case 'probe-port':
      return `let the probe ask ${effect.port}, where the container listens; nothing listens on ${effect.asked}`
    case 'remake-elsewhere':
      return 'let its Deployment make another at once, on a node that is Ready'
    case 'remove-taint':
      return `take the taint from ${effect.node}`
    case 'restore-node-port':
      return 'give it node ports again'
    case 'run-probe':
      return 'run the probe by hand'
    case 'say-ready':
      return `if ${effect.address} does answer, say so`
    case 'select':
      return `select ${labelsText(effect.labels)}`
    case 'scale-to-one':
      return 'let it make one'
    case 'serve-port':
      return `let it serve ${effect.port} too`
    case 'set-gate':
      return 'set it by hand, where that controller does not come'
    case 'show-all-services':
      return 'the Services of all namespaces'
    case 'show-description':
      return 'what is told of it'
    case 'show-endpoints':
      return 'its endpoints'
    case 'show-endpoints-object':
      return 'the Endpoints'
    case 'show-labels':
      return 'the labels of the pods there'
    case 'show-log':
      return LOGS[effect.of]
    case 'show-namespaces':
      return 'the namespaces and their labels'
    case 'show-node':
      return 'what is told of the node'
    case 'show-node-labels':
      return 'the nodes'
    case 'show-policy':
      return 'the policy'
    case 'show-pod':
      return 'all that is told of the pod'
    case 'show-pods':
      return 'its pods'
    case 'show-pod-addresses':
      return 'the pods that have addresses'
    case 'show-services':
      return 'the Services and their addresses'
    case 'show-sockets':
      return 'its sockets (ports in hexadecimal; 0A is a listening one)'
    case 'show-status':
      return 'when it is tried again'
    case 'take-endpoint-out':
      return 'take it out, since the Service has others'
    case 'take-any-address':
      return `let it take any free address${effect.insteadOf ? ` instead of ${effect.insteadOf}` : ''}`
    case 'take-label-away':
      return 'take the label away'
    case 'tolerate':
      return `let the pods tolerate ${taintText(effect.taint)}`
    case 'uncordon':
      return 'let the node take pods again'
    case 'use-image':
      return `use ${effect.image}, which is there`
  }
}

const CLUSTER_IP = {
  plain: '',
  'no-guard': ', which has no guard',
  'own-node': ', which the own node translates',
} as const

const LOGS = {
  ended: 'what it said before it ended',
  container: 'what the container says',
  pod: 'what it says',
} as const

const labelWord = (labels: Readonly<Record<string, string>>): string =>
  `label${Object.keys(labels).length === 1 ? '' : 's'} ${labelsText(labels)}`

/** `pod y/b`, `the pods of Deployment y/b`, `all pods of y (pod y/b has no labels to be meant by)` */
const meantText = ({ peer, workload, all }: MeantPeer): string => {
  if (all !== undefined) return `all pods of ${all} (${peerText(peer)} has no labels to be meant by)`
  return workload === undefined || peer.insteadOf !== undefined ? peerText(peer) : `the pods of ${objectText(workload)}`
}
