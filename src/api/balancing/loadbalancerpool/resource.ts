import { resource } from '#api/resource.ts'
import { LoadBalancerPool, LoadBalancerPoolList } from './message.ts'

export const loadBalancerPools = resource('loadbalancerpools', LoadBalancerPool, LoadBalancerPoolList, {
  namespaced: false,
  shortNames: ['lbpool'],
})
