import { list, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'

export class HTTPHeader extends message('HTTPHeader', {
  name: required(1, string),
  value: required(2, string),
}) {}

export class HTTPHeaderFilter extends message('HTTPHeaderFilter', {
  set: list(1, HTTPHeader, { keys: ['name'] }),
  add: list(2, HTTPHeader, { keys: ['name'] }),
  remove: list(3, string, { list: 'set' }),
}) {}
