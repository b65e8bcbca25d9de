import { list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'

const PathMatchType = oneOf('Exact', 'PathPrefix', 'RegularExpression')
const MatchType = oneOf('Exact', 'RegularExpression')
const HTTPMethod = oneOf('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH')

export class HTTPPathMatch extends message('HTTPPathMatch', {
  type: optional(1, PathMatchType),
  value: optional(2, string),
}) {}

export class HTTPHeaderMatch extends message('HTTPHeaderMatch', {
  type: optional(1, MatchType),
  name: required(2, string),
  value: required(3, string),
}) {}

export class HTTPQueryParamMatch extends message('HTTPQueryParamMatch', {
  type: optional(1, MatchType),
  name: required(2, string),
  value: required(3, string),
}) {}

export class HTTPRouteMatch extends message('HTTPRouteMatch', {
  path: optional(1, HTTPPathMatch),
  headers: list(2, HTTPHeaderMatch, { keys: ['name'] }),
  queryParams: list(3, HTTPQueryParamMatch, { keys: ['name'] }),
  method: optional(4, HTTPMethod),
}) {}
