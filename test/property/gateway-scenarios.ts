import fc from 'fast-check'
import type { GatewayObjects, GatewayRequest } from '../contract/gateway/model.ts'
import { BASE, gatewaysOf } from './gateway-objects.ts'
import { aimsOf, gatewaysPlan } from './gateway-plans.ts'
import { gatewayRequest, ingressRequest, requestPlan } from './gateway-requests.ts'
import { ingressAims, ingressesOf, ingressesPlan } from './ingress-plans.ts'

/** What the API holds, and what is asked. */
export interface Scenario {
  readonly objects: GatewayObjects
  readonly requests: readonly GatewayRequest[]
}

const requests = fc.array(requestPlan, { minLength: 25, maxLength: 25 })

export const gatewayScenario = ({ hasGrpc }: { readonly hasGrpc: boolean }): fc.Arbitrary<Scenario> =>
  fc.record({ plan: gatewaysPlan, requests }).map(({ plan: any, requests }) => {
    const plan = hasGrpc ? any : { ...any, grpcRoutes: [] }
    return {
      objects: { ...BASE, ...gatewaysOf(plan), ingresses: [] },
      requests: requests.map((one) => gatewayRequest(one, aimsOf(plan, one.to), plan.grpcRoutes.length > 0)),
    }
  })

export const ingressScenario: fc.Arbitrary<Scenario> = fc
  .record({ plan: ingressesPlan, requests })
  .map(({ plan, requests }) => ({
    objects: {
      ...BASE,
      gateways: [],
      listenerSets: [],
      httpRoutes: [],
      grpcRoutes: [],
      referenceGrants: [],
      ingresses: ingressesOf(plan),
    },
    requests: requests.map((one) => ingressRequest(one, ingressAims(plan))),
  }))
