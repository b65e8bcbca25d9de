import { field, list, map, quantity, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'

class ResourceClaim extends message('ResourceClaim', {
  name: required(1, string),
  request: field(2, string),
}) {}

export class ResourceRequirements extends message('ResourceRequirements', {
  limits: map(1, quantity),
  requests: map(2, quantity),
  claims: list(3, ResourceClaim, { keys: ['name'] }),
}) {}
