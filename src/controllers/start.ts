import { CONTROLLERS } from './controller-list.ts'
import { type ControllerOptions, type Controllers, runControllers } from './run.ts'

/** The controllers of a whole cluster; `only`: those of these names. */
export const startControllers = ({
  only,
  ...options
}: ControllerOptions & { readonly only?: readonly string[] }): Controllers =>
  runControllers(
    CONTROLLERS.filter(({ name }) => only === undefined || only.includes(name)),
    options,
  )
