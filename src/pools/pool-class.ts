/** The `spec.loadBalancerClass` of Services that are given an address of our pools; those without one are, too. */
export const POOL_CLASS = 'fairlead.io/pool'
