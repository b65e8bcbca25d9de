import type { Stage } from '../exchange.ts'
import type { ServerContext } from '../server-context.ts'

export const openapi =
  (_server: ServerContext): Stage =>
  () =>
    false
