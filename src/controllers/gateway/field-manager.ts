/** What others see of who writes, and what statuses of ours are known by. */
export const FIELD_MANAGER = 'fairlead-gateway-controller'
