import { CelCostError, CelError } from '../values/cel-error.ts'
import type { Value } from '../values/value.ts'

/** One evaluation: what its variables are, and what it has cost. */
export class Frame {
  readonly inputs: { readonly [name: string]: Value | undefined }
  /** Variables of folds. An error is a value until somebody asks for it: `true || error` is true. */
  readonly slots: (Value | CelError)[] = []
  readonly #limit: number
  cost = 0

  constructor(inputs: Frame['inputs'], limit: number) {
    this.inputs = inputs
    this.#limit = limit
  }

  /** Throws CelCostError. */
  spend(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw new CelCostError()
  }

  slot(index: number): Value {
    const value = this.slots[index]!
    if (value instanceof CelError) throw value
    return value
  }
}

/** An expression, ready to be evaluated. Throws CelError and CelCostError. */
export type Evaluate = (frame: Frame) => Value
