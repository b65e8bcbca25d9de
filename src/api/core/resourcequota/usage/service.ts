import type { Service } from '#api/core/service/message.ts'
import type { Amounts } from '#schema/quantity-sum.ts'
import type { Evaluator } from './evaluator.ts'

const COUNT = 'count/services'
const NAMES = [COUNT, 'services', 'services.nodeports', 'services.loadbalancers']

const serviceUsage = ({ spec }: Service): Amounts => {
  const ports = spec?.ports ?? []
  const isBalanced = spec?.type === 'LoadBalancer'
  // A load balancer that wants no node ports may still have some that were asked for.
  const given =
    isBalanced && spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort) : ports
  return {
    [COUNT]: '1',
    services: '1',
    'services.nodeports': isBalanced || spec?.type === 'NodePort' ? String(given.length) : '0',
    'services.loadbalancers': isBalanced ? '1' : '0',
  }
}

export const serviceEvaluator: Evaluator = {
  tracks: (name) => NAMES.includes(name),
  usage: (object) => serviceUsage(object as Service),
  isIn: () => false,
  holds: ({ subresource }) => subresource === '',
}
