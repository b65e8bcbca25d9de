import { startGatewayController } from '#controllers/gateway/controller.ts'
import type { ControllerEntry } from '#controllers/run.ts'
import type { PartName } from '../settings/part-name.ts'

/** What one process of the whole cluster does for each part. */
const CONTROLLERS: Readonly<Partial<Record<PartName, readonly ControllerEntry[]>>> = {
  gateway: [{ name: 'gateway', start: startGatewayController }],
}

/** Those of these parts, in the order in which they are started. */
export const controllersOf = (parts: readonly PartName[]): readonly ControllerEntry[] =>
  parts.flatMap((part) => CONTROLLERS[part] ?? [])
