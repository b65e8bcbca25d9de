import { parseQuantity } from '#schema/quantity.ts'
import { type Amounts, compareQuantities } from '#schema/quantity-sum.ts'

/** What is asked for and what is the most, of a container, a pod or a claim. */
export interface Resources {
  readonly requests: Amounts
  readonly limits: Amounts
}

/** One bound that a LimitRange sets: of what, and how much. */
interface Bound {
  /** Container, Pod, PersistentVolumeClaim. */
  readonly type: string
  readonly name: string
  readonly bound: string
}

/** Why resources break a bound, in Kubernetes' words; undefined where they keep it. */
type Constraint = (bound: Bound, resources: Resources) => string | undefined

const isLess = (a: string, b: string): boolean => compareQuantities(a, b) < 0

export const minimum: Constraint = ({ type, name, bound }, { requests, limits }) => {
  const [request, limit] = [requests[name], limits[name]]
  const least = `minimum ${name} usage per ${type} is ${bound}`
  // Two blanks, as Kubernetes has them.
  if (request === undefined) return `${least}.  No request is specified`
  if (isLess(request, bound)) return `${least}, but request is ${request}`
  if (limit !== undefined && isLess(limit, bound)) return `${least}, but limit is ${limit}`
  return undefined
}

export const maximum: Constraint = ({ type, name, bound }, { requests, limits }) => {
  const [request, limit] = [requests[name], limits[name]]
  const most = `maximum ${name} usage per ${type} is ${bound}`
  if (limit === undefined) return `${most}.  No limit is specified`
  if (isLess(bound, limit)) return `${most}, but limit is ${limit}`
  if (request !== undefined && isLess(bound, request)) return `${most}, but request is ${request}`
  return undefined
}

/** Of what knows no limits. */
export const maximumRequest: Constraint = ({ type, name, bound }, { requests }) => {
  const request = requests[name]
  const most = `maximum ${name} usage per ${type} is ${bound}`
  if (request === undefined) return `${most}.  No request is specified`
  return isLess(bound, request) ? `${most}, but request is ${request}` : undefined
}

export const ratio: Constraint = ({ type, name, bound }, { requests, limits }) => {
  const [request, limit] = [requests[name], limits[name]].map((text) => parseQuantity(text ?? '0').nano)
  const most = `${name} max limit to request ratio per ${type} is ${bound}`
  if (request === 0n) return `${most}, but no request is specified or request is 0`
  if (limit === 0n) return `${most}, but no limit is specified or limit is 0`
  const provided = Number(limit) / Number(request)
  return provided * 1e9 > Number(parseQuantity(bound).nano)
    ? `${most}, but provided ratio is ${provided.toFixed(6)}`
    : undefined
}
